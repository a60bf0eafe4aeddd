"""The buckets of jobs before moto's S3: which calls are made, and what is made of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, BUCKET, NOW, REGION, a_place
from tests.integration.networks import BuiltVpc, build_vpc
from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters import bucket_reading
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.adapters.inventory import Inventory
from vpc_guardrail.adapters.s3_reader import S3Reader
from vpc_guardrail.adapters.s3_redirects import REGION_HEADER
from vpc_guardrail.core.model import S3Bucket, TrainingJob, Unknown

if TYPE_CHECKING:
    from tests.integration.conftest import Waits

POLICY = '{"Version": "2012-10-17", "Statement": []}'
CALL = "GetBucketPolicy"
ANOTHER_REGION = "us-west-2"


@pytest.fixture
def vpc(clients: Clients) -> BuiltVpc:
    return build_vpc(clients.ec2)


def make(clients: Clients, name: str = BUCKET, region: str = REGION, policy: str = POLICY) -> None:
    """A bucket of the account."""
    where = {"LocationConstraint": region}
    clients.s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)  # type: ignore[arg-type]
    if policy:
        clients.s3.put_bucket_policy(Bucket=name, Policy=policy)


def reading(clients: Clients, name: str = BUCKET) -> S3Bucket:
    """A bucket as it is read."""
    return S3Reader(lambda: clients.s3).bucket(name, ACCOUNT)


def s3_error(code: str, **members: str) -> str:
    """The body of an error of S3."""
    told = "".join(f"<{name}>{value}</{name}>" for name, value in members.items())
    return f"<Error><Code>{code}</Code><Message>No.</Message>{told}</Error>"


def a_job_with(vpc: BuiltVpc, *uris: str, name: str = "train-1") -> TrainingJob:
    return vpc.job(name, s3_places=[a_place(uri) for uri in uris])


def an_inventory(clients: Clients, *upcoming: TrainingJob) -> Inventory:
    buckets = S3Reader(lambda: clients.s3)
    return Inventory(clients.ec2, lambda: NOW, lambda: upcoming, buckets=buckets)


class TestABucket:
    def test_is_read(self, clients: Clients) -> None:
        make(clients)

        assert reading(clients) == S3Bucket(BUCKET, ACCOUNT, REGION, POLICY)

    def test_without_a_policy_has_none(self, clients: Clients) -> None:
        make(clients, policy="")

        assert reading(clients) == S3Bucket(BUCKET, ACCOUNT, REGION, None)

    def test_that_does_not_exist_is_unknown_in_its_own_words(self, clients: Clients) -> None:
        unknown = Unknown(f"bucket {BUCKET} does not exist")

        assert reading(clients) == S3Bucket(BUCKET, unknown, unknown, unknown)

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("AccessDenied", "is denied to the guardrail"),
            ("AllAccessDisabled", "has disabled all access"),
            ("MethodNotAllowed", "another account"),
            ("InvalidBucketName", "no bucket of a name"),
        ],
    )
    def test_that_may_not_be_read_is_unknown(self, clients: Clients, code: str, words: str) -> None:
        wire = Wire(clients.s3)
        wire.fails(CALL, code, status=403, times=ALWAYS)
        found = reading(clients)

        assert wire.attempts == [CALL]
        for fact in (found.owner, found.region, found.policy):
            assert isinstance(fact, Unknown)
            assert words in fact.reason

    def test_is_asked_for_as_its_owner_knows_it(self, clients: Clients) -> None:
        make(clients)
        wire = Wire(clients.s3)
        reading(clients)

        assert wire.requests == [(CALL, {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT})]

    @pytest.mark.parametrize("name", ["a--op-s3", "UPPER_CASE", "a" * 64, "x--ab--op-s3"])
    def test_of_a_name_that_no_request_can_be_made_for_is_no_fault(
        self, clients: Clients, name: str
    ) -> None:
        """Whoever starts a job could otherwise keep it from being judged."""
        assert isinstance(reading(clients, name).policy, Unknown)

    @pytest.mark.parametrize("code", ["SlowDown", "InternalError", "ExpiredToken"])
    def test_a_fault_is_raised(self, clients: Clients, code: str, waits: Waits) -> None:
        Wire(clients.s3).fails(CALL, code, status=503, times=ALWAYS)

        with pytest.raises(ClientError, match=code):
            reading(clients)


class TestInAnotherRegion:
    @pytest.mark.parametrize(
        ("status", "body", "headers"),
        [
            (301, s3_error("PermanentRedirect"), {REGION_HEADER: ANOTHER_REGION}),
            (301, s3_error("PermanentRedirect"), {}),
            (301, "", {REGION_HEADER: ANOTHER_REGION}),
            (307, s3_error("TemporaryRedirect"), {REGION_HEADER: ANOTHER_REGION}),
            (400, s3_error("IllegalLocationConstraintException"), {}),
            (400, s3_error("AuthorizationHeaderMalformed", Region=ANOTHER_REGION), {}),
        ],
    )
    def test_nothing_is_known_by_one_request(
        self, clients: Clients, status: int, body: str, headers: dict[str, str]
    ) -> None:
        """botocore would ask there, and the trimmed model has no call to find out where."""
        wire = Wire(clients.s3)
        wire.answers(CALL, body, status=status, headers=headers, times=ALWAYS)
        found = reading(clients)

        assert wire.attempts == [CALL]
        told = ANOTHER_REGION in body or headers
        where = f"another Region ({ANOTHER_REGION})" if told else "another Region"
        reason = Unknown(f"bucket {BUCKET} lies in {where}")
        assert found == S3Bucket(BUCKET, reason, reason, reason)

    def test_a_redirect_within_the_region_is_followed(self, clients: Clients) -> None:
        """A name that S3's DNS does not know yet is asked for once more."""
        make(clients)
        wire = Wire(clients.s3)
        body, headers = s3_error("TemporaryRedirect"), {REGION_HEADER: REGION}
        wire.answers(CALL, body, status=307, headers=headers)

        assert reading(clients) == S3Bucket(BUCKET, ACCOUNT, REGION, POLICY)
        assert wire.attempts == [CALL, CALL]

    @pytest.mark.parametrize("code", ["AuthorizationHeaderMalformed", "SignatureDoesNotMatch"])
    def test_a_bad_signature_is_a_fault(self, clients: Clients, code: str) -> None:
        Wire(clients.s3).fails(CALL, code, times=ALWAYS)

        with pytest.raises(ClientError, match=code):
            reading(clients)

    @pytest.mark.parametrize("region", ["us-east-1", REGION])
    def test_s3_is_asked_in_its_region_as_all_others_are(
        self, region: str, monkeypatch: pytest.MonkeyPatch, clients: Clients
    ) -> None:
        """The clients of us-east-1 else ask an endpoint that knows the buckets of every Region."""
        client = Clients(boto3.Session(region_name=region)).s3

        assert client.meta.endpoint_url == f"https://s3.{region}.amazonaws.com"


class TestInTheNetwork:
    def test_each_ordinary_bucket_costs_one_call(self, clients: Clients, vpc: BuiltVpc) -> None:
        make(clients)
        make(clients, "models", policy="")
        wire = Wire(clients.s3)
        uris = (f"s3://{BUCKET}/a", f"https://s3.amazonaws.com/{BUCKET}/b", "s3://models")
        job = a_job_with(vpc, *uris, "s3://arn:aws:s3:x", "s3://local--x-s3/a", "no URI")
        network = an_inventory(clients).read(job)

        assert wire.calls == [CALL, CALL]
        assert network.bucket(BUCKET) == S3Bucket(BUCKET, ACCOUNT, REGION, POLICY)
        assert network.bucket("models") == S3Bucket("models", ACCOUNT, REGION, None)

    def test_the_buckets_of_the_batch_are_read_together(
        self, clients: Clients, vpc: BuiltVpc
    ) -> None:
        first = a_job_with(vpc, f"s3://{BUCKET}")
        second = a_job_with(vpc, "s3://models", f"s3://{BUCKET}", name="train-2")
        inventory = an_inventory(clients, first, second)
        wire = Wire(clients.s3)

        assert inventory.read(first) is inventory.read(second)
        assert wire.calls == [CALL, CALL]

    def test_no_more_than_the_bound_are_read(
        self, clients: Clients, vpc: BuiltVpc, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bucket_reading, "BUCKETS_READ", 2)
        wire = Wire(clients.s3)
        job = a_job_with(vpc, "s3://bucket-1", "s3://bucket-2", "s3://bucket-3")
        last = an_inventory(clients).read(job).bucket("bucket-3")

        assert wire.calls == [CALL, CALL]
        assert isinstance(last, S3Bucket)
        assert last.policy == bucket_reading.TOO_MANY

    def test_without_a_vpc_to_be_seen_they_are_read_all_the_same(
        self, clients: Clients, vpc: BuiltVpc
    ) -> None:
        make(clients)
        job = vpc.job(subnet="subnet-0gone", s3_places=[a_place(f"s3://{BUCKET}")])

        assert isinstance(an_inventory(clients).read(job).bucket(BUCKET), S3Bucket)

    def test_throttling_is_a_fault_of_the_reading(
        self, clients: Clients, vpc: BuiltVpc, waits: Waits
    ) -> None:
        Wire(clients.s3).fails(CALL, "SlowDown", status=503, times=ALWAYS)

        with pytest.raises(ClientError, match="SlowDown"):
            an_inventory(clients).read(a_job_with(vpc, f"s3://{BUCKET}"))
