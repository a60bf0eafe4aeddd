"""Questions to policies whose answers are kept: the jobs of a batch ask the same ones."""

from functools import lru_cache

from vpc_guardrail.core.policy import (
    bucket_policy,
    endpoint_policy,
    only_from_vpc,
    package_requests,
    parse_policy,
    restricts,
)

KEPT = 64
"""Answers to each question; one takes milliseconds to work out, and a proved remedy more."""

isolation = lru_cache(KEPT)(only_from_vpc)
packages = lru_cache(KEPT)(package_requests)
restriction = lru_cache(KEPT)(restricts)
policy_of = lru_cache(KEPT)(parse_policy)
made_endpoint_policy = lru_cache(KEPT)(endpoint_policy)
made_bucket_policy = lru_cache(KEPT)(bucket_policy)
