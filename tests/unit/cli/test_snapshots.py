"""`check --snapshot`: stored facts are judged offline, to the verdict that was stored with them.

Where a golden verdict is meant to change, print it anew with `vpc-guardrail check --snapshot
FILE --format json`, and leave out `rule_set`, which every release changes, and each `problem`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tests.builders import DENIED, NOW, a_job, a_network
from vpc_guardrail.app.snapshot import Snapshot, dump
from vpc_guardrail.cli.main import app
from vpc_guardrail.core.engine import RULE_SET_VERSION, SPECS
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from typer.testing import Result

    from vpc_guardrail.core.model import Network

GOLDEN = Path(__file__).parents[2] / "golden"
SOUND, FAULTY = GOLDEN / "sound.snapshot.json", GOLDEN / "faulty.snapshot.json"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "TERM": "dumb"})


def check(*files: Path, form: str = "json") -> Result:
    options = [part for file in files for part in ("--snapshot", str(file))]
    return run("check", *options, "--format", form)


def stored(path: Path, network: Network) -> Path:
    path.write_text(dump(Snapshot(a_job(), network, Settings(), NOW)))
    return path


@pytest.mark.parametrize(("name", "exit_code"), [("sound", 0), ("faulty", 1)])
def test_a_golden_snapshot_has_its_golden_verdict(name: str, exit_code: int) -> None:
    done = check(GOLDEN / f"{name}.snapshot.json")

    (verdict,) = json.loads(done.stdout)
    assert done.exit_code == exit_code
    assert verdict.pop("rule_set") == RULE_SET_VERSION
    assert all(finding.pop("problem") for finding in verdict["findings"])
    assert [verdict] == json.loads((GOLDEN / f"{name}.verdict.json").read_text())


def test_the_golden_jobs_concern_every_check_of_the_network() -> None:
    said = {name: _statuses(GOLDEN / f"{name}.verdict.json") for name in ("sound", "faulty")}
    missed = {"network-references-exist", "security-group-self-ingress", "vpc-config-present"}
    without_endpoint = {
        "package-repositories-denied",
        "s3-endpoint-policy-restricted",
        "s3-policies-admit-job",
    }
    asked = {spec.name for spec in SPECS}

    assert {*said["sound"].values()} == {"PASS"}
    assert said["sound"].keys() >= {spec for spec in asked if spec in said["faulty"]}
    assert {check for check, worst in said["faulty"].items() if worst != "FAIL"} <= (
        missed | without_endpoint
    )


def _statuses(file: Path) -> dict[str, str]:
    """The worst status of each check."""
    worst: dict[str, str] = {}
    for finding in _findings(file):
        if worst.get(finding["check"]) != "FAIL":
            worst[finding["check"]] = finding["status"]
    return worst


def _findings(file: Path) -> list[dict[str, Any]]:
    (verdict,) = json.loads(file.read_text())
    findings: list[dict[str, Any]] = verdict["findings"]
    return findings


def test_the_text_names_what_is_wrong_and_how_to_mend_it() -> None:
    done = check(FAULTY, form="text")

    assert done.exit_code == 1
    assert done.stdout.startswith("Training job faulty-1: noncompliant\n")
    assert "acl-b, rule 90 (inbound, deny)" in done.stdout
    assert "Mend: aws ec2 delete-route --route-table-id rtb-a" in done.stdout


def test_the_findings_of_all_jobs_are_one_list_of_ocsf_events() -> None:
    done = check(SOUND, FAULTY, form="ocsf")

    verdicts = (GOLDEN / f"{name}.verdict.json" for name in ("sound", "faulty"))
    said = [each["status"] for verdict in verdicts for each in _findings(verdict)]
    told = {"PASS": "Pass", "FAIL": "Fail", "UNKNOWN": "Warning"}
    events = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {event["class_uid"] for event in events} == {2003}
    assert [event["compliance"]["status"] for event in events] == [
        told[status] for status in said if status in told
    ]


@pytest.mark.parametrize(
    ("form", "begins", "says"),
    [
        ("html", "<!DOCTYPE html>\n", "<title>VPC Guardrail: 1 compliant, 1 not judged</title>"),
        ("markdown", "# VPC Guardrail: 1 compliant, 1 not judged\n", "## Training job `sound-1`"),
    ],
)
def test_a_page_tells_what_could_not_be_judged_too(form: str, begins: str, says: str) -> None:
    done = check(SOUND, SOUND.with_name("gone.json"), form=form)

    assert done.exit_code == 2
    assert done.stdout.startswith(begins)
    assert says in done.stdout
    assert done.stdout.count("gone.json: ") == 1
    assert done.stdout.endswith("\n")


def test_what_names_no_job_cannot_be_told_as_ocsf(tmp_path: Path) -> None:
    snapshot = tmp_path / "facts.json"
    snapshot.write_text(SOUND.read_text().replace("arn:aws:sagemaker:", "arn:aws:s3:"))

    done = check(snapshot, form="ocsf")

    assert done.exit_code == 2
    assert "not the ARN of a training or tuning job" in done.stderr


def test_several_snapshots_are_judged_and_the_worst_decides() -> None:
    done = check(SOUND, FAULTY)

    assert done.exit_code == 1
    assert [each["verdict"] for each in json.loads(done.stdout)] == ["compliant", "noncompliant"]


def test_what_could_not_be_read_ends_with_3(tmp_path: Path) -> None:
    done = check(stored(tmp_path / "facts.json", a_network(network_acls=DENIED)))

    assert done.exit_code == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"{", "the snapshot is not JSON", id="half of it"),
        pytest.param(b"{}", "not a snapshot of version 1", id="something else"),
        pytest.param(b"\xff\xfe", "codec can't decode", id="no text"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_a_file_that_is_no_snapshot_ends_with_2_and_is_named(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "facts.json"
    if content is not None:
        file.write_bytes(content)

    done = check(file, SOUND)

    assert done.exit_code == 2
    assert done.stderr.startswith(f"vpc-guardrail: {file}: ")
    assert told in done.stderr
    assert [each["verdict"] for each in json.loads(done.stdout)] == ["compliant"]


def test_a_folder_is_no_snapshot(tmp_path: Path) -> None:
    done = check(tmp_path)

    assert done.exit_code == 2
    assert done.stderr == f"vpc-guardrail: {tmp_path}: a folder, not a snapshot\n"


def test_a_hyphen_stands_for_standard_input() -> None:
    done = CliRunner().invoke(
        app, ["check", "--snapshot", "-", "--format", "json"], input=FAULTY.read_text()
    )

    (verdict,) = json.loads(done.stdout)
    assert done.exit_code == 1
    assert verdict["job"]["name"] == "faulty-1"


class TestJudgedBy:
    """Whose settings a stored job is judged by."""

    @pytest.fixture
    def document(self, tmp_path: Path) -> Path:
        return tmp_path / "settings.json"

    def by(self, document: Path, *others: str) -> Result:
        return run("check", "--snapshot", str(FAULTY), "--settings", str(document), *others)

    def test_its_own_hold_unless_others_are_named(self, document: Path) -> None:
        document.write_text('{"mode": "audit", "threshold": "CRITICAL"}')

        its_own, others = check(FAULTY, form="text"), self.by(document)

        assert its_own.stdout.startswith("Training job faulty-1: noncompliant\nThese settings have")
        assert others.stdout.startswith("Training job faulty-1: undetermined\nThe job was not")
        assert (its_own.exit_code, others.exit_code) == (1, 3)

    def test_none_of_its_own_is_left(self, document: Path) -> None:
        document.write_text("{}")

        assert "which the settings forbid" in check(FAULTY, form="text").stdout
        assert "which the settings forbid" not in self.by(document).stdout

    def test_what_the_document_leaves_out_the_variables_say(
        self, document: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document.write_text('{"threshold": "HIGH"}')
        monkeypatch.setenv("GUARDRAIL_INTERNET_ACCESS", "forbidden")

        assert "which the settings forbid" in self.by(document).stdout

    def test_an_exemption_is_tried_before_it_is_deployed(self, document: Path) -> None:
        document.write_text(
            '{"exemptions": [{"job_name": "faulty-*", "owner": "ml", "reason": "a trial",'
            ' "expires": "2026-12-31"}]}'
        )

        done = self.by(document)

        assert done.exit_code == 0
        assert done.stdout.startswith("Training job faulty-1: exempted\n")
        assert "Exempted until 2026-12-31, by ml: a trial" in done.stdout

    def test_a_broken_document_judges_nothing_and_each_wrong_field_is_named(
        self, document: Path
    ) -> None:
        document.write_text('{"mode": "x", "treshold": "HIGH"}')

        done = self.by(document, "--format", "json")

        assert (done.exit_code, done.stdout) == (2, "[]\n")
        told = done.stderr.splitlines()
        assert len(told) == 2
        assert told[0].startswith(f"vpc-guardrail: {document}: treshold: is not known")
        assert told[1].startswith(f"vpc-guardrail: {document}: mode: is 'x'")

    def test_a_document_that_is_not_there_judges_nothing(self, document: Path) -> None:
        done = self.by(document)

        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"vpc-guardrail: {document}: ")

    def test_a_variable_that_cannot_be_is_named(
        self, document: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document.write_text("{}")
        monkeypatch.setenv("GUARDRAIL_MODE", "sometimes")

        done = self.by(document)

        assert (done.exit_code, done.stdout) == (2, "")
        assert "GUARDRAIL_MODE is 'sometimes'" in done.stderr

    def test_a_document_is_read_from_standard_input(self) -> None:
        arguments = ["check", "--snapshot", str(FAULTY), "--settings", "-"]

        done = CliRunner().invoke(app, arguments, input='{"threshold": "CRITICAL"}')

        assert done.exit_code == 3

    @pytest.mark.parametrize("command", ["check", "snapshot"])
    @pytest.mark.parametrize(
        "places",
        [
            ("--stack", "a", "--parameter", "b"),
            ("--stack", "a", "--settings", "c"),
            ("--parameter", "b", "--settings", "c"),
            ("--stack", "a", "--parameter", "", "--settings", ""),
        ],
    )
    def test_one_place_is_enough(self, command: str, places: tuple[str, ...]) -> None:
        done = run(command, "train-1", *places)

        assert (done.exit_code, done.stdout) == (2, "")
        assert "give one of" in done.stderr


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe"], ids=["something else", "no text"])
def test_what_is_wrong_with_standard_input_is_told(content: bytes) -> None:
    done = CliRunner().invoke(app, ["check", "--snapshot", "-"], input=content)

    assert done.exit_code == 2
    assert done.stderr.startswith("vpc-guardrail: standard input: ")
