"""`vpc-guardrail settings`, as far as it needs no AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from vpc_guardrail.app.settings_document import parse_settings
from vpc_guardrail.cli.main import app
from vpc_guardrail.core.settings import InternetAccess, Mode, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

WRONG = '{"mode": "x", "exemptions": [{"check": "s3-reachable", "owner": "a", "reason": "b"}]}'
EXPIRED = (
    '{"exemptions": [{"check": "s3-reachable", "owner": "a", "reason": "b",'
    ' "expires": "2020-01-01"}]}'
)


def run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(app, ["settings", *arguments], input=text)


def test_a_right_document_is_called_right(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "enforce"}')

    done = run("validate", str(file))

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{file} is right.\n"


def test_a_wrong_document_is_bad_input_and_each_wrong_field_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(WRONG)

    done = run("validate", str(file))

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"vpc-guardrail: {file}: mode: is 'x'; it must be audit, enforce",
        f"vpc-guardrail: {file}: exemptions[0].expires: is missing",
    ]


def test_a_document_is_read_from_standard_input() -> None:
    assert run("validate", "-", text="{}").exit_code == 0
    assert run("validate", "-", text="[").exit_code == 2


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    assert run("validate", str(tmp_path / "none.json")).exit_code == 2


def test_an_exemption_that_has_expired_is_told() -> None:
    done = run("validate", "-", text=EXPIRED)

    assert done.exit_code == 0
    assert "exemptions[0] has expired on 2020-01-01 and exempts nothing" in done.stderr


def test_a_document_too_large_for_the_stack_is_told() -> None:
    done = run("validate", "-", text="{}" + " " * 4096)

    assert done.exit_code == 0
    assert "more than 4096 bytes" in done.stderr


@pytest.mark.parametrize("reason", ["the owner's wish", 'the \\"wish\\" of its owner'])
def test_a_document_that_samconfig_does_not_carry_is_right_but_told(reason: str) -> None:
    done = run("validate", "-", text=EXPIRED.replace('"b"', f'"{reason}"').replace("2020", "2999"))

    assert done.exit_code == 0
    (note,) = done.stderr.splitlines()
    assert "which samconfig.toml does not carry" in note


def test_a_document_to_begin_with_is_right_and_changes_nothing() -> None:
    done = run("init")

    assert done.exit_code == 0
    assert parse_settings(done.stdout, Settings()) == Settings()


def test_a_document_to_begin_with_overrules_no_parameter_of_the_stack() -> None:
    of_the_stack = Settings(
        mode=Mode.ENFORCE,
        internet_access=InternetAccess.FORBIDDEN,
        required_services=("sts",),
    )

    done = run("init")

    assert parse_settings(done.stdout, of_the_stack) == of_the_stack


@pytest.mark.parametrize("arguments", [[], ["--stack", "a", "--parameter", "b"]])
def test_one_environment_must_be_named(arguments: list[str]) -> None:
    assert run("show", *arguments).exit_code == 2
