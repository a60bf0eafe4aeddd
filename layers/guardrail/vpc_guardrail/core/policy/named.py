"""Principals whom a policy names, and so may treat otherwise than every stranger.

What a policy does to one principal whom it does not name, it does to all of them. Whom it names,
in a Principal element or in a condition, has to be asked about besides.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from vpc_guardrail.core.policy.conditions import value_language
from vpc_guardrail.core.policy.context import ABSENT, Unknowable, Value, known
from vpc_guardrail.core.policy.model import PrincipalKind
from vpc_guardrail.core.policy.names import fresh_account
from vpc_guardrail.core.policy.operators import TEXTUAL
from vpc_guardrail.core.policy.principals import (
    ACCOUNT_ID,
    EVERYONE,
    ROOT_ARN,
    SESSION_ARN,
    Principal,
    a_role,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vpc_guardrail.core.policy.glob import Glob
    from vpc_guardrail.core.policy.journey import Journey
    from vpc_guardrail.core.policy.model import Policy

IDENTITY_ARN = re.compile(r"arn:([^:]*):(iam|sts)::([^:]*):(.*)", re.DOTALL)
SOMEONE = "role/named"
"""Stands for everyone of an account that is named as a whole."""
OTHER_ROLE = "another-role"


def named_principals(policy: Policy, journey: Journey) -> tuple[Principal, ...]:
    """Everyone whom the policy names, each once, and one more role of the job's account."""
    found: dict[tuple[str | None, ...], Principal] = {}
    for who in _all_named(policy, journey):
        organization = str(who.context.get("aws:PrincipalOrgID"))
        found.setdefault((who.arn, who.session, organization), who)
    found.pop((journey.role_arn, None, str(journey.role.context.get("aws:PrincipalOrgID"))), None)
    if not _tells_apart(policy):
        return tuple(found.values())
    return (*found.values(), journey.identity(OTHER_ROLE, "another role of the account"))


def _tells_apart(policy: Policy) -> bool:
    """True if it names someone, so that others of the job's account may be treated otherwise."""
    return any(
        entry.value != EVERYONE and entry.kind is PrincipalKind.AWS
        for statement in policy.statements
        if statement.principals is not None
        for entry in statement.principals.entries
    ) or any(True for _ in _compared(policy, "aws:principalarn"))


def _all_named(policy: Policy, journey: Journey) -> Iterator[Principal]:
    for statement in policy.statements:
        for entry in statement.principals.entries if statement.principals else ():
            if entry.kind is PrincipalKind.AWS and entry.value != EVERYONE:
                yield from _by_entry(entry.value, journey)
    for language in _compared(policy, "aws:principalarn"):
        yield from _by_arns(language, policy, journey)
    for language in _compared(policy, "aws:principalaccount"):
        account = language.sample()
        if ACCOUNT_ID.fullmatch(account) and account != journey.account:
            yield _someone(account, journey)
    for language in _compared(policy, "aws:principalorgid"):
        yield _member(language.sample(), policy, journey)


def _compared(policy: Policy, key: str) -> Iterator[Glob]:
    """What conditions compare a key with, each as a language."""
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.key == key and condition.operator.family in TEXTUAL:
                for template in condition.values:
                    if not template.variables:
                        yield value_language(condition.operator.family, template, {})


def _by_entry(value: str, journey: Journey) -> Iterator[Principal]:
    root = ROOT_ARN.fullmatch(value)
    account = root.group(1) if root else value if ACCOUNT_ID.fullmatch(value) else None
    if account is not None:
        yield _someone(account, journey)
        if journey.is_gateway:
            yield _identity(f"arn:{journey.partition}:iam::{account}:root", journey)
        return
    session = SESSION_ARN.fullmatch(value)
    if session:
        partition, account, role, name = session.groups()
        who = _identity(f"arn:{partition}:iam::{account}:role/{role}", journey)
        yield replace(who, session=name)
    elif IDENTITY_ARN.fullmatch(value):
        yield _identity(value, journey)


def _by_arns(language: Glob, policy: Policy, journey: Journey) -> Iterator[Principal]:
    """Someone whose ARN is in a language: of the account named, else of the job's and a foreign."""
    found = IDENTITY_ARN.fullmatch(language.sample())
    if found is None:
        found = IDENTITY_ARN.fullmatch(f"arn:{journey.partition}:iam:::{SOMEONE}")
    if found is None:
        return
    _, service, account, resource = found.groups()
    accounts = (account, journey.account, fresh_account(policy, journey.account))
    for each in dict.fromkeys(accounts):
        for name in dict.fromkeys((resource, SOMEONE)):
            arn = f"arn:{journey.partition}:{service}::{each}:{name}"
            if name and ACCOUNT_ID.fullmatch(each) and language.matches(arn):
                yield _identity(arn, journey)
                break


def _someone(account: str, journey: Journey) -> Principal:
    return _identity(f"arn:{journey.partition}:iam::{account}:{SOMEONE}", journey)


def _member(organization: str, policy: Policy, journey: Journey) -> Principal:
    """A role without tags, in some other account of an organization."""
    account = fresh_account(policy, journey.account)
    role = a_role(
        f"arn:{journey.partition}:iam::{account}:role/member",
        f"a role of organization {organization}",
        is_named=False,
    )
    keys: dict[str, Value] = {
        "aws:PrincipalOrgID": known(organization),
        "aws:PrincipalOrgPaths": Unknowable("the organization's units are not read"),
        "aws:PrincipalTag/*": ABSENT,
    }
    return replace(role, context={**role.context, **keys})


def _identity(arn: str, journey: Journey) -> Principal:
    """One role, user or root, without tags if he is of the job's account."""
    resource = arn.split(":", 5)[5]
    role = a_role(arn, f"{arn}, whom the policy names")
    keys: dict[str, Value] = {}
    if resource.startswith("user/"):
        name = resource.rpartition("/")[2]
        keys = {"aws:PrincipalType": known("User"), "aws:username": known(name)}
    elif resource == "root":
        keys = {"aws:PrincipalType": known("Account")}
    if role.account == journey.account:
        own = journey.identity(OTHER_ROLE, "").context
        keys |= {key: own[key] for key in ("aws:PrincipalOrgID", "aws:PrincipalTag/*")}
    return replace(role, context={**role.context, **keys})
