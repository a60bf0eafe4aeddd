"""Who asked for a training job, as far as an event tells."""

from dataclasses import dataclass

from vpc_guardrail.core.model.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Starter:
    """A principal, in the words of CloudTrail's userIdentity; None is what it does not carry.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """

    type: str
    """AssumedRole, IAMUser, Root, FederatedUser, AWSService, IdentityCenterUser, …"""
    name: str
    """Of the role, user or service, by which a team subscribes to its own alerts."""
    arn: str | None = None
    session_name: str | None = None
    """RoleSessionName; IAM Identity Center puts the person's name there."""
    source_identity: str | None = None
    """What whoever assumed the first role was bound to; it lasts through further roles."""
    invoked_by: str | None = None
    """The AWS service that made the call in the principal's name."""


NOBODY_TOLD = Unknown("no event tells who started the job")
