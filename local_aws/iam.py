"""The gate: IAM policies of the caller decide on EC2, SageMaker, Config and Security Hub calls too.

ministack gates its own services when AUTH=true. Here its evaluator is asked the same for the
services that it does not answer, signature check included. Not modelled: condition keys of these
services, resource-level permissions of EC2 (every call is judged on `*`), iam:PassRole.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator, responses

from local_aws.account import ACCOUNT_ID, PARTITION, REGION
from local_aws.wire import AwsCall, Reply, ec2_error, json_error

NAMED_BY = {
    "TrainingJobName": "training-job",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job",
}
"""Members of SageMaker's requests that name a job, and the kind of job."""


@dataclass(frozen=True)
class Denial:
    """IAM's refusal of one call."""

    code: str
    message: str
    reply: Reply


def enter(call: AwsCall) -> None:
    """Set ministack's request scope (account and Region) for the call being answered."""
    responses.set_request_account_id(ministack._request_account_scope(call.access_key))
    responses.set_request_region(call.region or REGION)


def principal(call: AwsCall) -> str:
    """ARN of the caller, or the access key itself when it belongs to nobody."""
    identity = iam_evaluator.resolve_caller_identity(call.access_key)
    return str(identity["userArn"]) if identity else call.access_key


def denial(call: AwsCall, resource: str = "") -> Denial | None:
    """Why the caller may not make this call; None when it may."""
    if not ministack.AUTH:
        return None
    query = parse_qs(call.query_string, keep_blank_values=True)
    iam_evaluator.pin_request_origin("127.0.0.1", secure_transport=True)
    iam_evaluator.pin_signed_request(call.method, call.raw_path, query, list(call.raw_headers))
    iam_evaluator.pin_signed_body(call.body)
    action, resource = f"{call.service}:{call.operation}", resource or _resource(call)
    refusal = iam_evaluator.enforce(
        call.access_key, action, call.service, call.region, resource_arn=resource
    )
    if refusal is None:
        return None
    if isinstance(refusal, iam_evaluator.AuthError):
        return _unknown_caller(call, action, refusal)
    explicit = refusal.decision == "Deny"
    message = iam_actions.identity_denial_message(action, refusal.principal_arn, resource, explicit)
    if call.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
        return _denial(call, "UnauthorizedOperation", message, 403)
    return _denial(call, "AccessDeniedException", message, 400)


def _denial(call: AwsCall, code: str, message: str, status: int) -> Denial:
    say = ec2_error if call.service == "ec2" else json_error
    return Denial(code, message, say(code, message, status))


def _unknown_caller(call: AwsCall, action: str, failure: iam_evaluator.AuthError) -> Denial:
    """A key or signature that is no good, said as ministack says it for its own services."""
    status, headers, body = iam_actions.access_denied_response(
        call.service,
        action,
        "",
        str(uuid.uuid4()),
        error_code=failure.code,
        message=failure.message,
        headers=dict(call.headers),
    )
    reply = Reply(status, body, headers["Content-Type"])
    return Denial(failure.code, failure.message, reply)


def _resource(call: AwsCall) -> str:
    """What the service authorization reference has the call judged on: a job's or product's ARN."""
    if call.operation == "BatchImportFindings":
        return str(json.loads(call.body)["Findings"][0]["ProductArn"])
    if call.service == "sagemaker" and isinstance(call.parameters.get("ResourceArn"), str):
        return str(call.parameters["ResourceArn"])
    for member, kind in NAMED_BY.items():
        name = call.parameters.get(member) if call.service == "sagemaker" else None
        if isinstance(name, str):
            return f"arn:{PARTITION}:sagemaker:{call.region}:{ACCOUNT_ID}:{kind}/{name.lower()}"
    return "*"
