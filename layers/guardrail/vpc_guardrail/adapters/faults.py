"""What an error of AWS means: a fact that may not be known, or a fault.

A fault (throttling after all retries, an outage, an unknown code) is raised, so that the message
comes back and at last goes to the dead-letter queue: it never becomes a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from vpc_guardrail.core.model import Fact

T = TypeVar("T")

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedOperation",
    }
)
"""Codes of an action that a policy denies to the caller; a retry would be denied as well.

Codes of broken credentials (AuthFailure, ExpiredToken, UnrecognizedClientException, …) are faults.
Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

NOT_SUBSCRIBED = frozenset({"OptInRequired"})
"""The account may not use the service at all."""

NOT_OFFERED = frozenset(
    {"InvalidAction", "NotImplemented", "UnknownOperationException", "UnsupportedOperation"}
)
"""Codes of an action that the Region or partition does not know."""

NOT_FOUND = frozenset({"FileSystemNotFound"})
"""What EFS and FSx say of a file system that is gone, or is another account's."""

NOT_FOUND_SUFFIX = ".NotFound"
"""EC2 says `InvalidVpcID.NotFound` of what went since, or what another account keeps to itself."""


def fact(action: str, read: Callable[[], T]) -> Fact[T]:
    """What was read, or Unknown if it may not or cannot be known; faults raise.

    `action` is named as in a policy, such as `ec2:DescribeSubnets`.
    """
    try:
        return read()
    except ClientError as error:
        reason = unknowable(action, error)
        if reason is None:
            raise
        return Unknown(reason)


def unknowable(action: str, error: ClientError) -> str | None:
    """Why the answer cannot be known; None if the error is a fault."""
    code = code_of(error)
    if code in DENIED:
        return f"{action} is denied to the guardrail"
    if code in NOT_SUBSCRIBED:
        return f"the account is not subscribed to the service of {action}"
    if code in NOT_OFFERED:
        return f"{action} is not offered here ({code})"
    if code in NOT_FOUND or code.endswith(NOT_FOUND_SUFFIX):
        return f"{action} did not find what it was asked for ({code})"
    return None


def is_denied(error: ClientError) -> bool:
    """True if a policy denies the action to the caller."""
    return code_of(error) in DENIED


def is_missing_job(error: ClientError) -> bool:
    """True if SageMaker does not know the training job.

    ResourceNotFound is what its service model says; "Requested resource not found." in a
    ValidationException is what it commonly answers.
    """
    code = code_of(error)
    if code in ("ResourceNotFound", "ResourceNotFoundException"):
        return True
    return code == "ValidationException" and "not found" in message_of(error).lower()


def code_of(error: ClientError) -> str:
    """The error's code; empty if the answer carries none."""
    return error.response.get("Error", {}).get("Code", "")


def message_of(error: ClientError) -> str:
    """The error's text; empty if the answer carries none."""
    return error.response.get("Error", {}).get("Message", "")
