"""Asked by the tests in a bare Python 3.13 that sees the built folders alone; answers in JSON.

It must import nothing at the top but what the interpreter has loaded anyway: what a function
imports is to be seen as it is.
"""

import importlib.util
import json
import sys
from importlib import machinery
from pathlib import Path
from typing import Any

UNCHECKED_HASH = 0b01
"""PEP 552's flags: made from a hash, and the source is not looked at."""


def bytecode(*folders: str) -> Any:
    """Every source file whose bytecode would not be used as it is, with the reason."""
    faults = {}
    for folder in folders:
        for source in Path(folder).rglob("*.py"):
            fault = _fault_of(source)
            if fault:
                faults[str(source)] = fault
    return faults


def _fault_of(source: Path) -> str | None:
    cached = Path(importlib.util.cache_from_source(str(source)))
    if not cached.exists():
        return "has none"
    head = cached.read_bytes()[:16]
    if head[:4] != importlib.util.MAGIC_NUMBER:
        return "is of another Python"
    if int.from_bytes(head[4:8], "little") != UNCHECKED_HASH:
        return "is checked against the source"
    if head[8:16] != importlib.util.source_hash(source.read_bytes()):
        return "is of another source"
    return None


def imports(module: str, attribute: str, *path: str) -> Any:
    """Import a module as Lambda does: what is loaded from where, and what had to be compiled."""
    compiled: list[str] = []
    compile_source = machinery.SourceFileLoader.source_to_code

    def source_to_code(self: Any, data: Any, path: Any, **options: Any) -> Any:
        compiled.append(str(path))
        return compile_source(self, data, path, **options)

    machinery.SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign]
    sys.path[:0] = path
    loaded = importlib.import_module(module)
    return {
        "callable": callable(getattr(loaded, attribute)),
        "compiled": [name for name in compiled if name.startswith(tuple(path))],
        "files": {
            name: found.__file__
            for name, found in sys.modules.items()
            if getattr(found, "__file__", None)
        },
        "standard_library": str(Path(json.__file__).parents[1]),
    }


A_FINDING = {
    **dict.fromkeys(("SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId"), "x"),
    **dict.fromkeys(("CreatedAt", "UpdatedAt", "Title", "Description"), "x"),
    "Resources": [{"Type": "Other", "Id": "x"}],
}

A_CALL: dict[str, tuple[str, dict[str, Any]]] = {
    "config": ("put_evaluations", {"ResultToken": "x"}),
    "dynamodb": ("get_item", {"TableName": "ledger", "Key": {"id": {"S": "x"}}}),
    "ec2": ("describe_vpcs", {}),
    "efs": ("describe_mount_targets", {"FileSystemId": "fs-01234567"}),
    "fsx": ("describe_file_systems", {}),
    "s3": ("get_bucket_policy", {"Bucket": "a-bucket"}),
    "sagemaker": ("describe_training_job", {"TrainingJobName": "job"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "secret"}),
    "securityhub": ("batch_import_findings", {"Findings": [A_FINDING]}),
    "sns": ("publish", {"TopicArn": "topic", "Message": "x"}),
    "sqs": ("send_message", {"QueueUrl": "queue", "MessageBody": "x"}),
    "ssm": ("get_parameter", {"Name": "settings"}),
}
"""A call of each service that can be addressed without being made."""


def clients(region: str, services: str, *path: str) -> Any:
    """Make a client of each service: what it can call, and where it would send it."""
    sys.path[:0] = path
    import boto3

    session: Any = boto3.session.Session("key", "secret", region_name=region)
    made = {service: session.client(service) for service in services.split(",")}
    return {
        service: {
            "endpoint": client.generate_presigned_url(*A_CALL[service]).partition("?")[0],
            "operations": sorted(client.meta.service_model.operation_names),
            "paginated": [
                operation
                for method, operation in sorted(client.meta.method_to_api_mapping.items())
                if client.can_paginate(method)
            ],
        }
        for service, client in made.items()
    }


QUESTIONS: dict[str, Any] = {"bytecode": bytecode, "imports": imports, "clients": clients}

if __name__ == "__main__":
    print(json.dumps(QUESTIONS[sys.argv[1]](*sys.argv[2:])))
