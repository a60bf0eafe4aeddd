"""What `make build` made, and a look at it through Lambda's Python."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = {
    "config_rule": "ConfigRuleFunction",
    "daily_digest": "DailyDigestFunction",
    "job_enforcer": "JobEnforcerFunction",
    "job_inspector": "JobInspectorFunction",
    "second_look": "SecondLookFunction",
    "security_hub_importer": "SecurityHubImporterFunction",
    "settings_guard": "SettingsGuardFunction",
    "slack_notifier": "SlackNotifierFunction",
}
LAYERS = ("DepsLayer", "GuardrailLayer")

RUNTIME = ROOT / ".tools" / "lambda" / "bin" / "python"
"""A Python of Lambda's version; what is installed beside it is kept out of sight."""

PROBE = Path(__file__).with_name("artifact_probe.py")


@dataclass(frozen=True)
class Artifact:
    """The folders that are deployed."""

    root: Path

    @classmethod
    def built(cls) -> Artifact:
        """The artifact; fails, and does not skip, where there is none to test."""
        root = ROOT / ".aws-sam" / "build"
        for needed, command in ((root / "template.yaml", "build"), (RUNTIME, ".tools/lambda")):
            if not needed.exists():
                pytest.fail(f"{needed.relative_to(ROOT)} is missing: run `make {command}` first.")
        return cls(root)

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(self.root / name for name in (*LAYERS, *FUNCTIONS.values()))

    def files(self) -> Iterator[Path]:
        for folder in self.folders:
            yield from (path for path in folder.rglob("*") if path.is_file())

    def size(self, folder: str) -> int:
        """Bytes of all files, unpacked, which is what Lambda limits."""
        return sum(
            file.stat().st_size for file in (self.root / folder).rglob("*") if file.is_file()
        )

    def path_in_lambda(self, function: str | None = None) -> list[str]:
        """The folders that Lambda has on its path, in its order."""
        layers = [str(self.root / layer / "python") for layer in LAYERS]
        return ([str(self.root / FUNCTIONS[function])] if function else []) + layers

    def probe(self, question: str, *arguments: object, **environment: str) -> Any:
        """Ask a bare Python of Lambda's version: no site-packages, no environment but the given."""
        answer = subprocess.run(
            [RUNTIME, "-I", "-S", "-B", PROBE, question, *map(str, arguments)],
            check=False,
            capture_output=True,
            env=environment,
            text=True,
            timeout=60,
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)
