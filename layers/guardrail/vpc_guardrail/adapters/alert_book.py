"""The book of alerts: a DynamoDB table with all of one account and Region under one key.

So the digest reads it by queries alone. Pages are replaced only in the version that was read.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from vpc_guardrail.adapters import faults
from vpc_guardrail.app.alert_book import (
    Claim,
    Entry,
    Inspected,
    Mended,
    Page,
    PageChangedError,
)
from vpc_guardrail.core.alert_routes import DEFAULT_ROUTE
from vpc_guardrail.core.finding import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

PAGE, JOB = "page ", "job "
"""What the second part of the keys begins with."""

JOBS_KEPT = timedelta(days=40)
"""Longer than the longest window of alerts."""

LATE = timedelta(days=1)
"""Jobs are found by the time of their creation; an inspection comes at most so much later."""

CHANGED = "ConditionalCheckFailedException"

Item = dict[str, Any]


class DynamoDbAlertBook:
    """The port `AlertBook`."""

    def __init__(self, dynamodb: DynamoDBClient, table: str, account: str, region: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._place = f"{account} {region}"

    def page(self, vpc_id: str) -> Page:
        """The page of a VPC as it is now."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=self._key(f"{PAGE}{vpc_id}"), ConsistentRead=True
        )
        item = answer.get("Item")
        return _page(item) if item else Page(vpc_id)

    def write(self, page: Page, kept_until: datetime) -> Page:
        """Replace the page of this version, and give the new one; raises `PageChangedError`."""
        item = {
            **self._key(f"{PAGE}{page.vpc_id}"),
            "version": {"N": str(page.version + 1)},
            "body": {"S": _body(page)},
            "expiration": {"N": str(int(kept_until.timestamp()))},
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(entry) OR version = :before",
                ExpressionAttributeValues={":before": {"N": str(page.version)}},
            )
        except ClientError as error:
            if faults.code_of(error) == CHANGED:
                raise PageChangedError(page.vpc_id) from error
            raise
        return Page(page.vpc_id, page.version + 1, page.open, page.mended)

    def pages(self) -> Iterator[Page]:
        """The pages of all VPCs."""
        return map(_page, self._query(PAGE, f"{PAGE}~"))

    def note(self, inspected: Inspected) -> None:
        """Keep that a job was inspected; once for each job, however often it is noted."""
        forgotten = inspected.at + JOBS_KEPT
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                **self._key(f"{JOB}{inspected.created_at.isoformat()} {inspected.job}"),
                "body": {"S": _inspected_body(inspected)},
                "expiration": {"N": str(int(forgotten.timestamp()))},
            },
        )

    def inspected_since(self, time: datetime) -> Iterator[Inspected]:
        """The jobs that were inspected at this time or later.

        One that was inspected more than a day after its creation is left out.
        """
        for item in self._query(f"{JOB}{(time - LATE).isoformat()}", f"{JOB}~"):
            inspected = _inspected(item)
            if inspected.at >= time:
                yield inspected

    def _key(self, entry: str) -> Item:
        return {"place": {"S": self._place}, "entry": {"S": entry}}

    def _query(self, first: str, last: str) -> Iterator[Mapping[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="place = :place AND entry BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":place": {"S": self._place},
                ":first": {"S": first},
                ":last": {"S": last},
            },
        )
        for page in pages:
            yield from page["Items"]


def _body(page: Page) -> str:
    return json.dumps(
        {
            "vpc_id": page.vpc_id,
            "open": {key: _entry_json(entry) for key, entry in page.open.items()},
            "mended": [_mended_json(each) for each in page.mended],
        }
    )


def _page(item: Mapping[str, Any]) -> Page:
    body = json.loads(item["body"]["S"])
    return Page(
        vpc_id=body["vpc_id"],
        version=int(item["version"]["N"]),
        open={key: _entry(each) for key, each in body["open"].items()},
        mended=tuple(_mended(each) for each in body["mended"]),
    )


def _entry_json(entry: Entry) -> dict[str, Any]:
    claim = entry.claim
    return {
        "check": entry.check,
        "resource": entry.resource,
        "status": entry.status.value,
        "severity": entry.severity.value,
        "message": entry.message,
        "since": entry.since.isoformat(),
        "told_at": entry.told_at.isoformat() if entry.told_at else None,
        "told_by": entry.told_by,
        "jobs": entry.jobs,
        "claim": {"by": claim.by, "until": claim.until.isoformat()} if claim else None,
        "shape": entry.shape,
        "routes": {name: at.isoformat() for name, at in entry.routes.items()},
    }


def _entry(values: Mapping[str, Any]) -> Entry:
    told_at, claim = values["told_at"], values["claim"]
    return Entry(
        check=values["check"],
        resource=values["resource"],
        status=Status(values["status"]),
        severity=Severity(values["severity"]),
        message=values["message"],
        since=datetime.fromisoformat(values["since"]),
        told_at=datetime.fromisoformat(told_at) if told_at else None,
        told_by=values["told_by"],
        jobs=values["jobs"],
        claim=Claim(claim["by"], datetime.fromisoformat(claim["until"])) if claim else None,
        shape=values.get("shape", ""),
        routes=_routes(values),
    )


def _routes(values: Mapping[str, Any]) -> dict[str, datetime]:
    """When it was told under each name; an entry of an earlier version was told to all."""
    before = {DEFAULT_ROUTE: values["told_at"]} if values["told_at"] else {}
    told = values.get("routes", before)
    return {name: datetime.fromisoformat(at) for name, at in told.items()}


def _mended_json(mended: Mended) -> dict[str, Any]:
    return {
        "check": mended.check,
        "resource": mended.resource,
        "severity": mended.severity.value,
        "since": mended.since.isoformat(),
        "at": mended.at.isoformat(),
        "jobs": mended.jobs,
    }


def _mended(values: Mapping[str, Any]) -> Mended:
    return Mended(
        check=values["check"],
        resource=values["resource"],
        severity=Severity(values["severity"]),
        since=datetime.fromisoformat(values["since"]),
        at=datetime.fromisoformat(values["at"]),
        jobs=values["jobs"],
    )


def _inspected_body(inspected: Inspected) -> str:
    return json.dumps(
        {
            "job": inspected.job,
            "job_name": inspected.job_name,
            "created_at": inspected.created_at.isoformat(),
            "at": inspected.at.isoformat(),
            "vpc_id": inspected.vpc_id,
            "verdict": inspected.verdict,
            "action": inspected.action,
            "problems": [*inspected.problems],
        }
    )


def _inspected(item: Mapping[str, Any]) -> Inspected:
    values = json.loads(item["body"]["S"])
    times = {name: datetime.fromisoformat(values[name]) for name in ("created_at", "at")}
    return Inspected(**{**values, **times, "problems": tuple(values["problems"])})
