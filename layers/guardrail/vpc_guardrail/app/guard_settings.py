"""Whether a settings document may be deployed, as a custom resource answers CloudFormation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.settings_document import SettingsError, parse_settings
from vpc_guardrail.core.alert_routes import DEFAULT_ROUTE
from vpc_guardrail.core.settings import Settings

PROPERTY = "Settings"
ROUTES = ("AlertEmailRoutes", "SlackRoutes", "SlackUrgentRoutes")
"""Properties that name routes of the document, separated by commas; empty for all alerts."""

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
    asked = request.get("ResourceProperties")
    properties: Mapping[str, Any] = asked if isinstance(asked, Mapping) else {}
    text = properties.get(PROPERTY)
    if not isinstance(text, str):
        return Answer(succeeded=False, reason=f"The resource has no property {PROPERTY}.")
    try:
        settings = parse_settings(text, Settings())
    except SettingsError as error:
        problems = "; ".join(str(error).splitlines())
        return Answer(succeeded=False, reason=f"Settings: {problems}"[:REASON_CHARACTERS])
    missing = "; ".join(_missing_routes(properties, settings))
    return Answer(succeeded=not missing, reason=missing[:REASON_CHARACTERS])


def _missing_routes(properties: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """What is wrong with each property that names a route which the settings do not have."""
    known = [*dict.fromkeys(each.name for each in settings.alerts.routes), DEFAULT_ROUTE]
    for name in ROUTES:
        asked = str(properties.get(name, ""))
        for missing in [each for each in asked.split(",") if asked and each not in known]:
            yield (
                f"{name}: {missing!a} is no route of the settings document; "
                f"it has {', '.join(known)}"
            )


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
