"""SNS messages: below the limit, readable for machines and people, and without secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOW, a_finding, a_job, a_network, a_tuning_job
from tests.fakes import (
    FakeJobs,
    FakeLedger,
    FakeMeter,
    FakeNetworks,
    FakePublisher,
    FakeStopOrders,
    FakeTags,
    alerts_through,
)
from tests.messages import (
    ALICE,
    HOME,
    a_judgement,
    a_stop_order,
    an_arn,
    an_enforcement,
    an_event,
)
from tests.strategies import (
    Request,
    findings,
    hostile_texts,
    patiently,
    requests,
    starters,
    wild_texts,
)
from tests.unit.report.test_documents import VALIDATOR
from vpc_guardrail.app.enforcement import Outcome
from vpc_guardrail.app.inspect_job import Announcement, Inspector
from vpc_guardrail.app.starters import LONGEST
from vpc_guardrail.core.decision import Verdict
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import Starter
from vpc_guardrail.core.settings import Mode, Settings
from vpc_guardrail.report.messages import Message, enforcement_message, judgement_message
from vpc_guardrail.wiring.events import parse_event

if TYPE_CHECKING:
    from vpc_guardrail.core.decision import Judgement

Json = Any

SNS_LIMIT = 262_144
"""Bytes of body and attributes. Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


def size(message: Message) -> int:
    """Bytes of a message, as SNS counts them."""
    attributes = (f"{name}String{value}" for name, value in message.attributes.items())
    return len(message.body.encode()) + sum(len(each.encode()) for each in attributes)


def bodies(message: Message) -> dict[str, str]:
    """The body for each protocol; SNS wants texts, and one named default."""
    found: Json = json.loads(message.body)
    assert all(isinstance(body, str) and body for body in found.values())
    return dict(found)


def document(message: Message) -> Json:
    """What machines read."""
    return json.loads(bodies(message)["default"])


def huge(
    count: int, text: str, status: Status = Status.FAIL, severity: Severity = Severity.HIGH
) -> list[Finding]:
    """Findings that would never fit into one message."""
    one = replace(
        a_finding(status, severity=severity),
        message=text,
        remediation=text,
        evidence={"text": text},
    )
    return [replace(one, resource=f"subnet-{number}") for number in range(count)]


ENFORCED = enforcement_message(an_enforcement())


class TestWhatItHolds:
    def test_machines_read_the_verdict_and_people_the_text(self) -> None:
        message = judgement_message(a_judgement(a_finding(Status.FAIL)))

        assert bodies(message).keys() == {"default", "email"}
        assert document(message)["verdict"] == "noncompliant"
        assert bodies(message)["email"].startswith("Training job train-1: noncompliant\n")

    def test_a_tuning_job_is_called_one(self) -> None:
        message = judgement_message(a_judgement(job=a_tuning_job()))

        assert message.subject == "[VPC Guardrail] noncompliant: tuning job tune-1"
        assert json.loads(message.body)["email"].startswith("Tuning job tune-1: noncompliant\n")

    def test_attributes_are_there_to_filter_by(self) -> None:
        finding = a_finding(Status.FAIL, severity=Severity.CRITICAL)

        assert judgement_message(a_judgement(finding, started_by=ALICE)).attributes == {
            "message_type": "verdict",
            "verdict": "noncompliant",
            "action": "notify",
            "severity": "CRITICAL",
            "account": "111122223333",
            "vpc_id": "vpc-1",
            "started_by": "Research",
            "role": "training",
            "routes": ["default"],
        }

    def test_it_is_told_under_the_names_of_its_routes(self) -> None:
        order = a_stop_order(routes=("ml", "networks"))

        assert judgement_message(a_judgement(), {"ml", "a"}).attributes["routes"] == ["a", "ml"]
        assert enforcement_message(an_enforcement(order=order)).attributes["routes"] == [
            "ml",
            "networks",
        ]

    def test_the_severity_is_that_of_what_made_the_verdict(self) -> None:
        found = [
            a_finding(Status.UNKNOWN, severity=Severity.MEDIUM),
            a_finding(Status.FAIL, severity=Severity.LOW),
            a_finding(Status.PASS, severity=Severity.CRITICAL),
        ]
        undetermined = a_judgement(*found, verdict=Verdict.UNDETERMINED)

        assert judgement_message(undetermined).attributes["severity"] == "MEDIUM"

    def test_an_enforcement_is_told_with_the_attributes_of_its_order(self) -> None:
        message = enforcement_message(an_enforcement())

        assert message.subject == "[VPC Guardrail] stopped: train-1"
        assert document(message)["outcome"] == "stopped"
        assert message.attributes == {
            "message_type": "enforcement",
            "outcome": "stopped",
            "verdict": "noncompliant",
            "action": "stop",
            "severity": "CRITICAL",
            "account": "111122223333",
            "vpc_id": "none",
            "started_by": "unknown",
            "role": "unknown",
            "routes": ["default"],
        }

    @pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.STOPPED])
    def test_the_subject_says_stopped_of_nothing_else(self, outcome: Outcome) -> None:
        subject = enforcement_message(an_enforcement(outcome)).subject

        assert subject == "[VPC Guardrail] not stopped: train-1"

    @pytest.mark.parametrize("message", [judgement_message(a_judgement()), ENFORCED])
    def test_raw_delivery_takes_its_attributes(self, message: Message) -> None:
        """SNS drops what has more than ten where a queue asks for raw messages."""
        assert len(message.attributes) <= 10

    @given(starters)
    def test_who_started_it_is_one_harmless_line(self, starter: Starter) -> None:
        verdict = judgement_message(a_judgement(started_by=starter))

        name = verdict.attributes["started_by"]
        assert isinstance(name, str)
        assert name.isprintable()
        assert 0 < len(name) <= 256

    @pytest.mark.parametrize("vpc_id", [None, ""])
    def test_no_attribute_is_empty(self, vpc_id: str | None) -> None:
        verdict = judgement_message(a_judgement(vpc_id=vpc_id))
        enforcement = enforcement_message(an_enforcement(order=a_stop_order(vpc_id=vpc_id)))

        assert all(verdict.attributes.values())
        assert all(enforcement.attributes.values())


class TestTheSubject:
    @patiently
    @given(wild_texts | hostile_texts.map(lambda text: text[:2000]))
    def test_it_is_what_sns_takes_whatever_the_name(self, name: str) -> None:
        verdict = judgement_message(a_judgement(job=replace(a_job(), name=name)))
        enforcement = enforcement_message(
            an_enforcement(order=replace(a_stop_order(), job_name=name))
        )

        for subject in (verdict.subject, enforcement.subject):
            assert subject.isascii()
            assert subject.isprintable()
            assert 0 < len(subject) < 100
            assert subject.startswith("[VPC Guardrail] ")


class TestTheLimit:
    @settings(patiently, max_examples=40)
    @given(st.lists(findings, max_size=30), starters)
    def test_it_holds_whatever_was_found(self, found: list[Finding], starter: Starter) -> None:
        message = judgement_message(a_judgement(*found, started_by=starter))

        assert size(message) < SNS_LIMIT
        VALIDATOR.validate(document(message))
        left_out = document(message).get("findings_left_out", 0)
        assert len(document(message)["findings"]) + left_out == len(found)

    @pytest.mark.parametrize("text", ['"', "\\", "é", "漢", "🔥", "\n", "a", "\x00"])
    @pytest.mark.parametrize(("count", "length"), [(1, 100_000), (300, 900), (3000, 100)])
    def test_it_holds_for_what_grows_when_it_is_escaped(
        self, text: str, count: int, length: int
    ) -> None:
        message = judgement_message(a_judgement(*huge(count, text * length)))

        assert size(message) < SNS_LIMIT
        VALIDATOR.validate(document(message))
        cut = document(message)
        assert len(cut["findings"]) + cut["findings_left_out"] == count

    def test_what_fits_is_left_as_it_is(self) -> None:
        judgement = a_judgement(*huge(5, "é" * 100), a_finding(Status.PASS))

        assert len(document(judgement_message(judgement))["findings"]) == 6
        assert "findings_left_out" not in document(judgement_message(judgement))

    def test_what_passed_goes_first(self) -> None:
        passed = huge(100, "x" * 2000, Status.PASS)
        failed = a_finding(Status.FAIL)
        cut = document(judgement_message(a_judgement(*passed, failed)))

        assert [each["status"] for each in cut["findings"]] == ["FAIL"]
        assert cut["findings_left_out"] == 100

    def test_then_the_evidence(self) -> None:
        failed = [replace(each, message="m", remediation="r") for each in huge(20, "x" * 20_000)]
        cut = document(judgement_message(a_judgement(*failed)))

        assert [each["evidence"] for each in cut["findings"]] == [{}] * 20
        assert cut["findings_left_out"] == 0

    def test_then_all_but_the_worst(self) -> None:
        worst = replace(a_finding(Status.FAIL, severity=Severity.CRITICAL), check="the-worst")
        unknown = huge(50, "x" * 5000, Status.UNKNOWN, Severity.CRITICAL)
        cut = document(judgement_message(a_judgement(*unknown, *huge(50, "y" * 5000), worst)))

        assert cut["findings"][0]["check"] == "the-worst"
        assert len(cut["findings"]) == 20
        assert {each["status"] for each in cut["findings"]} == {"FAIL"}
        assert all(len(each["message"]) <= 500 for each in cut["findings"])

    def test_the_text_tells_the_worst_of_a_cut_message_too(self) -> None:
        worst = replace(a_finding(Status.FAIL, severity=Severity.CRITICAL), message="The worst.")
        message = judgement_message(a_judgement(*huge(300, "漢" * 2000), worst))

        email = bodies(message)["email"]
        assert "The worst." in email
        assert len(email.encode()) <= 32_768
        assert email.endswith("…")

    @pytest.mark.parametrize("text", ['"', "\\", "漢", "🔥", "\x00"])
    def test_it_holds_for_the_longest_starter(self, text: str) -> None:
        starter = Starter("AssumedRole", *[text * LONGEST] * 5)
        message = judgement_message(a_judgement(*huge(40, text * 9999), started_by=starter))

        assert size(message) < SNS_LIMIT
        assert document(message)["started_by"]["name"] == text * LONGEST

    @patiently
    @given(hostile_texts)
    def test_it_holds_for_an_enforcement_whatever_aws_said(self, said: str) -> None:
        message = enforcement_message(an_enforcement(Outcome.ALREADY_ENDED, f"Ended: {said}."))

        assert size(message) < SNS_LIMIT
        assert document(message)["outcome"] == "already-ended"
        assert document(message)["message"].isprintable()


SECRET = "hunter2-"
secrets = st.text("abcdef", min_size=1, max_size=5).map(lambda text: SECRET + text)


def everything_said(request: Request, *, described: bool) -> str:
    """All that leaves the account after a job was requested."""
    event = an_event(
        request.name,
        requestParameters=request.as_cloudtrail_writes_it,
        responseElements={"trainingJobArn": an_arn(request.name)},
    )
    announcement = parse_event(json.dumps(event), HOME)
    assert isinstance(announcement, Announcement)
    assert announcement.requested is not None
    publisher, orders = FakePublisher(), FakeStopOrders()
    receipt = Inspector(
        jobs=FakeJobs(*[announcement.requested] if described else []),
        networks=FakeNetworks(a_network(subnets=[], security_groups=[])),
        ledger=FakeLedger(),
        alerts=alerts_through(publisher, Settings(mode=Mode.ENFORCE)),
        stop_orders=orders,
        meter=FakeMeter(),
        settings=Settings(mode=Mode.ENFORCE),
        now=lambda: NOW,
        tags=FakeTags(),
    ).inspect(announcement)
    judgements: list[Judgement] = publisher.judgements
    assert judgements, "a job in a network without subnets is told"
    return repr((receipt, orders.sent, *map(judgement_message, judgements)))


@patiently
@given(
    requests(
        texts=secrets,
        Environment=st.dictionaries(secrets, secrets, min_size=1),
        HyperParameters=st.dictionaries(secrets, secrets, min_size=1),
    ),
    st.booleans(),
)
def test_neither_environment_nor_hyperparameters_are_ever_told(
    request: Request, described: bool
) -> None:
    """Every text of the request is a secret here, but the job's name, its image and network ids."""
    assert SECRET in json.dumps(request.as_cloudtrail_writes_it)
    assert SECRET not in everything_said(request, described=described)
