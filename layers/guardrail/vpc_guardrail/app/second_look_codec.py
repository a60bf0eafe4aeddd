"""Second looks as JSON, the way they travel through the inspection queue."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.second_look import SecondLook
from vpc_guardrail.core.problems import UNKNOWN_VPC

SECOND_LOOK = "second_look"
"""The one member of the message, which no event has."""

MEMBERS = ("job_arn", "created_at", "vpc_id", "hour")
VPC_ID = re.compile(rf"vpc-[0-9a-z]{{1,32}}|{UNKNOWN_VPC}")


class MalformedSecondLookError(ValueError):
    """A message that asks for a second look, but not as it is to be asked for."""


def encode(look: SecondLook) -> str:
    """The second look as a JSON text."""
    return json.dumps(
        {
            SECOND_LOOK: {
                "job_arn": look.arn.text,
                "created_at": look.created_at.isoformat(),
                "vpc_id": look.vpc_id,
                "hour": look.hour.isoformat(),
            }
        }
    )


def decode(message: Mapping[str, Any]) -> SecondLook:
    """The second look that a message asks for; raises `MalformedSecondLookError`."""
    values = message.get(SECOND_LOOK)
    if message.keys() != {SECOND_LOOK} or not isinstance(values, Mapping):
        raise MalformedSecondLookError(f"the message is not one structure named {SECOND_LOOK}")
    if values.keys() != {*MEMBERS} or not all(isinstance(each, str) for each in values.values()):
        raise MalformedSecondLookError(f"{SECOND_LOOK} has not the texts {', '.join(MEMBERS)}")
    if not VPC_ID.fullmatch(values["vpc_id"]):
        raise MalformedSecondLookError("vpc_id is not the id of a VPC")
    try:
        arn = JobArn.parse(values["job_arn"])
    except MalformedArnError as error:
        raise MalformedSecondLookError(str(error)) from error
    return SecondLook(
        arn, _time(values, "created_at"), values["vpc_id"], hour=_time(values, "hour")
    )


def _time(values: Mapping[str, Any], name: str) -> datetime:
    try:
        time = datetime.fromisoformat(values[name])
    except ValueError as error:
        raise MalformedSecondLookError(f"{name} is not a time") from error
    if time.tzinfo is None:
        raise MalformedSecondLookError(f"{name} is a time without its zone")
    return time
