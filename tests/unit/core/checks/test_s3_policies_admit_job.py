"""The endpoint's and the buckets' policies let the job use the S3 URIs it names."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import (
    ACCOUNT,
    BUCKET,
    DATA_ACTIONS,
    DENIED,
    FULL_ACCESS,
    OWN_BUCKET_ONLY,
    ROLE,
    VPC,
    a_bucket,
    a_gateway_endpoint,
    a_job,
    a_network,
    a_network_with_routes,
    a_place,
    a_policy,
    a_route,
    a_route_table,
    a_statement,
    endpoint,
    nat,
    of_bucket,
)
from tests.commands import problems
from tests.findings import outcomes, the
from vpc_guardrail.core.checks.s3_policies_admit_job import evaluate
from vpc_guardrail.core.model import S3Bucket, S3Use, Unknown
from vpc_guardrail.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vpc_guardrail.core.finding import Finding
    from vpc_guardrail.core.model import Network, S3Place

INPUT = a_place(purpose="the channel train")
MANIFEST = a_place(f"s3://{BUCKET}/manifest.json", S3Use.READS_OBJECT)
OUTPUT = a_place(f"s3://{BUCKET}/models/train-1/output", S3Use.WRITES, purpose="the output")
DATA = f"arn:aws:s3:::{BUCKET}"
ADMITTED = ["vpce-s3: PASS"]
REFUSED = ["vpce-s3: FAIL HIGH"]
REFUSED_BY_BUCKET = [f"{BUCKET}: FAIL HIGH"]
UNDECIDED = ["vpce-s3: UNKNOWN"]


def found(
    *places: S3Place, endpoint_policy: str = OWN_BUCKET_ONLY, buckets: Sequence[S3Bucket] = ()
) -> list[Finding]:
    network = a_network(
        endpoints=(a_gateway_endpoint(policy=endpoint_policy),),
        buckets=buckets or (a_bucket(),),
    )
    return [*evaluate(a_job(s3_places=places), network, Settings())]


def allowing(*resources: str, actions: Sequence[str] = DATA_ACTIONS) -> str:
    return a_policy(a_statement(action=actions, resource=resources))


@pytest.mark.parametrize(
    ("place", "policy", "expected"),
    [
        pytest.param(INPUT, FULL_ACCESS, ADMITTED, id="full access"),
        pytest.param(INPUT, OWN_BUCKET_ONLY, ADMITTED, id="the bucket"),
        pytest.param(INPUT, allowing(DATA, f"{DATA}/input/*"), ADMITTED, id="the folder"),
        pytest.param(INPUT, allowing(DATA, f"{DATA}/other/*"), REFUSED, id="another folder"),
        pytest.param(INPUT, allowing(f"{DATA}/*"), REFUSED, id="no listing"),
        pytest.param(INPUT, allowing(*of_bucket("other")), REFUSED, id="another bucket"),
        pytest.param(
            MANIFEST, allowing(f"{DATA}/manifest.json"), ADMITTED, id="a manifest needs no listing"
        ),
        pytest.param(OUTPUT, allowing(f"{DATA}/models/train-1/*"), ADMITTED, id="the job's folder"),
        pytest.param(OUTPUT, allowing(f"{DATA}/models/train-2/*"), REFUSED, id="another job's"),
        pytest.param(
            OUTPUT,
            allowing(f"{DATA}/*", actions=["s3:GetObject"]),
            REFUSED,
            id="reading alone",
        ),
        pytest.param(
            OUTPUT,
            a_policy(a_statement(action="*"), a_statement("Deny", "s3:Put*", f"{DATA}/models/*")),
            REFUSED,
            id="a Deny",
        ),
        pytest.param(
            INPUT,
            a_policy(
                a_statement(action="*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
            ),
            UNDECIDED,
            id="an organization that is not read",
        ),
        pytest.param(INPUT, "nothing", UNDECIDED, id="no policy"),
        pytest.param(
            a_place("s3://arn:aws:s3:eu-central-1:111122223333:accesspoint/x/y"),
            FULL_ACCESS,
            ["s3://arn:aws:s3:eu-central-1:111122223333:accesspoint/x/y: UNKNOWN"],
            id="an access point",
        ),
    ],
)
def test_table_of_endpoint_policies(place: S3Place, policy: str, expected: list[str]) -> None:
    assert outcomes(found(place, endpoint_policy=policy)) == expected


def closed_to(**condition: str) -> str:
    keys = {"vpc": "aws:SourceVpc", "vpce": "aws:SourceVpce"}
    values = {keys[name]: value for name, value in condition.items()}
    return a_policy(a_statement("Deny", "s3:*", of_bucket(), condition={"StringNotEquals": values}))


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        pytest.param(a_bucket(), ADMITTED, id="closed to the VPC"),
        pytest.param(a_bucket(policy=None), ADMITTED, id="no policy"),
        pytest.param(a_bucket(policy=closed_to(vpce="vpce-s3")), ADMITTED, id="to the endpoint"),
        pytest.param(
            a_bucket(policy=closed_to(vpce="vpce-x")), REFUSED_BY_BUCKET, id="to another endpoint"
        ),
        pytest.param(
            a_bucket(policy=closed_to(vpc="vpc-x")), REFUSED_BY_BUCKET, id="to another VPC"
        ),
        pytest.param(
            a_bucket(policy=a_policy(a_statement("Deny", "s3:GetObject", of_bucket()))),
            REFUSED_BY_BUCKET,
            id="to all",
        ),
        pytest.param(a_bucket(policy=DENIED), UNDECIDED, id="a policy that may not be read"),
        pytest.param(a_bucket(policy="{}"), UNDECIDED, id="no policy that can be judged"),
        pytest.param(a_bucket(region="us-east-1"), UNDECIDED, id="in another Region"),
        pytest.param(a_bucket(region=DENIED), UNDECIDED, id="in a Region that is not told"),
    ],
)
def test_table_of_buckets(bucket: S3Bucket, expected: list[str]) -> None:
    assert outcomes(found(INPUT, buckets=[bucket])) == expected


@pytest.mark.parametrize("bucket", [a_bucket(policy=DENIED), a_bucket(region="us-east-1")])
def test_what_the_endpoint_refuses_is_not_certain_where_the_bucket_is_not_known(
    bucket: S3Bucket,
) -> None:
    """It may lie in another Region, whose traffic does not pass the endpoint."""
    policy = allowing(*of_bucket("other"))

    assert outcomes(found(INPUT, endpoint_policy=policy, buckets=[bucket])) == UNDECIDED


NEITHER = ["subnet-a: NOT_APPLICABLE", "subnet-b: NOT_APPLICABLE"]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(
            a_network_with_routes(a_route("0.0.0.0/0", to=nat())),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="a NAT gateway out of sight",
        ),
        pytest.param(a_network_with_routes(endpoints=()), NEITHER, id="no endpoint"),
        pytest.param(
            a_network(subnets=DENIED),
            ["subnet-a: UNKNOWN", "subnet-b: UNKNOWN"],
            id="subnets are not read",
        ),
        pytest.param(
            a_network(buckets=DENIED), [*UNDECIDED, *UNDECIDED], id="buckets are not read"
        ),
        pytest.param(a_network(buckets=()), [*UNDECIDED, *UNDECIDED], id="a bucket is missing"),
    ],
)
def test_table_of_networks(network: Network, expected: list[str]) -> None:
    assert outcomes(evaluate(a_job(), network, Settings())) == expected


def test_each_subnet_is_judged_by_its_own_endpoint_in_fault_7() -> None:
    network = a_network(
        route_tables=(
            a_route_table(id="rtb-a", subnets=("subnet-a",)),
            a_route_table(
                a_route("pl-s3", to=endpoint("vpce-2")), id="rtb-b", subnets=("subnet-b",)
            ),
        ),
        endpoints=(
            a_gateway_endpoint(route_tables=("rtb-a",)),
            a_gateway_endpoint(
                "vpce-2", route_tables=("rtb-b",), policy=allowing(*of_bucket("other"))
            ),
        ),
    )

    assert outcomes(evaluate(a_job(s3_places=[INPUT]), network, Settings())) == [
        "vpce-s3: PASS",
        "vpce-2: FAIL HIGH",
    ]


def test_what_is_held_up_and_what_holds_it_up_is_named() -> None:
    policy = a_policy(
        a_statement(action="*"),
        {**a_statement("Deny", "s3:PutObject", f"{DATA}/models/*"), "Sid": "NoModels"},
    )
    finding = the(found(INPUT, OUTPUT, endpoint_policy=policy))

    assert finding.message.startswith("The job cannot write the output: the endpoint's policy")
    assert "NoModels" in finding.message
    assert finding.evidence["uri"] == OUTPUT.uri
    (refusal,) = finding.evidence["refusals"]
    assert refusal["action"] == "s3:PutObject"
    assert "modify-vpc-endpoint --vpc-endpoint-id vpce-s3" in finding.remediation


def test_a_bucket_that_refuses_is_to_let_the_role_through() -> None:
    finding = the(found(INPUT, buckets=[a_bucket(policy=closed_to(vpc="vpc-x"))]))

    command, _, policy = finding.remediation.partition(" --policy ")
    assert command == f"aws s3api put-bucket-policy --bucket {BUCKET}"
    mended = a_bucket(policy=shlex.split(policy)[0])
    assert outcomes(found(INPUT, buckets=[mended])) == ADMITTED


def test_a_bucket_that_demands_what_the_job_does_not_send_is_left_to_its_owner() -> None:
    demand = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}
    statement = {**a_statement("Deny", "s3:PutObject", of_bucket()), "Condition": demand}
    place = replace(OUTPUT, kms_key="alias/models")
    finding = the(found(place, buckets=[a_bucket(policy=a_policy(statement))]))

    assert f"Let {ROLE} through, from {VPC}" in finding.remediation
    assert f"aws s3api get-bucket-policy --bucket {BUCKET}" in finding.remediation
    assert problems(finding.remediation) == []


def test_the_key_of_the_output_is_what_a_bucket_may_demand() -> None:
    demand = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    statement = {**a_statement("Deny", "s3:PutObject", of_bucket()), "Condition": demand}
    bucket = a_bucket(policy=a_policy(statement))

    assert outcomes(found(replace(OUTPUT, kms_key="alias/k"), buckets=[bucket])) == ADMITTED
    assert outcomes(found(OUTPUT, buckets=[bucket])) == UNDECIDED


def test_all_that_is_admitted_is_told_in_one_finding() -> None:
    finding = the(found(INPUT, OUTPUT))

    assert finding.evidence["admitted"] == ["read the channel train", "write the output"]


def test_a_job_that_names_no_place_is_not_concerned() -> None:
    finding = the(evaluate(a_job(s3_places=()), a_network(), Settings()))

    assert finding.message == "The job names no place in S3."
    assert ACCOUNT in finding.resource


def test_without_the_jobs_role_nothing_is_said() -> None:
    job = a_job(role_arn=Unknown("the job's role is not told"))

    assert outcomes(evaluate(job, a_network(), Settings())) == UNDECIDED
