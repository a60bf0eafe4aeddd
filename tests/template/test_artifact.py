"""The artifact that `make build` made: whole, bare, small, and quick to start."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name

from tests.template.artifact import FUNCTIONS, LAYERS, PROBE, Artifact
from tests.template.cloudformation import ROOT
from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION, every_call

MOST_BYTES = {"DepsLayer": 16_000_000, "GuardrailLayer": 2_500_000}
"""Lambda allows 250 MB in all; botocore's data alone, untrimmed, takes 22 MB."""

ENVIRONMENT = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}

ROUTE_ORIGINS = {"CreateRoute", "CreateRouteTable", "EnableVgwRoutePropagation"}
"""What EC2 says of a route's making: names of operations that are no calls of ours."""

FOREIGN_FILES = {
    "Makefile",
    "jobs.css",
    "jobs.html",
    "pyproject.toml",
    "requirements.in",
    "requirements.txt",
    "trim_botocore.py",
}
FOREIGN_FOLDERS = {"bin", "cli", "tests", "vpc_guardrail.egg-info"}


def test_every_source_has_bytecode_that_lambda_uses_whatever_its_time(artifact: Artifact) -> None:
    assert artifact.probe("bytecode", *artifact.folders) == {}


@cache
def imported_once(artifact: Artifact, function: str) -> Any:
    path = artifact.path_in_lambda(function)
    return artifact.probe("imports", "app", "handler", *path, **ENVIRONMENT)


@pytest.mark.parametrize("function", FUNCTIONS)
class TestFunction:
    """Each function, imported with nothing but the built folders on the path."""

    @pytest.fixture
    def imported(self, artifact: Artifact, function: str) -> Any:
        return imported_once(artifact, function)

    def test_its_handler_is_there(self, imported: Any, function: str) -> None:
        assert imported["callable"], function

    def test_it_compiles_nothing(self, imported: Any, function: str) -> None:
        assert imported["compiled"] == [], function

    def test_it_stands_on_the_artifact_and_the_standard_library(
        self, artifact: Artifact, imported: Any, function: str
    ) -> None:
        known = (*artifact.path_in_lambda(function), imported["standard_library"])
        strangers = {
            name: file
            for name, file in imported["files"].items()
            if not file.startswith(known) and Path(file) != PROBE
        }

        assert strangers == {}

    @pytest.mark.parametrize("package", ["pydantic", "jinja2", "rich", "typer", "aws_xray_sdk"])
    def test_it_imports_nothing_that_costs_and_is_not_needed(
        self, imported: Any, function: str, package: str
    ) -> None:
        assert package not in imported["files"], function

    def test_only_the_notifier_knows_slack(self, imported: Any, function: str) -> None:
        assert ("slack_sdk" in imported["files"]) == (function == "slack_notifier")

    def test_its_code_names_exactly_the_declared_calls(self, imported: Any, function: str) -> None:
        """An operation's name in an adapter is a call, or it needs another name."""
        named = names_in(adapters(imported))
        calls = {
            f"{service}:{operation}"
            for service in (
                "config",
                "ec2",
                "efs",
                "fsx",
                "s3",
                "sagemaker",
                "securityhub",
                "sns",
                "sqs",
                "ssm",
            )  # The other services are called by Powertools.
            for operation in untrimmed(service).meta.service_model.operation_names
            if {operation, xform_name(operation)} & named and operation not in ROUTE_ORIGINS
        }

        declared_here = {
            call for call in declared(function) if not call.startswith(CALLED_BY_POWERTOOLS)
        }
        unmade = NAMESAKES | NOT_MADE.get(function, set())
        assert calls - unmade == declared_here - SETTINGS_CALL


CALLED_BY_POWERTOOLS = ("dynamodb:", "secretsmanager:")
SETTINGS_CALL = {"ssm:GetParameter"}
"""Powertools makes this one too, beside one that is made here."""

OF_FINDINGS = "/findings/import"
"""The path of Security Hub's call."""

OF_EFS = "/2015-02-01/mount-targets"
"""The path of its call, which other services have not."""

NAMESAKES = {"efs:DescribeFileSystems"}
"""Operations that are not called, with the name of one of another service that is."""

NOT_MADE = {
    "config_rule": {
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroupVpcAssociations",
        "efs:DescribeMountTargets",
        "fsx:DescribeFileSystems",
        "s3:GetBucketLocation",
        "s3:GetBucketPolicy",
    }
}
"""What a function loads with the reading of jobs and never calls: its reference job names neither
file systems nor buckets, and no group of another VPC."""


def declared(function: str) -> set[str]:
    return {
        f"{service}:{operation}"
        for service, operations in CALLS_BY_FUNCTION[function].items()
        for operation in operations
    }


@cache
def untrimmed(service: str) -> Any:
    """A client of the development environment, which knows all operations of its service."""
    session: Any = boto3.session.Session("key", "secret", region_name="us-east-1")
    return session.client(service)


def adapters(imported: Any) -> list[Path]:
    """The adapters that a function loads: nothing else may know boto3's clients."""
    return [
        Path(file)
        for name, file in imported["files"].items()
        if name.startswith("vpc_guardrail.adapters.") and not name.endswith(".aws_calls")
    ]


def names_in(modules: list[Path]) -> set[str]:
    """Every attribute that is read and every text that is written in the modules."""
    names = set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
    return names


def test_nothing_ships_that_no_function_needs(artifact: Artifact) -> None:
    shipped = {file.relative_to(artifact.root) for file in artifact.files()}

    assert not [file for file in shipped if file.name in FOREIGN_FILES]
    assert not [file for file in shipped if FOREIGN_FOLDERS & set(file.parts)]


def test_layers_hold_pure_python_for_either_architecture(artifact: Artifact) -> None:
    assert not [file for file in artifact.files() if file.suffix in {".so", ".pyd", ".dylib"}]


def test_layers_hold_a_python_folder_and_functions_their_code(artifact: Artifact) -> None:
    for layer in LAYERS:
        assert [entry.name for entry in (artifact.root / layer).iterdir()] == ["python"]
    for function in FUNCTIONS.values():
        names = {entry.name for entry in (artifact.root / function).iterdir()}
        assert names == {"app.py", "__pycache__"}


def test_nothing_names_the_machine_that_built_it(artifact: Artifact) -> None:
    """Equal sources give equal layers, wherever they are built."""
    machine = str(ROOT).encode()

    assert not [file for file in artifact.files() if machine in file.read_bytes()]


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_is_small(artifact: Artifact, layer: str) -> None:
    assert 0 < artifact.size(layer) < MOST_BYTES[layer]


@pytest.mark.parametrize(
    ("region", "endpoints"),
    [
        pytest.param(
            "us-east-1",
            {
                "config": "https://config.us-east-1.amazonaws.com/",
                "dynamodb": "https://dynamodb.us-east-1.amazonaws.com/",
                "ec2": "https://ec2.us-east-1.amazonaws.com/",
                "s3": "https://a-bucket.s3.amazonaws.com/",
                "efs": f"https://elasticfilesystem.us-east-1.amazonaws.com{OF_EFS}",
                "fsx": "https://fsx.us-east-1.amazonaws.com/",
                "sagemaker": "https://api.sagemaker.us-east-1.amazonaws.com/",
                "secretsmanager": "https://secretsmanager.us-east-1.amazonaws.com/",
                "securityhub": f"https://securityhub.us-east-1.amazonaws.com{OF_FINDINGS}",
                "sns": "https://sns.us-east-1.amazonaws.com/",
                "sqs": "https://sqs.us-east-1.amazonaws.com/",
                "ssm": "https://ssm.us-east-1.amazonaws.com/",
            },
            id="aws",
        ),
        pytest.param(
            "cn-north-1",
            {
                "config": "https://config.cn-north-1.amazonaws.com.cn/",
                "dynamodb": "https://dynamodb.cn-north-1.amazonaws.com.cn/",
                "ec2": "https://ec2.cn-north-1.amazonaws.com.cn/",
                "s3": "https://a-bucket.s3.cn-north-1.amazonaws.com.cn/",
                "efs": f"https://elasticfilesystem.cn-north-1.amazonaws.com.cn{OF_EFS}",
                "fsx": "https://fsx.cn-north-1.amazonaws.com.cn/",
                "sagemaker": "https://api.sagemaker.cn-north-1.amazonaws.com.cn/",
                "secretsmanager": "https://secretsmanager.cn-north-1.amazonaws.com.cn/",
                "securityhub": f"https://securityhub.cn-north-1.amazonaws.com.cn{OF_FINDINGS}",
                "sns": "https://sns.cn-north-1.amazonaws.com.cn/",
                "sqs": "https://sqs.cn-north-1.amazonaws.com.cn/",
                "ssm": "https://ssm.cn-north-1.amazonaws.com.cn/",
            },
            id="aws-cn",
        ),
    ],
)
def test_trimmed_clients_know_the_declared_calls_and_where_to_send_them(
    artifact: Artifact, region: str, endpoints: dict[str, str]
) -> None:
    calls = every_call()

    made = artifact.probe("clients", region, ",".join(calls), *artifact.path_in_lambda())

    assert {service: tuple(client["operations"]) for service, client in made.items()} == calls
    assert {service: client["endpoint"] for service, client in made.items()} == endpoints


def test_what_can_be_read_page_by_page_still_can(artifact: Artifact) -> None:
    calls = every_call()

    made = artifact.probe("clients", "us-east-1", ",".join(calls), *artifact.path_in_lambda())

    for service, operations in calls.items():
        can_paginate = untrimmed(service).can_paginate
        paginated = [operation for operation in operations if can_paginate(xform_name(operation))]
        assert sorted(made[service]["paginated"]) == sorted(paginated), service
