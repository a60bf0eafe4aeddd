"""The yardstick: boto3's clients of the services that the inspector calls, and nothing else."""

import os
from typing import Any

import boto3

SERVICES = os.environ["BENCHMARK_SERVICES"].split(",")
CLIENTS = {service: boto3.client(service) for service in SERVICES}  # type: ignore[call-overload]


def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do nothing: the clients are made, and call nobody."""
    return {}
