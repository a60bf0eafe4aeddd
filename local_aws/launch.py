"""Start the local AWS, talk to it, and leave nothing behind.

with LocalAws() as aws:
    ec2 = aws.session().client("ec2")
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.account import ACCOUNT_ID, REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY
from local_aws.client import AwsSession, Controls, ServerGone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

ROOT = Path(__file__).resolve().parent.parent
SERVER_PYTHON = ROOT / ".tools" / "local-aws" / "bin" / "python"
LAMBDA_PYTHON = ROOT / ".tools" / "lambda" / "bin" / "python"

SECONDS_TO_START = 60.0
LOG_TAIL_LINES = 40


class LocalAwsError(RuntimeError):
    """The local AWS did not start."""


class LocalAws:
    """A running local AWS; use it as a context manager.

    The server and the processes of its functions form a process group of their own, with a folder
    of their own for whatever they write. Both are gone when the context ends, also by an exception,
    Ctrl-C or SIGTERM; should this process be killed outright, the server sees it and goes too.
    """

    def __init__(
        self,
        *,
        server_python: Path = SERVER_PYTHON,
        lambda_python: Path = LAMBDA_PYTHON,
        auth: bool = True,
        seconds_to_start: float = SECONDS_TO_START,
    ) -> None:
        self._server_python = server_python
        self._lambda_python = lambda_python
        self._auth = auth
        self._seconds_to_start = seconds_to_start
        self._cleanup = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, the endpoint of every service."""
        return self._url

    @property
    def controls(self) -> Controls:
        """Faults, calls, events: what a test needs and AWS does not offer."""
        return Controls(self._url)

    def session(
        self,
        access_key: str = ROOT_ACCESS_KEY,
        secret_key: str = ROOT_SECRET_KEY,
        token: str | None = None,
    ) -> AwsSession:
        """A boto3 session that speaks to this AWS alone; by default as the account's root."""
        return AwsSession(self._url, access_key, secret_key, token)

    def environment(self) -> dict[str, str]:
        """Variables that point any AWS SDK or command of a child process here, as root."""
        return {
            "AWS_ENDPOINT_URL": self._url,
            "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def server_log(self) -> str:
        """What the server wrote, while it runs."""
        if self._folder is None:
            return ""
        return (self._folder / "server.log").read_text(errors="replace")

    def __enter__(self) -> LocalAws:
        for python in (self._server_python, self._lambda_python):
            if not python.exists():
                raise LocalAwsError(f"{python} is missing; `make demo` and `make test` make it.")
        with contextlib.ExitStack() as stack:
            stack.enter_context(_sigterm_raises())
            # Named before it is made: a signal in between leaves no folder that nobody removes.
            self._folder = Path(tempfile.gettempdir()) / f"local-aws-{uuid.uuid4().hex}"
            stack.callback(_remove, self._folder)
            self._folder.mkdir(mode=0o700)
            with socket.socket() as listener:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                listener.bind(("127.0.0.1", 0))
                self._url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                self._process = self._start(listener, self._folder)
            stack.callback(_stop_group, self._process)
            self._wait_until_ready()
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def _start(self, listener: socket.socket, folder: Path) -> subprocess.Popen[bytes]:
        """Start the server on a socket that is already bound, so that nobody can take the port."""
        port = listener.getsockname()[1]
        environment = server_environment(port, folder, self._auth, self._lambda_python)
        environment["LOCAL_AWS_SOCKET"] = str(listener.fileno())
        with (folder / "server.log").open("wb") as log:
            return subprocess.Popen(
                [str(self._server_python), "-m", "local_aws.server"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        process = self._process
        if process is None:
            raise LocalAwsError("The local AWS was not started.")
        deadline = time.monotonic() + self._seconds_to_start
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise LocalAwsError(
                    f"The local AWS ended with code {process.returncode} before it was ready.\n"
                    + self._log_tail()
                )
            with contextlib.suppress(ServerGone):
                if self.controls.is_ready():
                    return
            time.sleep(0.05)
        raise LocalAwsError(
            f"The local AWS was not ready after {self._seconds_to_start:.0f} s.\n"
            + self._log_tail()
        )

    def _log_tail(self) -> str:
        lines = self.server_log().splitlines()[-LOG_TAIL_LINES:]
        return "\n".join(["The end of its log:", *lines]) if lines else "It wrote no log."


def server_environment(port: int, folder: Path, auth: bool, lambda_python: Path) -> dict[str, str]:
    """The whole environment of the server, and through it of the functions.

    Nothing of the caller's is handed on but the search path and the locale: no PYTHONPATH, no AWS
    profile, no proxy, no Docker.
    """
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    handed_on = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ
    }
    return {
        **handed_on,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "AUTH": "true" if auth else "false",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "MOTO_ACCOUNT_ID": ACCOUNT_ID,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LOCAL_AWS_FOLDER": str(folder),
        "LOCAL_AWS_LAMBDA_PYTHON": str(lambda_python),
    }


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the server and its functions at once: nothing they hold is worth a farewell.

    The group's id is the server's process id, which stays reserved until the server is waited for.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _remove(folder: Path) -> None:
    """Remove the folder; a function that was just killed may still be writing, so try again."""
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


@contextlib.contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Let SIGTERM unwind the stack, as Ctrl-C does, unless the caller sees to that himself."""
    handled = signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    if handled or threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
