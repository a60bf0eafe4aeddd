"""What makes two findings on two jobs the same problem."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.builders import DENIED, VPC, a_finding, a_job, a_network, a_tuning_job
from vpc_guardrail.core.alert_routes import AlertRoute
from vpc_guardrail.core.engine import CHECKS, SPECS, Check
from vpc_guardrail.core.finding import Finding, Severity, Status
from vpc_guardrail.core.model import FileSystem, S3Place, S3Use, TrainingJob
from vpc_guardrail.core.problems import LOOKED_AT, key_of, problems_in, routes_of, shape_of
from vpc_guardrail.core.settings import Alerts, InternetAccess, Settings

ALIKE = {"account", "arn", "partition", "region"}
"""The same for all jobs of one book; the ARN is but told."""

BY_RESOURCE = {
    "network-references-exist": {"security_group_ids", "subnet_ids"},
    "vpc-tenancy-default": {"subnet_ids"},
    "subnet-ip-capacity": {"secondary_status", "subnet_ids"},
    "s3-reachable": {"subnet_ids"},
    "s3-gateway-endpoint": {"subnet_ids"},
    "s3-endpoint-policy-restricted": {"subnet_ids"},
    "package-repositories-denied": {"subnet_ids"},
    "s3-policies-admit-job": {"s3_places"},
    "bucket-policy-vpc-only": {"s3_places"},
    "dns-resolves-s3": {"subnet_ids"},
    "security-group-self-ingress": {"instance_plans"},
    "security-group-efa": {"instance_plans"},
}
"""What a check looks at to see which resources it concerns, or whether it applies at all.

`secondary_status` changes what the check says of the capacity, and not what it is.
"""


class _Watched(TrainingJob):
    """A job that knows what was looked at."""

    def __getattribute__(self, name: str) -> object:
        if name in MEMBERS:
            LOOKED.add(name)
        return super().__getattribute__(name)


PARTS_OF_VPC_CONFIG = {"subnet_ids", "security_group_ids"}
MEMBERS = {each.name for each in fields(TrainingJob)} - {"vpc_config"} | PARTS_OF_VPC_CONFIG
LOOKED: set[str] = set()

JOBS = [
    a_job(),
    a_job(
        instance_type="ml.p4d.24xlarge",
        instance_count=2,
        encrypted=True,
        file_systems=[FileSystem("EFS", "fs-1")],
        vpc_registry="registry.example",
    ),
]
NETWORKS = [
    a_network(),
    a_network(route_tables=[]),
    a_network(route_tables=DENIED),
    a_network(endpoints=[]),
]
SETTINGS = [
    Settings(),
    Settings(internet_access=InternetAccess.FORBIDDEN, required_services=("sts",)),
    Settings(internet_access=InternetAccess.REQUIRED),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.spec.name)
def test_a_check_looks_at_nothing_else_of_a_job(check: Check) -> None:
    for job in JOBS:
        watched = _Watched(**{each.name: getattr(job, each.name) for each in fields(job)})
        for network in NETWORKS:
            for settings in SETTINGS:
                LOOKED.clear()
                [*check.evaluate(watched, network, settings)]
                assert {*LOOKED} <= allowed(check.spec.name)


def allowed(check: str) -> set[str]:
    declared = {*LOOKED_AT[check]}
    if "vpc_config" in declared:
        declared |= PARTS_OF_VPC_CONFIG
    return declared | ALIKE | BY_RESOURCE.get(check, set())


def test_every_check_is_in_the_table() -> None:
    assert {*LOOKED_AT} == {spec.name for spec in SPECS}
    assert {name for names in LOOKED_AT.values() for name in names} <= {
        each.name for each in fields(TrainingJob)
    }


READING = (S3Place("the input", "s3://data/in", S3Use.READS_PREFIX),)
FAILED = a_finding(Status.FAIL, check="s3-traffic-allowed", resource="subnet-a")
JOB = a_job()


@pytest.mark.parametrize(
    ("finding", "job", "same"),
    [
        pytest.param(FAILED, a_job(name="train-2"), True, id="another name"),
        pytest.param(FAILED, a_job(instance_count=9), True, id="what the check does not look at"),
        pytest.param(replace(FAILED, status=Status.PASS), JOB, True, id="another status"),
        pytest.param(replace(FAILED, resource="subnet-b"), JOB, False, id="another resource"),
        pytest.param(replace(FAILED, check="s3-reachable"), JOB, False, id="another check"),
        pytest.param(FAILED, a_job(groups=["sg-2"]), False, id="another group"),
        pytest.param(replace(FAILED, resource="\ud800"), JOB, False, id="no text at all"),
    ],
)
def test_the_same_problem(finding: Finding, job: TrainingJob, same: bool) -> None:
    assert (key_of(finding, job) == key_of(FAILED, JOB)) is same


ON_JOB = replace(FAILED, resource=JOB.arn)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(a_job(name="train-2"), True, id="another name"),
        pytest.param(a_job(name="train-2", subnets=["subnet-c"]), False, id="another subnet"),
    ],
)
def test_what_is_said_of_the_job_itself_is_said_of_all_in_the_same_subnets_and_groups(
    other: TrainingJob, same: bool
) -> None:
    assert (key_of(replace(FAILED, resource=other.arn), other) == key_of(ON_JOB, JOB)) is same
    assert key_of(ON_JOB, JOB) != key_of(FAILED, JOB)


def refused(uri: str, *, because: str = "no statement allows it", by: str = "vpce-1") -> Finding:
    refusal = {"by": "the endpoint's policy", "action": "s3:GetObject", "because": because}
    return replace(
        a_finding(Status.FAIL, check="s3-policies-admit-job", resource=by),
        evidence={"uri": uri, "refusals": [refusal]},
    )


REFUSED = refused("s3://data/runs/1/input")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(refused("s3://data/runs/2/input"), True, id="another key"),
        pytest.param(refused("s3://data"), True, id="no key"),
        pytest.param(refused("s3://models/runs/1/input"), False, id="another bucket"),
        pytest.param(
            refused("s3://data/x", because="statement 2 denies it"), False, id="another reason"
        ),
        pytest.param(refused("s3://data/x", by="vpce-2"), False, id="another endpoint"),
        pytest.param(replace(REFUSED, evidence={}), False, id="nothing is known of it"),
    ],
)
def test_a_place_is_refused_as_others_in_its_bucket_are(other: Finding, same: bool) -> None:
    reading = replace(JOB, name="train-2", s3_places=READING)

    assert (key_of(other, reading) == key_of(REFUSED, JOB)) is same


ACCESS_POINT = "s3://arn:aws:s3:eu-central-1:111122223333:accesspoint/"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(f"{ACCESS_POINT}one/runs/2", True, id="another key"),
        pytest.param(f"{ACCESS_POINT}two/runs/1", False, id="another access point"),
    ],
)
def test_a_place_that_cannot_be_judged_is_told_by_its_access_point(other: str, same: bool) -> None:
    unknown = replace(REFUSED, evidence={}, resource=f"{ACCESS_POINT}one/runs/1")

    assert (key_of(replace(unknown, resource=other), JOB) == key_of(unknown, JOB)) is same


def writing(name: str, *steps: str, use: S3Use = S3Use.WRITES) -> TrainingJob:
    """A job, or a tuning job, of this name, which uses one place."""
    uri = "/".join(("s3://models/out", *steps))
    return replace(a_job(name=name), s3_places=(S3Place("the output", uri, use),))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(("a", "a", "output"), ("b", "b", "output"), True, id="named by SageMaker"),
        pytest.param(
            ("a", "a-001-00000000", "output"), ("b", "b-001-00000000", "output"), True, id="a child"
        ),
        pytest.param(("a", "a", "output"), ("b", "c", "output"), False, id="another folder"),
        pytest.param(("a", "ab", "output"), ("b", "bb", "output"), False, id="part of a name"),
    ],
)
def test_the_folder_that_bears_the_jobs_name_makes_no_other_shape(
    one: tuple[str, ...], other: tuple[str, ...], same: bool
) -> None:
    shapes = [shape_of(REFUSED.check, writing(*each)) for each in (one, other)]

    assert (shapes[0] == shapes[1]) is same


def test_what_is_read_below_the_jobs_name_is_the_jobs_own_choice() -> None:
    one, other = (writing(name, name, "data", use=S3Use.READS_PREFIX) for name in "ab")

    assert shape_of(REFUSED.check, one) != shape_of(REFUSED.check, other)


def test_the_worst_of_several_findings_on_one_resource_is_the_problem() -> None:
    found = [
        replace(FAILED, status=Status.UNKNOWN, severity=Severity.CRITICAL),
        replace(FAILED, severity=Severity.MEDIUM),
        FAILED,
    ]

    (problem,) = problems_in(found, JOB, VPC, Settings())

    assert (problem.status, problem.severity) == (Status.FAIL, Severity.HIGH)


@pytest.mark.parametrize(
    ("finding", "settings"),
    [
        pytest.param(replace(FAILED, status=Status.PASS), Settings(), id="passed"),
        pytest.param(replace(FAILED, severity=Severity.LOW), Settings(), id="advice"),
        pytest.param(
            FAILED, Settings(alerts=Alerts(least_severity=Severity.CRITICAL)), id="not alerted on"
        ),
    ],
)
def test_what_is_no_problem_of_the_vpc(finding: Finding, settings: Settings) -> None:
    assert problems_in([finding], JOB, VPC, settings) == ()


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(a_job(name="train-2"), True, id="another name"),
        pytest.param(a_job(groups=["sg-2"]), False, id="another group"),
        pytest.param(a_job(instance_count=2), False, id="what another check looks at"),
        pytest.param(replace(JOB, s3_places=READING), False, id="another place"),
    ],
)
def test_jobs_of_one_shape_differ_in_nothing_that_any_check_looks_at(
    other: TrainingJob, same: bool
) -> None:
    assert (shape_of("s3-reachable", other) == shape_of("s3-reachable", JOB)) is same
    assert shape_of("s3-reachable", JOB) != shape_of("dns-resolves-s3", JOB)


def test_a_problem_is_told_under_the_routes_that_take_it() -> None:
    routes = (AlertRoute("networks", check=FAILED.check), AlertRoute("ml", role="train*"))
    settings = Settings(alerts=Alerts(routes=routes))
    job = replace(JOB, role_arn="arn:aws:iam::111122223333:role/training")

    (problem,) = problems_in([FAILED], job, VPC, settings)
    (elsewhere,) = problems_in([replace(FAILED, check="s3-reachable")], JOB, VPC, settings)

    assert problem.routes == {"networks", "ml"}
    assert elsewhere.routes == {"ml"}


def test_a_tuning_job_is_told_under_the_routes_of_all_its_definitions() -> None:
    one, other = (
        replace(JOB, definition_name=name, role_arn=f"arn:aws:iam::111122223333:role/{name}")
        for name in ("tall", "wide")
    )
    routes = tuple(AlertRoute(name, role=name) for name in ("tall", "wide", "deep"))

    taken = routes_of(FAILED, a_tuning_job(one, other), VPC, Settings(alerts=Alerts(routes=routes)))

    assert taken == {"tall", "wide"}
