"""The way of a job's requests to S3, and the condition keys that each sort of request carries.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import Fact, Unknown
from vpc_guardrail.core.policy.context import (
    ABSENT,
    AnyOf,
    Context,
    Known,
    Unknowable,
    Value,
    known,
)
from vpc_guardrail.core.policy.named import named_principals
from vpc_guardrail.core.policy.names import fresh_account, fresh_id
from vpc_guardrail.core.policy.principals import Matching, Principal, a_role, anonymous

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vpc_guardrail.core.policy.model import Policy

NO_ORGANIZATION_READ = Unknown("the organization of the job's account is not read")
NO_TAGS_READ = Unknown("the tags of the job's role are not read")
FREE = AnyOf()
UNITS_OF_NOBODY = "o-0123456789nobody/r-nobody/"
"""The path of an organization that nobody names."""
TLS_VERSIONS = (known("1.2"), known("1.3"))
"""https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/"""
CHOSEN_BY_THE_CALLER: Mapping[str, Value] = {
    "aws:SecureTransport": AnyOf((known("true"), known("false"))),
    "aws:UserAgent": FREE,
    "aws:referer": FREE,
    "s3:TlsVersion": AnyOf((*TLS_VERSIONS, ABSENT)),
    "s3:authType": AnyOf((known("REST-HEADER"), known("REST-QUERY-STRING"))),
    "s3:prefix": FREE,
    "s3:delimiter": FREE,
    "s3:max-keys": FREE,
    "s3:VersionId": FREE,
    "s3:x-amz-acl": FREE,
    "s3:x-amz-content-sha256": FREE,
    "s3:x-amz-copy-source": FREE,
    "s3:x-amz-metadata-directive": FREE,
    "s3:x-amz-server-side-encryption": FREE,
    "s3:x-amz-server-side-encryption-aws-kms-key-id": FREE,
    "s3:x-amz-server-side-encryption-customer-algorithm": FREE,
    "s3:x-amz-storage-class": FREE,
    "s3:x-amz-grant-full-control": FREE,
    "s3:x-amz-grant-read": FREE,
    "s3:x-amz-grant-read-acp": FREE,
    "s3:x-amz-grant-write": FREE,
    "s3:x-amz-grant-write-acp": FREE,
    "s3:RequestObjectTag/*": FREE,
    "s3:RequestObjectTagKeys": FREE,
}
"""Keys whose values whoever makes the request may choose: no protection against him."""
SENT_WITH_WRITES: Mapping[str, Value] = {
    key: ABSENT for key in CHOSEN_BY_THE_CALLER if key.startswith(("s3:x-amz-", "s3:RequestObj"))
}
"""What a request that reads or lists does not carry."""
DIRECT: Mapping[str, Value] = {
    "aws:ViaAWSService": known("false"),
    "aws:CalledVia": ABSENT,
    "aws:CalledViaFirst": ABSENT,
    "aws:CalledViaLast": ABSENT,
    "aws:SourceArn": ABSENT,
    "aws:SourceAccount": ABSENT,
    "aws:SourceOrgID": ABSENT,
    "aws:SourceOrgPaths": ABSENT,
    "s3:DataAccessPointArn": ABSENT,
    "s3:DataAccessPointAccount": ABSENT,
    "s3:AccessPointNetworkOrigin": ABSENT,
    "s3:AccessPointArn": ABSENT,
}
"""A request that goes straight to a bucket, made by the principal himself."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Who a job is, and through what its requests to S3 go."""

    account: str
    region: str
    role_arn: str
    vpc_id: str
    endpoint_id: str
    partition: str = "aws"
    is_gateway: bool = True
    """False for an interface endpoint."""
    organization: Fact[str | None] = NO_ORGANIZATION_READ
    """The organization of the job's account; None if it is in none."""
    role_tags: Fact[Mapping[str, str]] = NO_TAGS_READ

    @property
    def matching(self) -> Matching:
        """The rules by which the endpoint's policy means principals."""
        return Matching.GATEWAY_ENDPOINT if self.is_gateway else Matching.RESOURCE

    @property
    def role(self) -> Principal:
        """The job's role; how SageMaker names the session in which it uses it is not documented."""
        return self._with_org(a_role(self.role_arn, "the job's role"), None)

    @property
    def through_endpoint(self) -> dict[str, Value]:
        """The keys of a request that goes the job's way."""
        vpc_arn = f"arn:{self.partition}:ec2:{self.region}:{self.account}:vpc/{self.vpc_id}"
        return {
            **DIRECT,
            "aws:SourceVpc": known(self.vpc_id),
            "aws:SourceVpcArn": Unknowable("a VPC may be shared", (known(vpc_arn), ABSENT)),
            "aws:SourceVpce": known(self.endpoint_id),
            "aws:SourceIp": ABSENT,
            "aws:VpcSourceIp": Unknowable("the job's address is not read", may_be_absent=False),
            "aws:RequestedRegion": known(self.region),
        }

    def as_the_job(self) -> Context:
        """The context of SageMaker's own requests for the job, whatever the bucket."""
        return Context(
            {
                **self.through_endpoint,
                "aws:SecureTransport": known("true"),
                "s3:TlsVersion": Unknowable("S3 takes TLS 1.2 and 1.3", TLS_VERSIONS),
                "s3:signatureversion": known("AWS4-HMAC-SHA256"),
                "s3:authType": known("REST-HEADER"),
                "s3:VersionId": ABSENT,
                "s3:x-amz-copy-source": ABSENT,
                "aws:referer": ABSENT,
            }
        )

    def as_anyone_inside(self) -> Context:
        """The context of whatever the code of the job asks for, whatever the bucket."""
        return Context({**self.through_endpoint, **CHOSEN_BY_THE_CALLER})

    def owned_by(self, account: Fact[str]) -> dict[str, Value]:
        """The keys of a bucket that this account owns; another one than the job's is a stranger."""
        if isinstance(account, Unknown):
            unknown = Unknowable(account.reason, may_be_absent=False)
            return {
                "aws:ResourceAccount": unknown,
                "s3:ResourceAccount": unknown,
                "aws:ResourceOrgID": Unknowable(account.reason),
                "aws:ResourceOrgPaths": Unknowable(account.reason),
            }
        own = account == self.account
        of_another = Unknown("the organization of the bucket's account is not read")
        organization = self.organization if own else of_another
        return {
            "aws:ResourceAccount": known(account),
            "s3:ResourceAccount": known(account),
            "aws:ResourceOrgID": _organization(organization),
            "aws:ResourceOrgPaths": Unknowable("the organization's units are not read"),
        }

    def identity(self, name: str, label: str) -> Principal:
        """Some other role of the job's account, without tags."""
        arn = f"arn:{self.partition}:iam::{self.account}:role/{name}"
        return self._with_org(a_role(arn, label), {})

    def stranger(self, policy: Policy) -> Principal:
        """A role of an account and an organization that the policy does not mention."""
        account = fresh_account(policy, self.account)
        arn = f"arn:{self.partition}:iam::{account}:role/stranger"
        role = a_role(arn, "a role of a foreign account", is_named=False)
        return _extended(
            role,
            {
                "aws:PrincipalOrgID": _of_nobody(policy),
                "aws:PrincipalOrgPaths": AnyOf((known(UNITS_OF_NOBODY), ABSENT)),
                "aws:PrincipalTag/*": FREE,
            },
        )

    def everyone(self, policy: Policy) -> tuple[Principal, ...]:
        """The job's role, a stranger's role, whoever does not sign, and whom the policy names."""
        return (self.role, self.stranger(policy), anonymous(), *named_principals(policy, self))

    def _with_org(self, role: Principal, tags: Mapping[str, str] | None) -> Principal:
        found: Fact[Mapping[str, str]] = self.role_tags if tags is None else tags
        keys: dict[str, Value] = {"aws:PrincipalOrgID": _organization(self.organization)}
        if isinstance(found, Unknown):
            keys["aws:PrincipalTag/*"] = Unknowable(found.reason)
        else:
            keys["aws:PrincipalTag/*"] = ABSENT
            keys |= {f"aws:PrincipalTag/{key}": known(text) for key, text in found.items()}
        return _extended(role, keys)


def foreign_bucket(policy: Policy, journey: Journey) -> dict[str, Value]:
    """The keys of a bucket in an account and an organization that the policy does not mention."""
    account = known(fresh_account(policy, journey.account))
    return {
        "aws:ResourceAccount": account,
        "s3:ResourceAccount": account,
        "aws:ResourceOrgID": _of_nobody(policy),
        "aws:ResourceOrgPaths": AnyOf((known(UNITS_OF_NOBODY), ABSENT)),
        "aws:ResourceTag/*": FREE,
        "s3:ExistingObjectTag/*": FREE,
        "s3:BucketTag/*": FREE,
    }


def _of_nobody(policy: Policy) -> AnyOf:
    return AnyOf((known(fresh_id(policy, "o-")), ABSENT))


def _organization(organization: Fact[str | None]) -> Known | Unknowable | Value:
    if isinstance(organization, Unknown):
        return Unknowable(organization.reason)
    return ABSENT if organization is None else known(organization)


def _extended(role: Principal, keys: Mapping[str, Value]) -> Principal:
    return Principal(
        role.label,
        role.account,
        role.arn,
        role.session,
        role.is_named,
        role.service,
        {**role.context, **keys},
    )
