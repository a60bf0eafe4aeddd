"""Deploy what `sam build` made, with boto3 alone.

`sam deploy` would package and deploy the same; this needs no SAM CLI and a second instead of ten.
CloudFormation's SAM transform is run by the server, as AWS runs it.
"""

from __future__ import annotations

import hashlib
import io
import re
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import boto3

ARTIFACTS_BUCKET = "local-aws-artifacts"
SECONDS_TO_DEPLOY = 120.0
SECONDS_BETWEEN_LOOKS = 0.1

BUILT_FOLDER = re.compile(r"^(?P<key>\s*(?:CodeUri|ContentUri):\s+)(?P<folder>[^\s:]+)\s*$", re.M)
"""A built template names each folder beside it on a line of its own."""

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""One time for every file, so that equal folders give equal archives."""


class DeployError(RuntimeError):
    """The stack could not be made; the message holds the reasons of its events."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its outputs, and the physical id of each of its resources."""

    name: str
    outputs: Mapping[str, str]
    resources: Mapping[str, str]


def deploy(
    session: boto3.Session,
    build: Path,
    stack_name: str,
    parameters: Mapping[str, str] | None = None,
    *,
    seconds: float = SECONDS_TO_DEPLOY,
) -> Stack:
    """Create the stack from the folder that `sam build` wrote, and wait until it is complete."""
    template = build / "template.yaml"
    if not template.exists():
        raise DeployError(f"{template} is missing; `make build` makes it.")
    body = _with_uploaded_folders(session, template.read_text(), build)
    cloudformation = session.client("cloudformation")
    try:
        cloudformation.create_stack(
            StackName=stack_name,
            TemplateURL=_uploaded(session, body),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (parameters or {}).items()
            ],
        )
    except ClientError as error:
        raise DeployError(f"CreateStack refused {stack_name}: {error}") from error
    described = _wait_until_complete(cloudformation, stack_name, seconds)
    return Stack(
        name=stack_name,
        outputs={
            output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])
        },
        resources=_resources(cloudformation, stack_name),
    )


def delete(session: boto3.Session, stack_name: str, *, seconds: float = SECONDS_TO_DEPLOY) -> None:
    """Delete a stack and wait until it is gone."""
    cloudformation = session.client("cloudformation")
    cloudformation.delete_stack(StackName=stack_name)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status = _describe(cloudformation, stack_name)["StackStatus"]
        except ClientError:
            return
        if status == "DELETE_COMPLETE":
            return
        if status == "DELETE_FAILED":
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise DeployError(f"{stack_name} was not deleted.\n{_reasons(cloudformation, stack_name)}")


def zip_folder(folder: Path) -> bytes:
    """A folder as an archive that depends on nothing but its files; stored, for speed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_TIME)
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def _with_uploaded_folders(session: boto3.Session, template: str, build: Path) -> str:
    """The template with each built folder put to S3 and named by its address there."""
    s3 = session.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS_BUCKET)

    def upload(match: re.Match[str]) -> str:
        folder = build / match["folder"]
        if not folder.is_dir():
            raise DeployError(f"The template names {folder}, which is no folder.")
        archive = zip_folder(folder)
        key = f"{hashlib.sha256(archive).hexdigest()}.zip"
        s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=archive)
        return f"{match['key']}s3://{ARTIFACTS_BUCKET}/{key}"

    return BUILT_FOLDER.sub(upload, template)


def _uploaded(session: boto3.Session, template: str) -> str:
    """The address of the template in S3: CreateStack takes 51,200 bytes at most in the call."""
    key = f"{hashlib.sha256(template.encode()).hexdigest()}.template"
    session.client("s3").put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=template.encode())
    return f"https://s3.{session.region_name}.amazonaws.com/{ARTIFACTS_BUCKET}/{key}"


def _wait_until_complete(cloudformation: Any, stack_name: str, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        described = _describe(cloudformation, stack_name)
        status = described["StackStatus"]
        if status == "CREATE_COMPLETE":
            return described
        if status.endswith("_FAILED") or status == "ROLLBACK_COMPLETE":
            reasons = _reasons(cloudformation, stack_name)
            raise DeployError(f"{stack_name} ended as {status}.\n{reasons}")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    reasons = _reasons(cloudformation, stack_name)
    raise DeployError(f"{stack_name} was not complete after {seconds:.0f} s.\n{reasons}")


def _describe(cloudformation: Any, stack_name: str) -> dict[str, Any]:
    described: dict[str, Any] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    return described


def _reasons(cloudformation: Any, stack_name: str) -> str:
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_name)
    failures = [
        f"  {event['LogicalResourceId']} ({event.get('ResourceType', '?')}): "
        f"{event['ResourceStatusReason']}"
        for page in pages
        for event in page["StackEvents"]
        if event.get("ResourceStatusReason") and "FAILED" in event.get("ResourceStatus", "")
    ]
    return "\n".join(failures) or "  Its events name no reason."


def _resources(cloudformation: Any, stack_name: str) -> dict[str, str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
