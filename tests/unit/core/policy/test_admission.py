"""Whether a job gets at its data, by the endpoint's policy and the bucket's together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.policy.builders import (
    ACCOUNT,
    ARN,
    GUIDE_PAGE_DENIES,
    JOURNEY,
    PARTNER,
    ROLE,
    allow,
    deny,
    own_bucket,
    policy,
)
from vpc_guardrail.core.model import Unknown
from vpc_guardrail.core.policy import (
    ABSENT,
    Address,
    Admission,
    Bucket,
    Keys,
    Transfer,
    Tri,
    admits,
    encrypted_with,
    known,
)

Json = Any
YES, NO, MAYBE = Tri.YES, Tri.NO, Tri.MAYBE
FULL = policy(allow())
TRAIN = Transfer(
    "read channel train", Address("job-data", "train"), Keys.PREFIX, reads=True, lists=True
)
MANIFEST = Transfer("read the manifest", Address("job-data", "m.json"), Keys.ONE, reads=True)
OUTPUT = Transfer("write the model", Address("job-data", "out/j/output"), Keys.FOLDER, writes=True)


def through(transfer: Transfer, *statements: Json) -> Admission:
    return admits(policy(*statements), own_bucket(), JOURNEY, transfer)


def into(transfer: Transfer, *statements: Json, owner: str = ACCOUNT) -> Admission:
    bucket = Bucket("job-data", owner, policy(*statements))
    return admits(FULL, bucket, JOURNEY, transfer)


ENDPOINT: dict[str, tuple[Transfer, list[Json], Tri]] = {
    "full access": (TRAIN, [allow()], YES),
    "this bucket": (TRAIN, [allow([f"{ARN}job-data", f"{ARN}job-data/*"])], YES),
    "another bucket": (TRAIN, [allow([f"{ARN}other", f"{ARN}other/*"])], NO),
    "objects without listing": (TRAIN, [allow(f"{ARN}job-data/*")], NO),
    "listing without objects": (TRAIN, [allow(f"{ARN}job-data")], NO),
    "the folder": (TRAIN, [allow([f"{ARN}job-data", f"{ARN}job-data/train/*"])], YES),
    "the one object": (TRAIN, [allow([f"{ARN}job-data", f"{ARN}job-data/train"])], YES),
    "a part of the folder": (TRAIN, [allow([f"{ARN}job-data", f"{ARN}job-data/train/a*"])], MAYBE),
    "another folder": (TRAIN, [allow([f"{ARN}job-data", f"{ARN}job-data/test/*"])], NO),
    "the guide's page as it stands": (TRAIN, [*GUIDE_PAGE_DENIES], NO),
    "the guide's page with an allow": (TRAIN, [allow(), *GUIDE_PAGE_DENIES], YES),
    "own account": (
        TRAIN,
        [allow(condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})],
        YES,
    ),
    "another account": (
        TRAIN,
        [allow(condition={"StringEquals": {"aws:PrincipalAccount": PARTNER}})],
        NO,
    ),
    "an organization": (
        TRAIN,
        [allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-x"}})],
        MAYBE,
    ),
    "the role": (TRAIN, [allow(condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})], YES),
    "another role": (
        TRAIN,
        [allow(condition={"ArnEquals": {"aws:PrincipalArn": ROLE + "s"}})],
        NO,
    ),
    "the account as principal": (TRAIN, [allow(principal={"AWS": ACCOUNT})], NO),
    "only encrypted requests": (
        TRAIN,
        [allow(), deny(condition={"Bool": {"aws:SecureTransport": "false"}})],
        YES,
    ),
    "the manifest": (MANIFEST, [allow(f"{ARN}job-data/m.json")], YES),
    "another manifest": (MANIFEST, [allow(f"{ARN}job-data/n.json")], NO),
    "reading is not writing": (OUTPUT, [allow(action=["s3:Get*", "s3:List*"])], NO),
    "writing where the job writes": (OUTPUT, [allow(f"{ARN}job-data/out/*")], YES),
    "writing elsewhere": (OUTPUT, [allow(f"{ARN}job-data/elsewhere/*")], NO),
}


@pytest.mark.parametrize(("transfer", "statements", "expected"), ENDPOINT.values(), ids=ENDPOINT)
def test_through_the_endpoint(transfer: Transfer, statements: list[Json], expected: Tri) -> None:
    admission = through(transfer, *statements)
    assert admission.admitted is expected
    assert bool(admission.refusals) is (expected is not YES)
    assert all(each.by == "the endpoint's policy" for each in admission.refusals)


ONLY_VPC = {"StringNotEquals": {"aws:SourceVpc": JOURNEY.vpc_id}}
ENCRYPTED = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
BUCKET: dict[str, tuple[Transfer, list[Json], Tri]] = {
    "nothing denied": (TRAIN, [deny(f"{ARN}job-data/secret/*")], YES),
    "only from this VPC": (TRAIN, [deny(condition=ONLY_VPC)], YES),
    "only from another endpoint": (
        TRAIN,
        [deny(condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0bb"}}, Sid="Other")],
        NO,
    ),
    "only from addresses of the internet": (
        TRAIN,
        [deny(condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})],
        NO,
    ),
    "only encrypted objects": (OUTPUT, [deny(action="s3:PutObject", condition=ENCRYPTED)], MAYBE),
    "an upload's header asked of a download": (TRAIN, [deny(condition=ENCRYPTED)], NO),
    "modern encryption in transit": (
        TRAIN,
        [deny(condition={"NumericLessThan": {"s3:TlsVersion": 1.2}})],
        YES,
    ),
}


@pytest.mark.parametrize(("transfer", "statements", "expected"), BUCKET.values(), ids=BUCKET)
def test_into_an_own_bucket(transfer: Transfer, statements: list[Json], expected: Tri) -> None:
    admission = into(transfer, *statements)
    assert admission.admitted is expected
    assert all(each.by == "the bucket's policy" for each in admission.refusals)


def test_what_the_job_is_known_to_send_settles_a_maybe() -> None:
    required = deny(action="s3:PutObject", condition=ENCRYPTED)
    sent = replace(OUTPUT, sends={"s3:x-amz-server-side-encryption": known("aws:kms")})
    assert into(sent, required).admitted is YES
    assert into(replace(OUTPUT, sends=dict.fromkeys(sent.sends, ABSENT)), required).admitted is NO


KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ID = "s3:x-amz-server-side-encryption-aws-kms-key-id"
DEMANDED: dict[str, tuple[Json, str, Tri]] = {
    "encryption by KMS": (ENCRYPTED, KEY, YES),
    "by KMS, asked for by an alias": (ENCRYPTED, "alias/models", YES),
    "encryption by S3's own keys": (
        {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
        KEY,
        NO,
    ),
    "some header of encryption": ({"Null": {"s3:x-amz-server-side-encryption": "true"}}, KEY, YES),
    "this key": ({"StringNotEquals": {KEY_ID: KEY}}, KEY, YES),
    "this key, if one is named": ({"ArnNotEqualsIfExists": {KEY_ID: KEY}}, KEY, YES),
    "another key": ({"StringNotEquals": {KEY_ID: KEY.replace("1234", "5678")}}, KEY, NO),
    "this key, asked for by its id": (
        {"StringNotEquals": {KEY_ID: KEY}},
        KEY.rpartition("/")[2],
        MAYBE,
    ),
    "a key of the customer's own": (
        {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "true"}},
        KEY,
        NO,
    ),
}


@pytest.mark.parametrize(("condition", "key", "expected"), DEMANDED.values(), ids=DEMANDED)
def test_encryption_that_a_bucket_demands(condition: Json, key: str, expected: Tri) -> None:
    sent = replace(OUTPUT, sends=encrypted_with(key))
    required = deny(action="s3:PutObject", condition=condition)
    assert into(sent, required).admitted is expected


def test_another_accounts_bucket_must_allow() -> None:
    assert into(TRAIN, deny(f"{ARN}x"), owner=PARTNER).admitted is NO
    assert into(TRAIN, allow(principal={"AWS": ACCOUNT}), owner=PARTNER).admitted is YES
    assert into(TRAIN, allow(principal={"AWS": PARTNER}), owner=PARTNER).admitted is NO


def test_a_refusal_names_the_statement() -> None:
    admission = into(TRAIN, deny(f"{ARN}job-data*", Sid="Closed"))
    assert {each.reason for each in admission.refusals} == {"it is refused by Closed"}
    missing = through(TRAIN, allow(f"{ARN}x"))
    assert {each.reason for each in missing.refusals} == {"no statement allows it"}


def test_what_could_not_be_read_is_a_maybe() -> None:
    denied = Unknown("s3:GetBucketPolicy was denied")
    assert admits(FULL, Bucket("job-data", ACCOUNT, denied), JOURNEY, TRAIN).admitted is MAYBE
    assert admits(denied, own_bucket(), JOURNEY, TRAIN).admitted is MAYBE
    nobody = Bucket("job-data", denied, None)
    assert admits(FULL, nobody, JOURNEY, TRAIN).admitted is MAYBE


def test_a_sure_refusal_outweighs_what_could_not_be_read() -> None:
    closed = policy(allow(f"{ARN}other"))
    unread = Bucket("job-data", ACCOUNT, Unknown("it was denied"))
    assert admits(closed, unread, JOURNEY, TRAIN).admitted is NO


def test_an_interface_endpoint_means_accounts_as_a_bucket_does() -> None:
    interface = replace(JOURNEY, is_gateway=False)
    by_account = policy(allow(principal={"AWS": ACCOUNT}))
    assert admits(by_account, own_bucket(), interface, TRAIN).admitted is YES
    assert admits(by_account, own_bucket(), JOURNEY, TRAIN).admitted is NO


@pytest.mark.parametrize("session", ["SageMaker", "other"])
def test_the_name_of_the_jobs_session_is_not_known(session: str) -> None:
    """SageMaker does not document it, so a policy that rests on it refuses nothing for certain."""
    arn = ROLE.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + f"/{session}"
    but = deny(Principal=None, NotPrincipal={"AWS": [ACCOUNT, ROLE, arn]})
    assert into(TRAIN, but).admitted is YES
    assert into(TRAIN, deny(principal={"AWS": arn})).admitted is MAYBE


def test_list_conditions_on_the_prefix() -> None:
    listing = allow(
        f"{ARN}job-data",
        action="s3:ListBucket",
        condition={"StringLike": {"s3:prefix": ["train*"]}},
    )
    objects = allow(f"{ARN}job-data/train*")
    assert through(TRAIN, listing, objects).admitted is YES
    narrow = {**listing, "Condition": {"StringLike": {"s3:prefix": "train/*"}}}
    assert through(TRAIN, narrow, objects).admitted is MAYBE
    other = {**listing, "Condition": {"StringLike": {"s3:prefix": "test*"}}}
    assert through(TRAIN, other, objects).admitted is NO
