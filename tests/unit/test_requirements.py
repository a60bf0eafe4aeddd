"""The pinned requirement files: hashed, free of any registry's address, and in agreement."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers" / "deps" / "requirements.txt"
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"
LOCKED = sorted({LAYER, *(ROOT / "requirements").glob("*.txt")} - {CONSTRAINTS})

PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)", re.MULTILINE)


def entries(file: Path) -> list[str]:
    """Split a requirement file into one text per package: its pin and its hashes."""
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def pins(file: Path) -> dict[str, set[str]]:
    """The versions of each package; more than one where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer(file.read_text(encoding="utf-8")):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


@pytest.fixture(params=LOCKED, ids=lambda file: str(file.relative_to(ROOT)))
def locked(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


def test_every_package_is_pinned_and_hashed(locked: Path) -> None:
    loose = [
        line for line in entries(locked) if not PIN.match(line) or "--hash=sha256:" not in line
    ]
    assert entries(locked)
    assert loose == []


def test_no_registry_is_named(locked: Path) -> None:
    text = locked.read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links", text) == []


def test_every_locked_file_has_its_source(locked: Path) -> None:
    assert locked == LAYER or locked.with_suffix(".in").is_file()


@pytest.mark.parametrize("environment", ["dev", "lambda", "local-aws"])
def test_the_shared_versions_are_shared(environment: str) -> None:
    shared = pins(CONSTRAINTS)
    here = pins(ROOT / "requirements" / f"{environment}.txt")
    assert {name: here[name] for name in shared.keys() & here.keys()} == {
        name: shared[name] for name in shared.keys() & here.keys()
    }
    assert "botocore" in here


def test_the_tests_run_with_the_packages_that_ship() -> None:
    dev = pins(ROOT / "requirements" / "dev.txt")
    assert {name: dev.get(name) for name in pins(LAYER)} == pins(LAYER)


def test_the_layer_holds_what_the_package_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=~!\[; ]", requirement)[0] for requirement in project["dependencies"]}
    assert declared <= pins(LAYER).keys()
