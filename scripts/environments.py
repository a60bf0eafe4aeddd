"""Makes the project's environments, each from its own hashed requirement file.

Usage: python -m scripts.environments NAME ...   (dev, sam, build, local-aws, lambda, audit)

An environment is built from nothing and stamped when it is complete, so a half-made one is never
used. It is built again when its requirement file or this script changes, when the folder was moved,
or when its Python is gone. Runs on the standard library alone, because nothing is installed yet.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.fingerprint import ROOT, TOOLS, digest_of, is_current, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Mapping

LAMBDA_PYTHON = "3.13"
UV_HOME = TOOLS / "uv"
UV = UV_HOME / "bin" / "uv"
PIP = (UV_HOME / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
STAMP = ".complete"


class SetupError(Exception):
    """What went wrong, and what to do about it, in one sentence."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: where it lies, what goes into it, which Python it needs."""

    name: str
    path: Path
    needs_lambda_python: bool = False
    holds_project: bool = False

    @property
    def requirements(self) -> Path:
        """The pinned and hashed packages that it holds."""
        return ROOT / "requirements" / f"{self.name}.txt"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The file that is written last."""
        return self.path / STAMP

    def digest(self) -> str:
        """Name everything that it is made from."""
        facts = [str(self.path)]
        if self.holds_project:
            facts.append(project_metadata())
        return digest_of([self.requirements, Path(__file__).resolve()], *facts)

    def is_ready(self) -> bool:
        """Tell whether it is complete, current and alive."""
        return is_current(self.stamp, self.digest()) and version_of(self.python) is not None


ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("dev", ROOT / ".venv", holds_project=True),
        Environment("sam", TOOLS / "sam"),
        Environment("build", TOOLS / "build", needs_lambda_python=True),
        Environment("local-aws", TOOLS / "local-aws"),
        Environment("lambda", TOOLS / "lambda", needs_lambda_python=True),
        Environment("audit", TOOLS / "audit"),
    )
}


def project_metadata() -> str:
    """Read what an installation of the project depends on; tools' settings do not matter."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return json.dumps([pyproject["build-system"], pyproject["project"]], sort_keys=True)


def first_line_of(*command: str | Path) -> str | None:
    """Run a command for the first line that it prints; None when it is absent or fails."""
    try:
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return next(iter(answer.stdout.splitlines()), None)


def succeeds(
    *command: str | Path,
    variables: Mapping[str, str] | None = None,
    output: int | None = None,
) -> bool:
    """Run a command in the project's folder, and tell whether it succeeded."""
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=variables, stdout=output, stderr=output
    )
    return done.returncode == 0


def version_of(python: str | Path) -> str | None:
    """Ask an interpreter for its version, as in "3.13"; None when it does not answer."""
    return first_line_of(python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")


def base_of(python: str | Path) -> str:
    """Name the interpreter below a virtual environment or a shim: it outlives both."""
    question = "import sys; print(getattr(sys, '_base_executable', sys.executable))"
    return first_line_of(python, "-I", "-c", question) or str(python)


def pythons_of_pyenv() -> list[str]:
    """List what pyenv installed of Lambda's Python; its shim answers only for selected versions."""
    shims = [Path(entry) for entry in os.get_exec_path() if Path(entry).name == "shims"]
    roots: list[str | Path] = [
        os.environ.get("PYENV_ROOT", "~/.pyenv"),
        *(shim.parent for shim in shims),
    ]
    pattern = f"versions/{LAMBDA_PYTHON}.*/bin/python{LAMBDA_PYTHON}"
    return [str(python) for root in roots for python in Path(root).expanduser().glob(pattern)]


def find_lambda_python() -> str | None:
    """Find the Python that Lambda runs: on the PATH, else pyenv's, else one that uv knows."""
    for candidate in (f"python{LAMBDA_PYTHON}", *pythons_of_pyenv()):
        if version_of(candidate) == LAMBDA_PYTHON:
            return base_of(candidate)
    return first_line_of(UV, "python", "find", "--no-project", "--system", LAMBDA_PYTHON)


def lambda_python() -> str:
    """Find the Python that Lambda runs, or let uv fetch it."""
    with one_at_a_time("lambda-python"):
        found = find_lambda_python()
        if found is None:
            print(f"Fetching Python {LAMBDA_PYTHON}, the functions' runtime ...", flush=True)
            fetched = succeeds(UV, "--quiet", "python", "install", "--no-bin", LAMBDA_PYTHON)
            found = find_lambda_python() if fetched else None
    if found is None:
        raise SetupError(
            f"Python {LAMBDA_PYTHON}, the functions' runtime, was not found and could not be "
            f"fetched: install it so that `python{LAMBDA_PYTHON}` answers."
        )
    return found


@cache
def uv_variables() -> dict[str, str]:
    """The variables uv runs with: the system's certificates, and pip's index unless it has one."""
    variables = {"UV_SYSTEM_CERTS": "1", **os.environ}
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & variables.keys():
        configured = first_line_of(*PIP, "config", "get", "global.index-url")
        index = os.environ.get("PIP_INDEX_URL", configured)
        if index:
            variables["UV_DEFAULT_INDEX"] = index
    return variables


def run_uv(*arguments: str | Path) -> None:
    """Run uv in the project's folder, which must succeed."""
    if not succeeds(UV, "--quiet", *arguments, variables=uv_variables()):
        raise SetupError("uv could not do its work: the reason stands above.")


def bootstrap_uv() -> None:
    """Install the pinned uv with pip, by hash, into an environment of its own."""
    requirements = ROOT / "requirements" / "uv.txt"
    stamp = UV_HOME / STAMP
    digest = digest_of([requirements], str(UV_HOME))
    with one_at_a_time("uv"):
        if is_current(stamp, digest) and first_line_of(UV, "--version"):
            return
        # This script may run on the very environment that is replaced: start from the Python below.
        base = base_of(sys.executable)
        shutil.rmtree(UV_HOME, ignore_errors=True)
        if not succeeds(base, "-I", "-m", "venv", UV_HOME, output=subprocess.DEVNULL):
            raise SetupError(
                f"{base} cannot make virtual environments: install its venv module "
                f"(on Debian and Ubuntu: `apt install python{version_of(base)}-venv`)."
            )
        if not succeeds(*PIP, "--quiet", "install", "--require-hashes", "-r", requirements):
            raise SetupError("pip could not install uv: the reason stands above.")
        stamp.write_text(digest, encoding="utf-8")


def make(environment: Environment) -> None:
    """Build the environment from nothing, and stamp it when it is complete."""
    print(f"Making {environment.path.relative_to(ROOT)} ...", flush=True)
    if environment.needs_lambda_python:
        base = lambda_python()
    else:
        base = find_lambda_python() or base_of(sys.executable)
    into = ("--python", environment.python)
    environment.stamp.unlink(missing_ok=True)
    run_uv("venv", "--clear", "--no-project", "--python", base, environment.path)
    run_uv("pip", "sync", *into, "--require-hashes", environment.requirements)
    if environment.holds_project:
        run_uv("pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    environment.stamp.write_text(environment.digest(), encoding="utf-8")


def main(names: list[str]) -> int:
    """Make those of the named environments that are not ready."""
    if unknown := set(names) - ENVIRONMENTS.keys():
        print(f"No such environment: {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    try:
        for environment in (ENVIRONMENTS[name] for name in names):
            with one_at_a_time(environment.name):
                if not environment.is_ready():
                    bootstrap_uv()
                    make(environment)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
