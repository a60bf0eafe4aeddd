"""The private ministack hooks: everything here leans on names that ministack does not promise.

They hold for the version pinned in `requirements/local-aws.in`; look here first when it moves.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from ministack import app as ministack
from ministack.core import lambda_runtime, responses
from ministack.services import eventbridge

from local_aws.account import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)


def run_functions_with(python: str) -> None:
    """Hook 1: Python functions run with this interpreter instead of the server's own.

    ministack starts them with `sys.executable`, whose site-packages hold moto, Flask and pydantic:
    a package that the layer forgot would be found there, and its lack would go unseen.
    """
    original = lambda_runtime._detect_runtime_binary

    def detect(runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        return (python, script) if runtime.startswith("python") else (binary, script)

    lambda_runtime._detect_runtime_binary = detect


def put_event_as_aws(entry: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Hook 2: put an event on the default bus as an AWS service does it.

    PutEvents refuses `aws.*` sources, here as on AWS. ministack lets its own emitters pass by a
    parameter of the function behind the API, and so do we; the API goes on refusing callers.
    """
    with responses.request_scope(ACCOUNT_ID, region):
        _status, _headers, body = eventbridge._put_events(
            {"Entries": [dict(entry)]}, allow_aws_source=True
        )
    return {"response": body.decode() if isinstance(body, bytes) else body}


async def reset() -> None:
    """Hook 3: wipe ministack's state, holding the lock that keeps requests out meanwhile."""
    async with ministack._get_reset_lock():
        await asyncio.to_thread(ministack._reset_all_state)
