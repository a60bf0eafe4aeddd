"""Security Hub's findings of one Region, as far as the guardrail meets them.

Faked: all of it. BatchImportFindings refuses what is beyond the documented lengths, ignores what is
not newer than what it holds, and leaves alone what belongs to the finding's readers. GetFindings
gives every finding, whatever the filter.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from local_aws.account import ACCOUNT_ID, PARTITION
from local_aws.wire import Reply, json_error, json_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.wire import AwsCall

REQUIRED = (
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "CreatedAt",
    "UpdatedAt",
    "Title",
    "Description",
    "Resources",
)
LONGEST = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
LONGEST_RECOMMENDATION, LONGEST_PRODUCT_FIELD, LONGEST_PRODUCT_FIELD_NAME = 512, 2048, 128
MOST_PRODUCT_FIELDS, MOST_RESOURCES, MOST_FINDINGS, MOST_BYTES = 50, 32, 100, 240_000
"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html"""

OF_THE_READERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""What an import does not change.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""


class SecurityHub:
    """The findings of one Region, oldest first."""

    def __init__(self, region: str) -> None:
        self._product = f"arn:{PARTITION}:securityhub:{region}:{ACCOUNT_ID}:product/{ACCOUNT_ID}"
        self._findings: dict[str, dict[str, Any]] = {}

    def answer(self, call: AwsCall) -> Reply:
        request = json.loads(call.body or b"{}")
        if call.operation == "GetFindings":
            return json_reply({"Findings": [*self._findings.values()]})
        if call.operation == "BatchImportFindings":
            return self._import(request["Findings"])
        return json_error("UnknownOperationException", f"{call.operation} is not played here.", 404)

    def _import(self, findings: list[dict[str, Any]]) -> Reply:
        if not 1 <= len(findings) <= MOST_FINDINGS:
            return json_error("InvalidInputException", f"{len(findings)} findings at once.")
        refused = []
        for finding in findings:
            complaint = self._complaint(finding)
            if complaint:
                error = {"ErrorCode": "InvalidInput", "ErrorMessage": complaint}
                refused.append({"Id": finding.get("Id", "none"), **error})
            else:
                self._keep(finding)
        taken = len(findings) - len(refused)
        counts = {"FailedCount": len(refused), "SuccessCount": taken}
        return json_reply(counts | {"FailedFindings": refused})

    def _keep(self, finding: dict[str, Any]) -> None:
        known = self._findings.get(finding["Id"])
        if known and finding["UpdatedAt"] <= known["UpdatedAt"]:
            return
        provided = finding.get("FindingProviderFields", {})
        kept = {"Workflow": {"Status": "NEW"}, **copy.deepcopy(finding), **provided}
        for name in OF_THE_READERS:
            if known and name in known:
                kept[name] = known[name]
        self._findings[finding["Id"]] = kept

    def _complaint(self, finding: Mapping[str, Any]) -> str:
        missing = [name for name in REQUIRED if not finding.get(name)]
        if missing:
            return f"{', '.join(missing)} is missing."
        if (finding["ProductArn"], finding["AwsAccountId"]) != (
            f"{self._product}/default",
            ACCOUNT_ID,
        ):
            return "The product is not the account's own."
        if not finding.get("FindingProviderFields", finding).get("Severity", {}).get("Label"):
            return "The severity is missing."
        return "" if _fits(finding) else "Something is too long."


def _fits(finding: Mapping[str, Any]) -> bool:
    recommendation = finding.get("Remediation", {}).get("Recommendation", {})
    fields = finding.get("ProductFields", {})
    return (
        all(len(finding[name]) <= limit for name, limit in LONGEST.items())
        and len(recommendation.get("Text", "")) <= LONGEST_RECOMMENDATION
        and len(finding["Resources"]) <= MOST_RESOURCES
        and len(fields) <= MOST_PRODUCT_FIELDS
        and all(0 < len(name) <= LONGEST_PRODUCT_FIELD_NAME for name in fields)
        and all(0 < len(value) <= LONGEST_PRODUCT_FIELD for value in fields.values())
        and len(json.dumps(finding)) <= MOST_BYTES
    )
