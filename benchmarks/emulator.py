"""One cold start under AWS's runtime interface emulator, which comes with aws-sam-cli."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
LAMBDA_PYTHON = ROOT / ".tools" / "lambda" / "bin" / "python"
EMULATORS = ROOT / ".tools" / "sam" / "lib"

SECONDS_TO_LISTEN = 10.0
SECONDS_TO_INVOKE = 90.0
SECONDS_TO_REPORT = 5.0
SECONDS_BETWEEN_LOOKS = 0.005

INVOCATION = "/2015-03-31/functions/function/invocations"
INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
"""The true time of init. The emulator's `REPORT … Init Duration` is another, and wrong."""

INVOKE_DONE = re.compile(r"INVOKE RTDONE\(status: (\w+), .*duration: ([0-9.]+)ms\)")
PEAK_MEMORY = re.compile(r"^VmHWM:\s+(\d+) kB$", re.M)

PARENT, USER, SYSTEM = 1, 11, 12
"""Fields of `/proc/ID/stat`, counted after the name: proc_pid_stat(5)'s 4, 14 and 15."""


class BenchmarkError(RuntimeError):
    """It cannot be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What one fresh process needed; times in milliseconds."""

    init: float
    first_invocation: float
    processor: float
    """Of both together, all threads: what is least disturbed by whatever else runs here."""
    peak_megabytes: float

    @property
    def both(self) -> float:
        """From the start of the process to the first answer."""
        return self.init + self.first_invocation


def emulator() -> Path:
    """The emulator for this machine; raises `BenchmarkError` where there is none."""
    if platform.system() != "Linux":
        raise BenchmarkError("AWS's runtime interface emulator runs on Linux alone.")
    kind = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    found = sorted(EMULATORS.glob(f"python*/site-packages/samcli/local/rapid/*-rie-{kind}"))
    if not found or not LAMBDA_PYTHON.exists():
        raise BenchmarkError("The environments are missing; `make bench` makes them.")
    return found[0]


def cold_start(task: Path, environment: Mapping[str, str], event: object) -> ColdStart:
    """Start the function of a folder in a fresh process, and invoke it once."""
    with _running(task, environment) as (process, address, log):
        answer = _invoke(address, event)
        text = _reported(log, process)
        child = _child_of(process.pid)
        peak, processor = _peak_memory(child), _processor_time(child)
    init, done = INIT_REPORT.search(text), INVOKE_DONE.search(text)
    if not init or not done or done[1] != "success" or _failed(answer):
        raise BenchmarkError(f"The function failed: {json.dumps(answer)}\n{text}")
    return ColdStart(float(init[1]), float(done[2]), processor, peak)


@contextlib.contextmanager
def _running(
    task: Path, environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """The emulator, listening; it and the function are gone afterwards."""
    log = task.parent / f"{task.name}.log"
    front, runtime_api = _two_free_ports()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                str(emulator()),
                *("--log-level", "info"),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{front}"),
                *("--runtime-api-address", f"127.0.0.1:{runtime_api}"),
                *(str(LAMBDA_PYTHON), "-m", "awslambdaric", "app.handler"),
            ],
            cwd=task,
            env={**environment, "LAMBDA_TASK_ROOT": str(task)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_listening(process, front, log)
        yield process, f"http://127.0.0.1:{front}{INVOCATION}", log
    finally:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the emulator and the function, which it starts in a process group of its own."""
    for child in _children_of(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _two_free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_LISTEN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise BenchmarkError(f"The emulator did not start.\n{log.read_text(errors='replace')}")


def _invoke(address: str, event: object) -> Any:
    request = urllib.request.Request(  # noqa: S310 # the address is ours, and http
        address, json.dumps(event).encode(), {"content-type": "application/json"}
    )
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with without_proxy.open(request, timeout=SECONDS_TO_INVOKE) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        return {"errorType": f"HTTP {error.code}", "errorMessage": error.read().decode()}


def _failed(answer: Any) -> bool:
    return isinstance(answer, dict) and bool(
        answer.get("errorType") or answer.get("batchItemFailures")
    )


def _reported(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The emulator's log once it tells the times; its last lines may follow the answer."""
    deadline = time.monotonic() + SECONDS_TO_REPORT
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text(errors="replace")
        if INIT_REPORT.search(text) and INVOKE_DONE.search(text):
            return text
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return log.read_text(errors="replace")


def _child_of(process_id: int) -> int:
    children = _children_of(process_id)
    if not children:
        raise BenchmarkError("The function's process is gone.")
    return children[0]


def _children_of(process_id: int) -> list[int]:
    """The processes that a process started, as the kernel tells in `/proc/ID/stat`."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(_stat(stat)[PARENT]) == process_id:
                children.append(int(stat.parent.name))
    return children


def _processor_time(process_id: int) -> float:
    """Milliseconds on a processor so far, in steps of the kernel's tick (10 ms)."""
    fields = _stat(Path(f"/proc/{process_id}/stat"))
    return sum(int(fields[index]) for index in (USER, SYSTEM)) * 1e3 / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """The fields after the name, which stands in brackets and may hold anything."""
    return path.read_text().rpartition(")")[2].split()


def _peak_memory(process_id: int) -> float:
    """The most memory that a process ever held, in MB (million bytes)."""
    found = PEAK_MEMORY.search(Path(f"/proc/{process_id}/status").read_text())
    if not found:
        raise BenchmarkError("The kernel does not tell the peak memory.")
    return int(found[1]) * 1024 / 1e6
