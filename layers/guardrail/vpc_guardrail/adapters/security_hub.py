"""Findings over securityhub:BatchImportFindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BATCH = 100
"""Findings of one call.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

MOST_REASONS = 5


class SecurityHubClient(Protocol):
    """What is called of boto3's client."""

    def batch_import_findings(self, *, Findings: Sequence[Any]) -> Any:  # boto3's name
        """Import findings, or tell which are refused."""


class FindingsRefusedError(Exception):
    """Security Hub did not take all findings; what it took may be imported again."""


class SecurityHub:
    """The findings of this account's own product."""

    def __init__(self, client: SecurityHubClient) -> None:
        self._client = client

    def import_findings(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """Import all, however many; raises `FindingsRefusedError` when all were tried.

        One that Security Hub holds in the same or a newer version is left as it is.
        """
        refused: list[Mapping[str, Any]] = []
        for first in range(0, len(findings), BATCH):
            batch = [*findings[first : first + BATCH]]
            answer = self._client.batch_import_findings(Findings=batch)
            failed = answer.get("FailedFindings", [])
            if answer["FailedCount"] and not failed:
                raise FindingsRefusedError(f"{answer['FailedCount']} findings are refused")
            refused += failed
        if refused:
            raise FindingsRefusedError(_reasons(refused))


def _reasons(refused: Sequence[Mapping[str, Any]]) -> str:
    told = [
        f"{each['Id']}: {each['ErrorCode']}, {each['ErrorMessage']}"
        for each in refused[:MOST_REASONS]
    ]
    return f"{len(refused)} findings are refused; {'; '.join(told)}"
