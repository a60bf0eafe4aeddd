"""The command line, as far as it needs no AWS."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from vpc_guardrail import __version__
from vpc_guardrail.cli.main import app, main
from vpc_guardrail.core.engine import SPECS

if TYPE_CHECKING:
    from typer.testing import Result

MALFORMED_ARN = "arn:aws:s3:::a-bucket"


@pytest.fixture(autouse=True)
def nobody_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Region, no credentials, no profile."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_PROFILE",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "TERM": "dumb"})


def test_the_version_is_printed() -> None:
    done = run("--version")

    assert (done.exit_code, done.stdout) == (0, f"vpc-guardrail {__version__}\n")


def test_help_names_the_commands() -> None:
    done = run("--help")

    assert done.exit_code == 0
    assert "check" in done.stdout
    assert "--version" in done.stdout


def test_the_help_of_check_tells_its_exit_codes() -> None:
    done = run("check", "--help")

    text = " ".join(done.stdout.split())
    assert done.exit_code == 0
    assert "0 compliant, 1 noncompliant, 2 bad input, 3 undetermined, 4 AWS error" in text


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="no command"),
        pytest.param(("check",), id="no job"),
        pytest.param(("check", "job", "--format", "yaml"), id="unknown format"),
        pytest.param(("check", "job", "--color"), id="unknown option"),
        pytest.param(("stop", "job"), id="unknown command"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_malformed_arn_ends_with_2_and_is_named(form: str) -> None:
    done = run("check", MALFORMED_ARN, "--format", form)

    assert done.exit_code == 2
    assert done.stdout == ("[]\n" if form == "json" else "")
    assert done.stderr == (
        f"vpc-guardrail: not the ARN of a training or tuning job: '{MALFORMED_ARN}'\n"
    )


def test_what_is_told_of_an_argument_stays_on_its_line() -> None:
    done = run("check", "arn:\x1b[2Jnot\nan ARN")

    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_a_name_without_a_region_ends_with_2_and_says_what_to_do() -> None:
    done = run("check", "train-1")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "vpc-guardrail: train-1: no Region is known; set AWS_REGION, or give the job's ARN.\n"
    )


@pytest.mark.parametrize("region", ["", "eu-central-1"])
def test_an_unknown_profile_ends_with_2(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_REGION", region)

    done = run("check", "train-1")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "vpc-guardrail: The config profile (nobody) could not be found\n"


@pytest.mark.parametrize("name", ["", "a b", "a-", "a_b", "a" * 64, "train-1\n"])
@pytest.mark.parametrize("command", ["check", "snapshot"])
def test_a_name_that_no_job_can_have_is_refused_before_any_call(command: str, name: str) -> None:
    done = run(command, name)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("vpc-guardrail: no name of a training job: ")
    assert "letters, digits and hyphens between them, at most 63 characters" in done.stderr


def test_where_nobody_looks_the_list_of_checks_is_not_wrapped() -> None:
    done = CliRunner().invoke(app, ["checks"], env={"COLUMNS": "80", "TERM": "dumb"})

    titles = {spec.title for spec in SPECS}
    assert all(any(title in line for line in done.stdout.splitlines()) for title in titles)


def test_no_credentials_end_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    done = run("check", "train-1")

    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr == "vpc-guardrail: train-1: Unable to locate credentials\n"


def test_no_credentials_for_the_settings_end_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    done = run("check", "train-1", "--stack", "prod")

    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr == "vpc-guardrail: stack prod: Unable to locate credentials\n"


SETTINGS_READERS = [["check", "train-1"], ["settings", "show"]]


@pytest.mark.parametrize("command", SETTINGS_READERS)
@pytest.mark.parametrize(
    ("place", "told"),
    [(("--stack", "prod"), "stack prod"), (("--parameter", "/a/settings"), "/a/settings")],
)
def test_settings_of_no_region_end_with_2_and_say_what_to_do(
    command: list[str], place: tuple[str, str], told: str
) -> None:
    done = run(*command, *place)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"vpc-guardrail: {told}: You must specify a region."
        " (AWS_REGION, AWS_PROFILE or AWS_ENDPOINT_URL)\n"
    )


@pytest.mark.parametrize("command", SETTINGS_READERS)
@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "1st",
        "prod\n",
        "prod/../test",
        "a" * 129,
        "arn:aws:cloudformation:eu-central-1:111122223333:stack/prod/1234",
    ],
)
def test_a_name_that_no_stack_can_have_is_refused_before_any_call(
    command: list[str], name: str
) -> None:
    done = run(*command, "--stack", name)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("vpc-guardrail: no name of a stack: ")
    assert "not its ARN" in done.stderr


def test_an_unforeseen_error_does_not_end_as_a_verdict_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python's own exit code after a traceback is 1, which says noncompliant."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("vpc_guardrail.cli.main.check_jobs", fails)
    monkeypatch.setattr(sys, "argv", ["vpc-guardrail", "check", "train-1"])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 4
    assert "nobody foresaw this" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "value"), [("AWS_ENDPOINT_URL", "no URL at all"), ("AWS_REGION", "eu central")]
)
def test_an_environment_that_cannot_be_is_bad_input(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "argv", ["vpc-guardrail", "check", "train-1"])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 2
    assert value in capsys.readouterr().err
