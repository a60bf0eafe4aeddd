"""Whether a settings document may be deployed, as a custom resource answers CloudFormation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.settings_document import SettingsError, parse_settings
from vpc_guardrail.core.settings import Settings

PROPERTY = "Settings"
RESOURCE_ID = "settings"
REASON_CHARACTERS = 900
"""CloudFormation's events show about a thousand."""

DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Answer:
    """What CloudFormation is told; the reason of a failure names the field."""

    succeeded: bool
    reason: str = ""


def checked(request: Mapping[str, Any]) -> Answer:
    """Whether the document of a request can be used; a resource may always be deleted."""
    if request.get("RequestType") == DELETE:
        return Answer(succeeded=True)
    properties = request.get("ResourceProperties")
    text = properties.get(PROPERTY) if isinstance(properties, Mapping) else None
    if not isinstance(text, str):
        return Answer(succeeded=False, reason=f"The resource has no property {PROPERTY}.")
    try:
        parse_settings(text, Settings())
    except SettingsError as error:
        problems = "; ".join(str(error).splitlines())
        return Answer(succeeded=False, reason=f"Settings: {problems}"[:REASON_CHARACTERS])
    return Answer(succeeded=True)


def response(request: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """The body that CloudFormation wants.

    Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    """
    body = {name: request.get(name) for name in ("StackId", "RequestId", "LogicalResourceId")}
    return {
        **body,
        "PhysicalResourceId": request.get("PhysicalResourceId") or RESOURCE_ID,
        "Status": "SUCCESS" if answer.succeeded else "FAILED",
        "Reason": answer.reason,
    }
