"""The CloudTrail events that SageMaker's calls would leave on the default event bus.

Faked: CloudTrail itself. The shape follows published records of CreateTrainingJob: members of
structures begin with a lower-case letter, keys of maps stay as they are, a failed call carries
`errorCode`, `errorMessage` and null `responseElements`. What no published record shows is marked.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws.account import ACCOUNT_ID

EVENT_SOURCE = "aws.sagemaker"
DETAIL_TYPE = "AWS API Call via CloudTrail"
EVENT_VERSION = "1.11"

RECORDED = frozenset(
    {
        "CreateTrainingJob",
        "StopTrainingJob",
        "DeleteTrainingJob",
        "CreateHyperParameterTuningJob",
        "StopHyperParameterTuningJob",
    }
)
"""Management events that write. A plain rule does not get read-only ones."""

MAPS = frozenset(
    {
        "Environment",
        "HyperParameters",
        "HookParameters",
        "CollectionParameters",
        "RuleParameters",
        "ProfilingParameters",
        "StaticHyperParameters",
    }
)
"""Members of the requests that are maps: their keys belong to the caller."""

MAX_REQUEST_BYTES = 100 * 1024
"""A longer `requestParameters` is left out and marked `omitted` (CloudTrail's user guide)."""

UNASKED_BOOLEANS = (
    "enableNetworkIsolation",
    "enableInterContainerTrafficEncryption",
    "enableManagedSpotTraining",
    "disableEFA",
    "withWarmPoolValidationError",
)
"""Members that published records carry although the caller did not send them."""


@dataclass(frozen=True)
class Caller:
    """Who made the call."""

    arn: str
    access_key: str
    source_ip: str = "127.0.0.1"
    user_agent: str = ""


@dataclass(frozen=True)
class Failure:
    """How a call failed. `denied` means that IAM refused it before the service read it."""

    code: str
    message: str
    denied: bool = False


def lower_first(shape: Any) -> Any:
    """A request or response as CloudTrail spells it."""
    if isinstance(shape, Mapping):
        return {
            name[:1].lower() + name[1:]: dict(value)
            if name in MAPS and value
            else lower_first(value)
            for name, value in shape.items()
        }
    if isinstance(shape, list):
        return [lower_first(member) for member in shape]
    return shape


def event_detail(
    operation: str,
    request: Mapping[str, Any],
    outcome: Mapping[str, Any] | Failure,
    caller: Caller,
    region: str,
    at: datetime | None = None,
) -> dict[str, Any]:
    """The `detail` of the event for one call."""
    detail: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": user_identity(caller),
        "eventTime": (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": operation,
        "awsRegion": region,
        "sourceIPAddress": caller.source_ip,
        "userAgent": caller.user_agent,
        "requestParameters": _request_parameters(operation, request, outcome),
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
    }
    if isinstance(outcome, Failure):
        detail |= {"errorCode": outcome.code, "errorMessage": outcome.message}
    elif outcome:
        detail["responseElements"] = lower_first(outcome)
    return detail


def entry(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The event as an entry of PutEvents."""
    return {
        "Source": EVENT_SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": json.dumps(detail),
        "Resources": [],
    }


def user_identity(caller: Caller) -> dict[str, Any]:
    """Who called, for the account's root, a user, or a role's session."""
    kind, _, name = caller.arn.rpartition(":")[2].partition("/")
    identity = {"arn": caller.arn, "accountId": ACCOUNT_ID, "accessKeyId": caller.access_key}
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        issuer = {
            "type": "Role",
            "principalId": "AROALOCALAWS",
            "arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
            "accountId": ACCOUNT_ID,
            "userName": role,
        }
        principal = f"AROALOCALAWS:{session}"
        context = {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}
        return {
            "type": "AssumedRole",
            "principalId": principal,
            **identity,
            "sessionContext": context,
        }
    if kind == "user":
        return {"type": "IAMUser", "principalId": "AIDALOCALAWS", **identity, "userName": name}
    return {"type": "Root", "principalId": ACCOUNT_ID, **identity}


def _request_parameters(
    operation: str, request: Mapping[str, Any], outcome: Mapping[str, Any] | Failure
) -> dict[str, Any] | None:
    """Null when IAM refused the call: likely, but no published record shows it."""
    if isinstance(outcome, Failure) and outcome.denied:
        return None
    parameters: dict[str, Any] = lower_first(request)
    if operation == "CreateTrainingJob" and not isinstance(outcome, Failure):
        parameters = {**dict.fromkeys(UNASKED_BOOLEANS, False), **parameters}
        parameters["trainingJobArn"] = outcome["TrainingJobArn"]
    if len(json.dumps(parameters).encode()) > MAX_REQUEST_BYTES:
        return {"omitted": True}
    return parameters
