"""The client side, as far as it needs no server."""

from __future__ import annotations

import io
import os
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from local_aws.client import AwsSession
from local_aws.deploy import BUILT_FOLDER, zip_folder
from local_aws.launch import LocalAws, LocalAwsError, server_environment

if TYPE_CHECKING:
    from pathlib import Path


def a_folder(path: Path, *, written_first: str = "app.py") -> Path:
    """The same files, written in another order."""
    texts = {"app.py": "x = 1\n", "package/__init__.py": "", "package/data.json": "{}"}
    for name in sorted(texts, key=lambda name: name != written_first):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(texts[name])
    return path


def test_equal_folders_give_equal_archives(tmp_path: Path) -> None:
    one = a_folder(tmp_path / "one")
    other = a_folder(tmp_path / "other", written_first="package/data.json")
    for path in other.rglob("*"):
        os.utime(path, (1, 1))

    assert zip_folder(one) == zip_folder(other)


def test_an_archive_holds_the_files_under_their_relative_names(tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(zip_folder(a_folder(tmp_path))))

    assert archive.namelist() == ["app.py", "package/__init__.py", "package/data.json"]
    assert archive.read("app.py") == b"x = 1\n"


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("      CodeUri: JobInspectorFunction", "JobInspectorFunction"),
        ("      ContentUri: DepsLayer  ", "DepsLayer"),
        ("      CodeUri: s3://bucket/key", None),
        ("      Description: CodeUri is below.", None),
        ("      CodeUri:", None),
    ],
)
def test_folders_are_found_in_a_built_template(line: str, folder: str | None) -> None:
    found = re.search(BUILT_FOLDER, f"Properties:\n{line}\nEnd: 1\n")

    assert (found and found["folder"]) == folder


def test_the_server_inherits_nothing_that_could_mislead_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "AWS_PROFILE", "AWS_ENDPOINT_URL_SNS", "HTTP_PROXY"):
        monkeypatch.setenv(name, "of-the-developer")

    environment = server_environment(4566, tmp_path, True, tmp_path / "python")

    assert "of-the-developer" not in environment.values()
    assert environment["AUTH"] == "true"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    for name in ("HOME", "TMPDIR", "S3_DATA_DIR", "STATE_DIR"):
        assert environment[name].startswith(str(tmp_path))


def test_a_session_ignores_the_profile_of_the_developer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile other]\nregion = eu-west-1\nendpoint_url = https://example.com\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "other")
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", "https://example.com")

    client = AwsSession("http://127.0.0.1:9", "test", "test").client("ec2")

    assert client.meta.endpoint_url == "http://127.0.0.1:9"
    assert client.meta.region_name == "us-east-1"
    assert client.meta.config.proxies == {}


def test_a_missing_environment_is_told_by_name(tmp_path: Path) -> None:
    with (
        pytest.raises(LocalAwsError, match=r"no-such-python is missing; `make demo`"),
        LocalAws(server_python=tmp_path / "no-such-python"),
    ):
        pass
