"""`vpc-guardrail generate` without AWS: by the options alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.builders import ACCOUNT, REGION
from vpc_guardrail.cli.main import app

if TYPE_CHECKING:
    from typer.testing import Result

HOME = ("--account", ACCOUNT, "--region", REGION)


def generate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["generate", *arguments])


def test_an_endpoint_policy_names_the_buckets() -> None:
    done = generate("endpoint-policy", "--bucket", "first", "--bucket", "second", *HOME)

    allow, deny = json.loads(done.stdout)["Statement"]
    assert done.exit_code == 0
    assert allow["Resource"] == [
        "arn:aws:s3:::first",
        "arn:aws:s3:::first/*",
        "arn:aws:s3:::second",
        "arn:aws:s3:::second/*",
    ]
    assert deny["Effect"] == "Deny"
    assert "replaces the endpoint's policy" in done.stderr


@pytest.mark.parametrize(
    ("options", "condition"),
    [
        (["--vpc", "vpc-1"], {"aws:SourceVpc": "vpc-1"}),
        (["--vpc", "vpc-1", "--endpoint", "vpce-1"], {"aws:SourceVpce": "vpce-1"}),
    ],
)
def test_a_bucket_policy_names_the_vpc_or_its_endpoint(
    options: list[str], condition: dict[str, str]
) -> None:
    done = generate("bucket-policy", "--bucket", "first", *options, *HOME)

    (statement,) = json.loads(done.stdout)["Statement"]
    assert done.exit_code == 0
    assert statement["Condition"] == {"StringNotEquals": condition}


def test_arns_are_of_the_regions_partition() -> None:
    where = ("--account", ACCOUNT, "--region", "cn-north-1")

    assert (
        "arn:aws-cn:s3:::first/*" in generate("endpoint-policy", "--bucket", "first", *where).stdout
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(["endpoint-policy", *HOME], "at least one bucket", id="no bucket"),
        pytest.param(["endpoint-policy", "--bucket", "first"], "--account", id="no account"),
        pytest.param(
            ["endpoint-policy", "--bucket", "x--x-s3", *HOME], "directory bucket", id="directory"
        ),
        pytest.param(["bucket-policy", "--bucket", "first", *HOME], "--vpc", id="no VPC"),
        pytest.param(["bucket-policy", "--vpc", "vpc-1", *HOME], "one bucket", id="no one bucket"),
        pytest.param(
            ["bucket-policy", "--vpc", "v", "--bucket", "first", "--bucket", "second", *HOME],
            "one bucket of first, second",
            id="two buckets",
        ),
        pytest.param(
            ["endpoint-policy", "--bucket", "b", "--account", ACCOUNT, "--region", "nowhere"],
            "--region",
            id="no Region that there is",
        ),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], named: str) -> None:
    done = generate(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert named in done.stderr
