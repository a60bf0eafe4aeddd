"""Who makes a request, and whether a statement's principals mean him.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.context import ABSENT, Unknowable, Value, known
from vpc_guardrail.core.policy.glob import glob_of
from vpc_guardrail.core.policy.model import PrincipalKind
from vpc_guardrail.core.policy.tri import Tri, some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.policy.model import PrincipalEntry, Principals

EVERYONE = "*"
ANONYMOUS_ACCOUNT = "anonymous"
"""What aws:PrincipalAccount says of requests that nobody signed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalaccount
"""
ACCOUNT_ID = re.compile(r"\d{12}")
ROOT_ARN = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
SESSION_ARN = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/(.+)")


class Matching(Enum):
    """Whose rules decide whether an entry means a principal."""

    RESOURCE = "resource"
    """Bucket policies and interface endpoints: an account stands for everyone in it."""
    GATEWAY_ENDPOINT = "gateway endpoint"
    """An account, or its root ARN, "grants access to the AWS account root user only"; "you cannot
    limit the principal to a specific IAM role or user", so what such an entry does is not said.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """


@dataclass(frozen=True, slots=True)
class Principal:
    """One who makes requests, and the context keys that come with him."""

    label: str
    """How to speak of him, as "the job's role"."""
    account: str | None = None
    """None for whoever does not sign."""
    arn: str | None = None
    """The ARN of the role or user, as aws:PrincipalArn has it."""
    session: str | None = None
    """The name of a role's session, if it is known."""
    is_named: bool = True
    """False for a stranger whom no policy can name by his canonical id."""
    service: str | None = None
    """The service principal, for a service that acts for itself."""
    context: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_anonymous(self) -> bool:
        """True if he does not sign his requests."""
        return self.account is None and self.service is None


def anonymous() -> Principal:
    """One who signs nothing; he carries hardly any of the principal's keys."""
    return Principal(
        "anyone, unsigned",
        is_named=False,
        context={
            "aws:PrincipalAccount": known(ANONYMOUS_ACCOUNT),
            "aws:PrincipalType": known("Anonymous"),
            "aws:PrincipalArn": ABSENT,
            "aws:PrincipalOrgID": ABSENT,
            "aws:PrincipalOrgPaths": ABSENT,
            "aws:PrincipalTag/*": ABSENT,
            "aws:PrincipalIsAWSService": known("false"),
            "aws:PrincipalServiceName": ABSENT,
            "aws:PrincipalServiceNamesList": ABSENT,
            "aws:TokenIssueTime": ABSENT,
            "aws:MultiFactorAuthPresent": ABSENT,
            "aws:MultiFactorAuthAge": ABSENT,
            "aws:FederatedProvider": ABSENT,
            "aws:SourceIdentity": ABSENT,
            "aws:username": ABSENT,
            "s3:authType": ABSENT,
            "s3:signatureversion": ABSENT,
        },
    )


def a_role(arn: str, label: str, *, session: str | None = None, is_named: bool = True) -> Principal:
    """A session of an IAM role; what its organization and tags are stays to be said."""
    account = arn.split(":")[4]
    return Principal(
        label,
        account=account,
        arn=arn,
        session=session,
        is_named=is_named,
        context={
            "aws:PrincipalAccount": known(account),
            "aws:PrincipalArn": known(arn),
            "aws:PrincipalType": known("AssumedRole"),
            "aws:PrincipalIsAWSService": known("false"),
            "aws:PrincipalServiceName": ABSENT,
            "aws:PrincipalServiceNamesList": ABSENT,
            "aws:username": ABSENT,
            "aws:userid": Unknowable("the role's unique id is not read", may_be_absent=False),
        },
    )


def means(principals: Principals | None, who: Principal, matching: Matching) -> Tri:
    """Whether a statement's Principal, or NotPrincipal, takes in this principal."""
    if principals is None:
        return Tri.YES
    if principals.negated:
        return _is_exempt(principals, who, matching).opposite
    return some(_entry_means(entry, who, matching) for entry in principals.entries)


def _is_exempt(principals: Principals, who: Principal, matching: Matching) -> Tri:
    """Whether NotPrincipal leaves him out: surely if both he and his account are named.

    "You must also specify the account ARN of the not-denied principal", and the account alone does
    not speak for everyone in it, so one without the other is not to be relied on.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    by_account, by_name = Tri.NO, Tri.NO
    for entry in principals.entries:
        found = _entry_means(entry, who, matching)
        if _account_of(entry) is None:
            by_name = max(by_name, found)
        else:
            by_account = max(by_account, found)
    needs_account = who.arn is not None and not who.arn.endswith(":root")
    everyone = any(entry.value == EVERYONE for entry in principals.entries)
    if everyone or not needs_account:
        return max(by_account, by_name)
    if by_account is Tri.YES and by_name is Tri.YES:
        return Tri.YES
    return min(max(by_account, by_name), Tri.MAYBE)


def _account_of(entry: PrincipalEntry) -> str | None:
    """The account that an entry stands for, if it stands for one."""
    if entry.kind is not PrincipalKind.AWS:
        return None
    if ACCOUNT_ID.fullmatch(entry.value):
        return entry.value
    root = ROOT_ARN.fullmatch(entry.value)
    return root.group(1) if root else None


def _entry_means(entry: PrincipalEntry, who: Principal, matching: Matching) -> Tri:
    if entry.kind is PrincipalKind.AWS:
        return Tri.YES if entry.value == EVERYONE else _aws_means(entry, who, matching)
    if entry.kind is PrincipalKind.SERVICE:
        return Tri.YES if who.service == entry.value else Tri.NO
    # The account behind a canonical id cannot be told from the id. Federated principals assume
    # roles, and then are those.
    is_open = entry.kind is PrincipalKind.CANONICAL_USER and who.is_named and who.account
    return Tri.MAYBE if is_open else Tri.NO


def _aws_means(entry: PrincipalEntry, who: Principal, matching: Matching) -> Tri:
    if who.account is None:
        return Tri.NO
    if matching is Matching.GATEWAY_ENDPOINT:
        return _on_a_gateway(entry, who)
    account = _account_of(entry)
    if account is not None:
        return Tri.YES if account == who.account else Tri.NO
    return _arn_means(entry.value, who)


def _on_a_gateway(entry: PrincipalEntry, who: Principal) -> Tri:
    account = _account_of(entry)
    if account is None:
        return min(_arn_means(entry.value, who), Tri.MAYBE)
    is_root = who.arn is not None and who.arn.endswith(":root")
    return Tri.YES if is_root and account == who.account else Tri.NO


def _arn_means(value: str, who: Principal) -> Tri:
    if who.arn is None:
        return Tri.NO
    if value == who.arn:
        return Tri.YES
    session = SESSION_ARN.fullmatch(value)
    if session and ":role/" in who.arn:
        partition, account, role, name = session.groups()
        same = who.arn.startswith(f"arn:{partition}:iam::{account}:role/")
        if not same or who.arn.rpartition("/")[2] != role:
            return Tri.NO
        if who.session is None:
            return Tri.MAYBE
        return Tri.YES if name == who.session else Tri.NO
    # "You cannot use a wildcard to match part of a principal name or ARN": not to be relied on.
    has_wildcards = "*" in value or "?" in value
    return Tri.MAYBE if has_wildcards and glob_of(value).matches(who.arn) else Tri.NO
