"""What is measured: folders laid out as Lambda lays them out, in a workspace of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from benchmarks.emulator import LAMBDA_PYTHON, ROOT, BenchmarkError
from local_aws.account import REGION
from vpc_guardrail.adapters.aws_calls import JOB_INSPECTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.certificates import Certificates

ARTIFACT = ROOT / ".aws-sam" / "build"
FUNCTION = "JobInspectorFunction"
LAYERS = ("DepsLayer", "GuardrailLayer")
HANDLERS = Path(__file__).resolve().parent / "handlers"
DATA = Path("botocore") / "data"

EMPTY = "empty handler"
PLAIN_CLIENTS = "plain boto3 clients"
INSPECTOR = "job_inspector"
UNTRIMMED = "… botocore's data whole"
NO_BYTECODE = "… without bytecode"
EAGER = "… clients made at init"
TLS = "… over https"
TLS_FEW_ROOTS = "… https, few roots"

FOR_SOME_JOBS = {"efs", "fsx", "sqs"}
"""Services whose clients are made only for jobs that name file systems, or are to be stopped."""

EAGER_HANDLER = """
from vpc_guardrail.wiring import inspect
clients = inspect.parts().clients
clients.ec2, clients.s3, clients.sagemaker
handler = inspect.inspect_batch
"""
"""What the inspector would be if it made its clients while Lambda starts it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One function: its `/var/task`, its `/opt/python` if it has layers, and its variables."""

    name: str
    task: Path
    layers: Path | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, endpoint: str, home: Path) -> dict[str, str]:
        """The whole environment of the function: nothing of the caller's comes through.

        Lambda's own file system cannot be written to, hence no bytecode either.
        """
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_SESSION_TOKEN": "benchmark",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": endpoint,
            "NO_PROXY": "127.0.0.1",
            **self.variables,
        }
        if self.layers:
            environment["PYTHONPATH"] = str(self.layers)
        return environment


def yardsticks(workspace: Path) -> list[Subject]:
    """The empty handler and the one that makes plain clients, on the runtime's own boto3."""
    services = {"BENCHMARK_SERVICES": ",".join(sorted({*JOB_INSPECTOR} - FOR_SOME_JOBS))}
    return [
        Subject(EMPTY, _own_handler("empty", workspace)),
        Subject(PLAIN_CLIENTS, _own_handler("plain_clients", workspace), variables=services),
    ]


def inspector(workspace: Path, variables: dict[str, str]) -> Subject:
    """The inspector as built, with both layers in one folder as Lambda merges them."""
    if not (ARTIFACT / FUNCTION).is_dir():
        raise BenchmarkError("The artifact is missing; `make build` makes it.")
    task = workspace / "inspector"
    shutil.copytree(ARTIFACT / FUNCTION, task)
    merged = workspace / "opt" / "python"
    for layer in LAYERS:
        shutil.copytree(ARTIFACT / layer / "python", merged, dirs_exist_ok=True)
    return Subject(INSPECTOR, task, merged, variables)


def variants(workspace: Path, built: Subject) -> Iterator[Subject]:
    """The inspector as it might have been built."""
    layers = built.layers
    if layers is None:
        raise BenchmarkError("The inspector has no layers.")
    untrimmed = workspace / "untrimmed" / "python"
    shutil.copytree(layers, untrimmed, ignore=lambda folder, _: _data_of(layers, folder))
    shutil.copytree(runtime_packages() / DATA, untrimmed / DATA)
    yield Subject(UNTRIMMED, built.task, untrimmed, built.variables)

    bare, bare_task = workspace / "no-bytecode" / "python", workspace / "inspector-no-bytecode"
    shutil.copytree(layers, bare, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(built.task, bare_task, ignore=shutil.ignore_patterns("__pycache__"))
    yield Subject(NO_BYTECODE, bare_task, bare, built.variables)

    eager = workspace / "inspector-eager"
    eager.mkdir()
    (eager / "app.py").write_text(EAGER_HANDLER)
    _compile(eager)
    yield Subject(EAGER, eager, layers, built.variables)


def over_tls(built: Subject, certificates: Certificates) -> Iterator[Subject]:
    """The inspector as it really talks to AWS, whose connections cost processor time."""
    bundles = {TLS: certificates.many_roots, TLS_FEW_ROOTS: certificates.few_roots}
    for name, bundle in bundles.items():
        variables = {**built.variables, "AWS_CA_BUNDLE": str(bundle)}
        yield replace(built, name=name, variables=variables)


def botocore_roots() -> Path:
    """The root certificates that botocore trusts unless told otherwise."""
    return runtime_packages() / "botocore" / "cacert.pem"


def give_the_runtime_bytecode() -> None:
    """Compile the runtime's packages where that was not done: without it, boto3 would be slow."""
    _compile(runtime_packages())


def sizes() -> dict[str, tuple[float, float]]:
    """Of each folder of the artifact: megabytes as it lies there, and as it is uploaded."""
    return {name: _size(ARTIFACT / name) for name in (FUNCTION, *LAYERS)}


def _own_handler(name: str, workspace: Path) -> Path:
    task = workspace / name
    shutil.copytree(HANDLERS / name, task, ignore=shutil.ignore_patterns("__pycache__"))
    _compile(task)
    return task


def _compile(folder: Path) -> None:
    subprocess.run([LAMBDA_PYTHON, "-m", "compileall", "-q", folder], check=True)


def runtime_packages() -> Path:
    """The folder of the runtime's own packages, boto3 among them."""
    found = sorted((LAMBDA_PYTHON.parent.parent / "lib").glob("python3*/site-packages"))
    if not found:
        raise BenchmarkError("The runtime is missing; `make bench` makes it.")
    return found[0]


def _data_of(layers: Path, folder: str) -> list[str]:
    return [DATA.name] if Path(folder) == layers / DATA.parent else []


def _size(folder: Path) -> tuple[float, float]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    with TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        return sum(path.stat().st_size for path in files) / 1e6, packed.tell() / 1e6
