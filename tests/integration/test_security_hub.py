"""security_hub_importer before moto's Security Hub and ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import ACCOUNT, NOW, REGION, a_finding
from tests.integration.wire import ALWAYS, Wire
from tests.messages import a_judgement, an_enforcement
from vpc_guardrail.adapters.aws_calls import SECURITY_HUB_IMPORTER
from vpc_guardrail.adapters.ledger import LedgerTable
from vpc_guardrail.adapters.security_hub import BATCH, FindingsRefusedError, SecurityHub
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.report.documents import enforcement_document, verdict_document
from vpc_guardrail.wiring.security_hub import HubParts, import_batch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from vpc_guardrail.adapters.clients import Clients

Json = Any

TABLE = "ledger"
OPERATION = "BatchImportFindings"
FAILED = a_finding(Status.FAIL, check="s3-reachable", resource="subnet-a")


@dataclass(frozen=True)
class Context:
    """Lambda's context."""

    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:importer"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass(frozen=True)
class Importer:
    """The function, and what stands around it."""

    client: Json
    parts: HubParts
    wire: Wire

    def takes(self, *bodies: str) -> list[str]:
        """Let it handle messages, whose ids are their places; gives what failed."""
        records = [
            {"messageId": str(place), "body": body, "eventSource": "aws:sqs"}
            for place, body in enumerate(bodies)
        ]
        answer = import_batch({"Records": records}, Context(), self.parts)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def findings(self) -> list[Json]:
        found: list[Json] = self.client.get_findings()["Findings"]
        return found


@pytest.fixture
def importer(clients: Clients) -> Importer:
    clients.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client: Json = clients.securityhub
    ledger = LedgerTable(clients.dynamodb, TABLE)
    return Importer(client, HubParts(SecurityHub(client), ledger), Wire(client))


def an_envelope(document: Mapping[str, Json], **members: Json) -> str:
    envelope = {
        "Type": "Notification",
        "MessageId": "1",
        "Message": json.dumps(document),
        "Timestamp": "2026-11-23T12:00:05.000Z",
    }
    return json.dumps(envelope | members)


def a_verdict(severity: Severity = Severity.HIGH, *, at: datetime = NOW) -> str:
    judgement = a_judgement(replace(FAILED, severity=severity))
    return an_envelope(verdict_document(replace(judgement, facts_read_at=at)))


def test_a_failure_is_one_finding_that_keeps_the_time_of_its_first_import(
    importer: Importer,
) -> None:
    assert importer.takes(a_verdict(), a_verdict(at=NOW + timedelta(hours=1))) == []

    (finding,) = importer.findings()
    assert finding["CreatedAt"] == "2026-11-23T12:00:00.000Z"
    assert finding["UpdatedAt"] == "2026-11-23T13:00:00.000Z"


def test_it_makes_the_declared_call_alone(importer: Importer) -> None:
    importer.takes(a_verdict())

    assert importer.wire.calls == [*SECURITY_HUB_IMPORTER["securityhub"]]


def test_what_tells_of_no_failure_imports_nothing(importer: Importer) -> None:
    nothing = an_envelope(verdict_document(a_judgement(a_finding(Status.UNKNOWN))))

    assert importer.takes(nothing, a_verdict(Severity.LOW)) == []

    assert importer.wire.calls == []


def test_a_stop_ends_the_jobs_own_finding(importer: Importer) -> None:
    assert importer.takes(an_envelope(enforcement_document(an_enforcement()))) == []

    (finding,) = importer.findings()
    assert finding["RecordState"] == "ARCHIVED"
    assert finding["Compliance"]["Status"] == "FAILED"


@pytest.mark.parametrize(
    "body",
    [
        "not JSON",
        an_envelope({}),
        an_envelope({"message_type": "mended"}),
        an_envelope(enforcement_document(an_enforcement()), Timestamp=None),
    ],
)
def test_what_is_not_understood_comes_back_and_holds_up_no_other(
    importer: Importer, body: str
) -> None:
    assert importer.takes(body, a_verdict()) == ["0"]

    assert len(importer.findings()) == 1


def test_a_finding_that_is_refused_lets_its_message_come_back(
    importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    refused = {"Id": "a", "ErrorCode": "InvalidAccess", "ErrorMessage": "Not enabled."}
    answer = {"FailedCount": 1, "SuccessCount": 0, "FailedFindings": [refused]}
    importer.wire.answers(OPERATION, json.dumps(answer))

    assert importer.takes(a_verdict()) == ["0"]

    assert "a: InvalidAccess, Not enabled." in caplog.text
    assert importer.takes(a_verdict()) == []
    assert len(importer.findings()) == 1


def test_a_failed_call_lets_its_message_come_back(importer: Importer) -> None:
    importer.wire.fails(OPERATION, "InvalidAccessException", status=401, times=ALWAYS)

    assert importer.takes(a_verdict()) == ["0"]


# The adapter.


@dataclass
class Hub:
    """A client that answers what it is told to, or that all is taken."""

    answers: list[Json] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """How many findings each call carried."""

    def batch_import_findings(self, *, Findings: Sequence[Json]) -> Json:
        self.sizes.append(len(Findings))
        return self.answers.pop(0) if self.answers else {"FailedCount": 0, "FailedFindings": []}


REFUSED = {
    "FailedCount": 1,
    "FailedFindings": [{"Id": "7", "ErrorCode": "InvalidInput", "ErrorMessage": "No."}],
}


@pytest.mark.parametrize(
    ("count", "batches"),
    [(0, []), (1, [1]), (BATCH, [BATCH]), (BATCH + 1, [BATCH, 1]), (2 * BATCH, [BATCH, BATCH])],
)
def test_findings_go_by_the_hundred(count: int, batches: list[int]) -> None:
    hub = Hub()

    SecurityHub(hub).import_findings([{"Id": "a"}] * count)

    assert hub.sizes == batches


def test_a_refusal_holds_up_no_later_batch() -> None:
    hub = Hub([REFUSED])

    with pytest.raises(
        FindingsRefusedError, match=r"1 findings are refused; 7: InvalidInput, No\."
    ):
        SecurityHub(hub).import_findings([{"Id": "a"}] * (BATCH + 1))
    assert hub.sizes == [BATCH, 1]


def test_a_count_without_reasons_is_a_refusal_too() -> None:
    hub = Hub([{"FailedCount": 3}])

    with pytest.raises(FindingsRefusedError, match="3 findings are refused"):
        SecurityHub(hub).import_findings([{"Id": "a"}])
