"""Policies, requests and sets of requests that Hypothesis invents, close enough to touch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.unit.core.policy.brute_force import Request

if TYPE_CHECKING:
    from random import Random

Json = Any

dear_law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Fewer examples than elsewhere: a policy takes long to invent. The benchmark tries many more."""

ROLES = (
    "arn:aws:iam::111122223333:role/job",
    "arn:aws:iam::111122223333:role/other",
    "arn:aws:iam::444455556666:role/job",
)
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
ACTION_PATTERNS = ("*", "s3:*", "s3:Get*", "S3:getobject", "s3:*Object", "s3:?utObject", "ec2:*")
HEAD = "arn:aws:s3:::"

names = st.text("ab", min_size=1, max_size=3)
resources = st.one_of(
    st.builds(lambda bucket: HEAD + bucket, names),
    st.builds(lambda bucket, key: f"{HEAD}{bucket}/{key}", names, st.text("ab/", max_size=4)),
)
tails = st.text("ab/*?", min_size=1, max_size=6)
variables = st.sampled_from(
    ["${aws:userid}", "${aws:PrincipalTag/team}", "${aws:userid, 'b'}", "${*}", "${?}", "${$}"]
)
resource_patterns = st.one_of(
    st.just("*"),
    st.builds(lambda tail: HEAD + tail, tails),
    st.builds(lambda tail: HEAD + tail, tails),
    st.builds(lambda tail: "arn:*:" + tail, tails),
    st.builds(lambda tail, variable: HEAD + tail + variable, tails, variables),
)

TEXT_KEY, LIST_KEY, NUMBER_KEY = "aws:PrincipalTag/team", "aws:TagKeys", "s3:max-keys"
DATE_KEY, IP_KEY, BOOL_KEY = "aws:CurrentTime", "aws:SourceIp", "aws:SecureTransport"
ARN_KEY, BINARY_KEY, USER_KEY = "aws:SourceArn", "x:binary", "aws:userid"
VALUES = {
    TEXT_KEY: ["a", "b", "ab", "A", "a*"],
    LIST_KEY: ["a", "b", "ab", ""],
    NUMBER_KEY: ["1", "2", "10", "1.5"],
    DATE_KEY: ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00+02:00", "1767225600"],
    IP_KEY: ["10.0.0.1", "10.0.1.1", "192.0.2.7", "2001:db8::1"],
    BOOL_KEY: ["true", "false"],
    ARN_KEY: ["arn:aws:s3:::a", "arn:aws:s3:::a:b", "arn:aws:sns:r:1:a", "a"],
    BINARY_KEY: ["YQ==", "Yg=="],
    USER_KEY: ["a", "b"],
}
WANTED: dict[str, list[Json]] = {
    TEXT_KEY: ["a", "a*", "?", "*b", "${aws:userid}", "${aws:userid, 'a'}", "a${*}"],
    LIST_KEY: ["a", "a*", "b"],
    NUMBER_KEY: ["1", 2, 1.5, "10.0"],
    DATE_KEY: ["2026-01-01T00:00:00Z", "2026-05-31T22:00:00Z", "1767225600"],
    IP_KEY: ["10.0.0.0/24", "10.0.0.1", "0.0.0.0/0", "2001:db8::/32"],
    BOOL_KEY: ["true", "false", True, False],
    ARN_KEY: ["arn:aws:s3:::*", "arn:*:*:*:*:a", "arn:aws:s*", "arn:aws:s3:::${aws:userid}"],
    BINARY_KEY: ["YQ=="],
}
TEXT_OPERATORS = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
OPERATORS = {
    TEXT_KEY: [*TEXT_OPERATORS, *(each.replace("String", "StringNot") for each in TEXT_OPERATORS)],
    LIST_KEY: [
        f"{quantifier}:{operator}"
        for quantifier in ("ForAllValues", "ForAnyValue")
        for operator in ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike")
    ],
    NUMBER_KEY: ["Numeric" + order for order in ORDERS],
    DATE_KEY: ["Date" + order for order in ORDERS],
    IP_KEY: ["IpAddress", "NotIpAddress"],
    BOOL_KEY: ["Bool"],
    ARN_KEY: ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"],
    BINARY_KEY: ["BinaryEquals"],
}


@st.composite
def condition_blocks(draw: st.DrawFn) -> dict[str, dict[str, Json]]:
    """Up to two conditions, in any case of letters."""
    block: dict[str, dict[str, Json]] = {}
    for key in draw(st.lists(st.sampled_from(list(OPERATORS)), max_size=2)):
        if draw(st.integers(0, 5)) == 0:
            block.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false", True]))
            continue
        operator = draw(st.sampled_from(OPERATORS[key])) + draw(st.sampled_from(["", "IfExists"]))
        values = draw(st.lists(st.sampled_from(WANTED[key]), min_size=1, max_size=2))
        spelled = draw(st.sampled_from([key, key.lower(), key.upper()]))
        if not any(spelled.lower() == each.lower() for each in block.get(operator, {})):
            block.setdefault(operator, {})[spelled] = values[0] if len(values) == 1 else values
    return block


principals = st.one_of(
    st.just("*"),
    st.just({"AWS": "*"}),
    st.builds(
        lambda entries: {"AWS": entries},
        st.lists(
            st.sampled_from([*ROLES, "111122223333", "arn:aws:iam::444455556666:root"]),
            min_size=1,
            max_size=2,
        ),
    ),
    st.just({"Service": "logging.s3.amazonaws.com"}),
)


def one_or_many(values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """A value, or a list of values."""
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Json]:
    """A statement in any of its legal forms."""
    negate = st.sampled_from(["", "", "", "Not"])
    statement = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(negate) + "Principal": draw(principals),
        draw(negate) + "Action": draw(one_or_many(st.sampled_from(ACTION_PATTERNS))),
        draw(negate) + "Resource": draw(one_or_many(resource_patterns)),
    }
    block = draw(st.one_of(st.just({}), condition_blocks()))
    return {**statement, "Condition": block} if block else statement


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Json]:
    """A policy document of either version."""
    found = draw(st.lists(statements(), min_size=1, max_size=4))
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]))
    one = len(found) == 1 and draw(st.booleans())
    document: dict[str, Json] = {"Version": version, "Statement": found[0] if one else found}
    return dict(json.loads(json.dumps(document)))


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """The keys of a concrete request; some are missing, and one may carry several values."""
    found: dict[str, tuple[str, ...]] = {}
    for key, values in VALUES.items():
        many = 2 if key == LIST_KEY else 1
        chosen = draw(st.lists(st.sampled_from(values), max_size=many, unique=True))
        if chosen:
            found[key.lower()] = tuple(chosen)
    return found


requests = st.builds(
    Request,
    st.sampled_from(ACTIONS),
    resources,
    st.one_of(st.none(), st.sampled_from(ROLES)),
    contexts(),
)


def random_request(chance: Random) -> Request:
    """A concrete request, invented faster than Hypothesis would."""
    bucket = "".join(chance.choices("ab", k=chance.randint(1, 3)))
    key = "/" + "".join(chance.choices("ab/", k=chance.randrange(5)))
    context = {
        name.lower(): tuple(chance.sample(values, 2 if name == LIST_KEY else 1))
        for name, values in VALUES.items()
        if chance.random() < 3 / 4
    }
    return Request(
        chance.choice(ACTIONS),
        HEAD + bucket + (key if chance.random() < 3 / 4 else ""),
        chance.choice([None, *ROLES]),
        context,
    )
