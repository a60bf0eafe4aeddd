"""All checks over one job: the registry, and the run that leaves none out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from vpc_guardrail import __version__
from vpc_guardrail.core.checks import (
    bucket_policy_vpc_only,
    dns_resolves_s3,
    internet_access,
    network_references_exist,
    package_repositories_denied,
    required_services_reachable,
    s3_endpoint_policy_restricted,
    s3_gateway_endpoint,
    s3_policies_admit_job,
    s3_reachable,
    s3_traffic_allowed,
    security_group_efa,
    security_group_self_ingress,
    subnet_ip_capacity,
    vpc_config_present,
    vpc_tenancy_default,
)
from vpc_guardrail.core.finding import CheckSpec, Finding
from vpc_guardrail.core.model import Network, TrainingJob
from vpc_guardrail.core.settings import CheckAction, Settings

RULE_SET_VERSION = __version__
"""A job is judged, told and stopped once per version of the rules."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check: what it asks, and the function that answers for a job in a VPC."""

    spec: CheckSpec
    evaluate: Callable[[TrainingJob, Network, Settings], Iterator[Finding]]


CHECKS = tuple(
    Check(module.SPEC, module.evaluate)
    for module in (
        network_references_exist,
        vpc_tenancy_default,
        subnet_ip_capacity,
        s3_reachable,
        s3_gateway_endpoint,
        s3_traffic_allowed,
        s3_endpoint_policy_restricted,
        s3_policies_admit_job,
        package_repositories_denied,
        bucket_policy_vpc_only,
        dns_resolves_s3,
        security_group_self_ingress,
        security_group_efa,
        required_services_reachable,
        internet_access,
    )
)
"""The checks of a job's network; none of them concerns a job without a VPC."""

SPECS = (vpc_config_present.SPEC, *(check.spec for check in CHECKS))
"""Every check there is, in the order of the catalogue."""

SEVERITIES = {spec.name: spec.severity for spec in SPECS}
"""The own severity of each check."""


def findings_on(
    job: TrainingJob, network: Network | None, settings: Settings
) -> tuple[Finding, ...]:
    """What all checks say; `network` is None for a job that names no VPC."""
    return tuple(_findings(job, network, settings))


def as_set(finding: Finding, settings: Settings) -> Finding:
    """The finding with the severity that the owner gave its check; one below that stays there."""
    chosen = settings.severities.get(finding.check)
    if chosen is None:
        return finding
    own = SEVERITIES[finding.check]
    severity = chosen if finding.severity is own else min(chosen, finding.severity)
    return replace(finding, severity=severity)


def _findings(job: TrainingJob, network: Network | None, settings: Settings) -> Iterator[Finding]:
    if settings.action_of(vpc_config_present.SPEC) is not CheckAction.IGNORE:
        yield from vpc_config_present.evaluate(job)
    for check in CHECKS:
        if settings.action_of(check.spec) is CheckAction.IGNORE:
            continue
        if network is None or not job.has_vpc:
            yield check.spec.not_applicable(job.arn, "The job names no VPC.")
        else:
            yield from check.evaluate(job, network, settings)
