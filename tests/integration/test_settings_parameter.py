"""The settings document in SSM Parameter Store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.clients import ATTEMPTS
from vpc_guardrail.adapters.settings_parameter import SsmSettingsDocuments
from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.app.settings_in_force import DocumentUnreadableError

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

NAME = "/vpc-guardrail/test/settings"


def put(clients: Clients, *texts: str) -> None:
    for text in texts:
        clients.ssm.put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)  # type: ignore[attr-defined] # no stubs


def test_the_newest_text_is_read_once_within_the_seconds(clients: Clients) -> None:
    put(clients, "{}", '{"mode": "audit"}')
    wire = Wire(clients.ssm)
    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME, seconds_cached=1000)

    assert [documents.newest(), documents.newest()] == ['{"mode": "audit"}'] * 2
    assert wire.calls == ["GetParameter"]


def test_a_change_is_seen_when_the_seconds_are_over(clients: Clients) -> None:
    put(clients, "{}")
    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME, seconds_cached=0)
    documents.newest()

    put(clients, '{"mode": "audit"}')

    assert documents.newest() == '{"mode": "audit"}'


def test_earlier_texts_come_newest_first_over_all_pages(clients: Clients) -> None:
    texts = [f'{{"threshold": "{number}"}}' for number in range(60)]
    put(clients, *texts)

    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME)

    assert [*documents.earlier()] == texts[::-1]


def test_nothing_is_asked_before_the_document_is_wanted(clients: Clients) -> None:
    wire = Wire(clients.ssm)

    SsmSettingsDocuments(lambda: clients.ssm, NAME).earlier()

    assert wire.calls == []


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("AccessDeniedException", 400, DocumentUnreadableError),
        ("ParameterNotFound", 400, DocumentUnreadableError),
        ("ThrottlingException", 400, DocumentOutOfReachError),
        ("InternalServerError", 500, DocumentOutOfReachError),
        ("ServiceUnavailable", 503, DocumentOutOfReachError),
        ("ExpiredTokenException", 400, DocumentOutOfReachError),
        ("NeverHeardOf", 400, DocumentOutOfReachError),
    ],
)
def test_what_is_denied_or_gone_is_told_from_what_passes(
    clients: Clients, waits: Waits, code: str, status: int, raised: type[Exception]
) -> None:
    wire = Wire(clients.ssm)
    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME)
    for operation in ("GetParameter", "GetParameterHistory"):
        wire.fails(operation, code, status=status, times=ALWAYS)

    with pytest.raises(raised, match=code):
        documents.newest()
    with pytest.raises(raised, match=code):
        next(documents.earlier())


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://ssm"),
        EndpointConnectionError(endpoint_url="https://ssm"),
        ReadTimeoutError(endpoint_url="https://ssm"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_does_not_come_passes(
    clients: Clients, waits: Waits, error: Exception
) -> None:
    def lose(**_: object) -> None:
        raise error

    clients.ssm.meta.events.register_first("before-send.ssm.*", lose)
    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME)

    with pytest.raises(DocumentOutOfReachError, match="https://ssm"):
        documents.newest()
    with pytest.raises(DocumentOutOfReachError, match="https://ssm"):
        next(documents.earlier())


def test_a_text_is_read_as_soon_as_the_failure_has_passed(clients: Clients, waits: Waits) -> None:
    put(clients, "{}")
    wire = Wire(clients.ssm)
    wire.fails("GetParameter", "InternalServerError", status=500, times=ATTEMPTS)
    documents = SsmSettingsDocuments(lambda: clients.ssm, NAME, seconds_cached=1000)

    with pytest.raises(DocumentOutOfReachError):
        documents.newest()

    assert documents.newest() == "{}"


def test_a_parameter_that_is_gone_cannot_be_read(clients: Clients) -> None:
    with pytest.raises(DocumentUnreadableError, match=f"{NAME} could not be read"):
        SsmSettingsDocuments(lambda: clients.ssm, NAME).newest()


def test_an_answer_without_a_document_is_not_waited_for_without_end(clients: Clients) -> None:
    wire = Wire(clients.ssm)
    wire.answers(
        "GetParameterHistory", json.dumps({"Parameters": [], "NextToken": "x"}), times=ALWAYS
    )

    assert [*SsmSettingsDocuments(lambda: clients.ssm, NAME).earlier()] == []
    assert len(wire.calls) < 10
