"""The AWS calls that each deployed function makes: the only list of them.

Three things follow from it and cannot drift apart: the functions' roles in `template.yaml` (a test
compares them in both directions), the service models in the dependency layer (its build trims them
to these operations; a client has no method for a call that is not listed), and the permissions in
the README.

That build reads this file by itself, without the package around it: import nothing here but the
standard library. Services are named as boto3 names their clients, and operations as in their API;
`actions` tells how IAM names both: `ec2` and `DescribeVpcs` are the action `ec2:DescribeVpcs`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

CallTable: TypeAlias = Mapping[str, tuple[str, ...]]
"""The operations that a function calls, by service."""

_IDEMPOTENCY: Final = ("DeleteItem", "GetItem", "PutItem", "UpdateItem")
"""What Powertools' idempotency does with the ledger: claim, look up, complete, forget on error."""

_SETTINGS: Final = ("GetParameter", "GetParameterHistory")
"""The settings document, and the last one that could be used where it is broken."""

JOB_INSPECTOR: Final[CallTable] = MappingProxyType(
    {
        # The ledger; and the book of alerts: GetItem, PutItem, Query.
        "dynamodb": (*_IDEMPOTENCY, "Query"),
        "ec2": (
            "DescribeDhcpOptions",
            "DescribeInstanceTypes",
            "DescribeNatGateways",
            "DescribeNetworkAcls",
            "DescribeNetworkInterfaces",
            "DescribePrefixLists",
            "DescribeRouteTables",
            "DescribeSecurityGroupVpcAssociations",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcAttribute",
            "DescribeVpcEndpoints",
            "DescribeVpcs",
            "GetManagedPrefixListEntries",
        ),
        "efs": ("DescribeMountTargets",),
        "fsx": ("DescribeFileSystems",),
        "s3": ("GetBucketPolicy",),
        "sagemaker": ("DescribeHyperParameterTuningJob", "DescribeTrainingJob", "ListTags"),
        "sns": ("Publish",),
        "sqs": ("SendMessage",),
        "ssm": _SETTINGS,
    }
)
"""Reads the job and its network, tells what it found, orders the stop; cannot stop a job itself."""

JOB_ENFORCER: Final[CallTable] = MappingProxyType(
    {
        "dynamodb": _IDEMPOTENCY,
        "sagemaker": (
            "DescribeHyperParameterTuningJob",
            "DescribeTrainingJob",
            "StopHyperParameterTuningJob",
            "StopTrainingJob",
        ),
        "sns": ("Publish",),
        "ssm": _SETTINGS,
    }
)
"""Looks at the job again, stops it, tells what it did; no other function may stop anything."""

DAILY_DIGEST: Final[CallTable] = MappingProxyType(
    {
        "dynamodb": (*_IDEMPOTENCY, "Query"),
        "sns": ("Publish",),
        "ssm": _SETTINGS,
    }
)
"""Reads the book of alerts and tells the digest, once a day by the ledger."""

SECOND_LOOK: Final[CallTable] = MappingProxyType(
    {
        "dynamodb": ("Query",),
        "sqs": ("SendMessageBatch",),
    }
)
"""Reads the book of alerts, and has the inspector look at jobs again; tells nobody anything."""

SETTINGS_GUARD: Final[CallTable] = MappingProxyType({})
"""Checks the settings document while the stack is deployed; CloudFormation gives the address."""

SLACK_NOTIFIER: Final[CallTable] = MappingProxyType(
    {
        "dynamodb": _IDEMPOTENCY,
        "secretsmanager": ("GetSecretValue",),
        "sqs": ("ChangeMessageVisibility", "SendMessage"),
    }
)
"""Tells alerts to Slack: lets them come back later, or keeps them with their reason."""

SECURITY_HUB_IMPORTER: Final[CallTable] = MappingProxyType(
    {
        "dynamodb": _IDEMPOTENCY,
        "securityhub": ("BatchImportFindings",),
    }
)
"""Imports findings into Security Hub, and keeps when each was imported first."""

CONFIG_RULE: Final[CallTable] = MappingProxyType(
    {
        "config": (
            "GetComplianceDetailsByConfigRule",
            "GetResourceConfigHistory",
            "PutEvaluations",
        ),
        "dynamodb": ("GetItem", "UpdateItem"),
        "ec2": (
            "DescribeDhcpOptions",
            "DescribeInstanceTypes",
            "DescribeNatGateways",
            "DescribeNetworkAcls",
            "DescribePrefixLists",
            "DescribeRouteTables",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcAttribute",
            "DescribeVpcEndpoints",
            "DescribeVpcs",
            "GetManagedPrefixListEntries",
        ),
        "ssm": ("GetParameter", "GetParameterHistory"),
    }
)
"""Scores VPCs for AWS Config; reads no job, tells nobody else, and cannot stop anything."""

CALLS_BY_FUNCTION: Final[Mapping[str, CallTable]] = MappingProxyType(
    {
        "config_rule": CONFIG_RULE,
        "daily_digest": DAILY_DIGEST,
        "job_enforcer": JOB_ENFORCER,
        "job_inspector": JOB_INSPECTOR,
        "second_look": SECOND_LOOK,
        "security_hub_importer": SECURITY_HUB_IMPORTER,
        "settings_guard": SETTINGS_GUARD,
        "slack_notifier": SLACK_NOTIFIER,
    }
)
"""The table of each function, by the function's folder under `functions/`."""


IAM_PREFIXES: Final[Mapping[str, str]] = MappingProxyType({"efs": "elasticfilesystem"})
"""How IAM names the services that it names otherwise than boto3."""

IAM_ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"sqs:SendMessageBatch": "sqs:SendMessage"}
)
"""The actions of operations that have none of their own name."""


def actions(table: CallTable) -> tuple[str, ...]:
    """The calls of a table as the actions that IAM knows, in the table's order."""
    named = (
        f"{IAM_PREFIXES.get(service, service)}:{operation}"
        for service, operations in table.items()
        for operation in operations
    )
    return tuple(IAM_ACTIONS.get(action, action) for action in named)


def every_call(tables: Mapping[str, CallTable] = CALLS_BY_FUNCTION) -> dict[str, tuple[str, ...]]:
    """All operations that any function calls, by service; both in alphabetical order."""
    operations: dict[str, set[str]] = {}
    for table in tables.values():
        for service, names in table.items():
            operations.setdefault(service, set()).update(names)
    return {service: tuple(sorted(operations[service])) for service in sorted(operations)}
