"""Faults on order: the next calls of an operation fail as AWS would make them fail."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.wire import AwsCall, Reply, error_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

ALWAYS = -1

HTTP_STATUS = {
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "InternalError": 500,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "UnauthorizedOperation": 403,
    "AuthorizationError": 403,
    "AccessDenied": 403,
}
"""Statuses that go with error codes; every other code is a 400, as for throttling in JSON."""

MESSAGES = {
    "RequestLimitExceeded": "Request limit exceeded.",
    "ThrottlingException": "Rate exceeded",
    "Throttling": "Rate exceeded",
    "UnauthorizedOperation": "You are not authorized to perform this operation.",
    "AccessDeniedException": "User is not authorized to perform this action.",
}


class BadFault(ValueError):
    """The order for a fault cannot be understood."""


@dataclass
class Fault:
    """An order: so many calls of this operation answer this error."""

    service: str
    operation: str
    error_code: str
    times: int = 1
    """How many calls fail; `ALWAYS` never runs out."""
    message: str = ""
    status: int = 0
    principal: str = ""
    """Only calls whose principal contains this text fail; empty means all."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Fault:
        try:
            return cls(**document)
        except TypeError as error:
            raise BadFault(str(error)) from error

    def meets(self, call: AwsCall, principal: str) -> bool:
        return (
            self.times != 0
            and self.service == call.service
            and self.operation in (call.operation, "*")
            and self.principal in principal
        )

    def reply(self, call: AwsCall) -> Reply:
        message = self.message or MESSAGES.get(self.error_code, f"{self.error_code} on order.")
        status = self.status or HTTP_STATUS.get(self.error_code, 400)
        return error_reply(call, self.error_code, message, status)


class FaultBook:
    """The faults that were ordered and are not used up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, call: AwsCall, principal: str) -> Fault | None:
        """The fault for this call, one use of it spent; None lets the call through."""
        with self._lock:
            for fault in self._faults:
                if fault.meets(call, principal):
                    if fault.times != ALWAYS:
                        fault.times -= 1
                    return fault
        return None
