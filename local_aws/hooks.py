"""The private ministack hooks: everything here leans on names that ministack does not promise.

They hold for the version pinned in `requirements/local-aws.in`; look here first when it moves.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from ministack import app as ministack
from ministack.core import iam_actions, lambda_runtime, responses
from ministack.services import eventbridge, lambda_svc
from ministack.services.cloudformation import provisioners

from local_aws.account import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def provide_type(
    type_name: str,
    create: Callable[[str, Mapping[str, Any], str], tuple[str, Mapping[str, str]]],
    delete: Callable[[str, Mapping[str, Any]], None],
) -> None:
    """Hook 4: let CloudFormation make and delete resources of a type that it does not know.

    `create` gets the logical id, the properties and the stack's name, and gives the physical id and
    the attributes; `delete` gets the physical id and the properties.
    """
    provisioners._RESOURCE_HANDLERS[type_name] = {"create": create, "delete": delete}


def function_policy(arn: str) -> list[dict[str, Any]]:
    """Hook 5: the statements of a function's own policy."""
    function, _config, _name = lambda_svc._get_func_record_for_ref(arn)
    statements: list[dict[str, Any]] = ((function or {}).get("policy") or {}).get("Statement", [])
    return statements


def invoke_later(arn: str, event: Mapping[str, Any], region: str) -> None:
    """Hook 6: invoke a function as an AWS service does: asynchronously, and with Lambda's retries.

    The API would do the same, but for a caller whose policies allow it.
    """
    with responses.request_scope(ACCOUNT_ID, region):
        function, config, _name = lambda_svc._get_func_record_for_ref(arn)
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, dict(event))


def judge_batches_by_the_single_call() -> None:
    """Hook 7: IAM decides on a batch of SQS messages by the action of a single one, as on AWS.

    ministack asks for `sqs:SendMessageBatch`, which IAM does not know:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    original = iam_actions.extract_iam_action

    def extract(service: str, *request: Any) -> str | None:
        action: str | None = original(service, *request)
        return action.removesuffix("Batch") if action and service == "sqs" else action

    iam_actions.extract_iam_action = extract


async def reset() -> None:
    """Hook 3: wipe ministack's state, holding the lock that keeps requests out meanwhile."""
    async with ministack._get_reset_lock():
        await asyncio.to_thread(ministack._reset_all_state)
