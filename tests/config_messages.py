"""What AWS Config tells a rule's function, in the shape of its own samples."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.builders import ACCOUNT, REGION

Json = Any

VPC_ID: Final = "vpc-0a1b2c3d4e5f60718"
SUBNET_ID: Final = "subnet-0a1b2c3d4e5f60718"
CAPTURED_AT: Final = "2026-03-02T09:15:27.261Z"

VPC: Final = "AWS::EC2::VPC"
ROUTE_TABLE: Final = "AWS::EC2::RouteTable"

CHANGE: Final = "ConfigurationItemChangeNotification"
OVERSIZED: Final = "OversizedConfigurationItemChangeNotification"
SCHEDULED: Final = "ScheduledNotification"


def an_item(**members: Json) -> dict[str, Json]:
    """The configuration item of a route table."""
    return {
        "configurationItemCaptureTime": CAPTURED_AT,
        "awsAccountId": ACCOUNT,
        "configurationItemStatus": "OK",
        "resourceId": "rtb-0a1b2c3d",
        "resourceName": None,
        "configurationItemVersion": "1.3",
        "ARN": f"arn:aws:ec2:{REGION}:{ACCOUNT}:route-table/rtb-0a1b2c3d",
        "awsRegion": REGION,
        "resourceType": ROUTE_TABLE,
        "tags": {"Name": "training"},
        "relationships": [
            {"resourceId": VPC_ID, "resourceType": VPC, "name": "Is contained in Vpc"}
        ],
        "configuration": {"routeTableId": "rtb-0a1b2c3d", "vpcId": VPC_ID, "routes": []},
        **members,
    }


def a_change(**members: Json) -> dict[str, Json]:
    """The message on a changed item."""
    return {"messageType": CHANGE, "configurationItem": an_item(**members)}


def an_oversized_change(**members: Json) -> dict[str, Json]:
    """The message on a changed item that is too large to be told."""
    whole = an_item(**members)
    left_out = ("configuration", "relationships", "tags")
    summary = {name: value for name, value in whole.items() if name not in left_out}
    return {
        "messageType": OVERSIZED,
        "configurationItemSummary": {"changeType": "UPDATE", **summary},
    }


def a_tick(**members: Json) -> dict[str, Json]:
    """The message that the time of the schedule has come."""
    return {
        "messageType": SCHEDULED,
        "awsAccountId": ACCOUNT,
        "notificationCreationTime": CAPTURED_AT,
        "recordVersion": "1.0",
        **members,
    }


def an_event(message: Json, **members: Json) -> dict[str, Json]:
    """The event of an invocation; a member that is None is not there."""
    event = {
        "invokingEvent": json.dumps(message),
        "ruleParameters": json.dumps({"minimumScore": "90"}),
        "resultToken": "a-token",
        "eventLeftScope": False,
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/config-role",
        "configRuleArn": f"arn:aws:config:{REGION}:{ACCOUNT}:config-rule/config-rule-0123456",
        "configRuleName": "a-rule",
        "configRuleId": "config-rule-0123456",
        "accountId": ACCOUNT,
        "version": "1.0",
        **members,
    }
    return {name: value for name, value in event.items() if value is not None}
