"""A stamp says "current" for the same contents under the same names, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.fingerprint import digest_of, is_current

if TYPE_CHECKING:
    from pathlib import Path

Tree = dict[str, str]


def digest(folder: Path, tree: Tree, *facts: str) -> str:
    for name, content in tree.items():
        (folder / name).write_text(content, encoding="utf-8")
    return digest_of([folder / name for name in tree], *facts, root=folder)


def test_neither_the_order_nor_the_times_of_the_files_matter(tmp_path: Path) -> None:
    before = digest(tmp_path, {"a": "1", "b": "2"}, "fact")
    after = digest(tmp_path, {"b": "2", "a": "1"}, "fact")
    assert before == after


@pytest.mark.parametrize(
    ("tree", "fact"),
    [
        pytest.param({"a": "1", "b": "3"}, "fact", id="another content"),
        pytest.param({"a": "1", "c": "2"}, "fact", id="another name"),
        pytest.param({"a": "1"}, "fact", id="a file less"),
        pytest.param({"a": "1b2", "b": ""}, "fact", id="the same bytes in other files"),
        pytest.param({"a": "1", "b": "2"}, "other", id="another fact"),
    ],
)
def test_every_difference_matters(tmp_path: Path, tree: Tree, fact: str) -> None:
    before = digest(tmp_path, {"a": "1", "b": "2"}, "fact")
    assert digest(tmp_path, tree, fact) != before


def test_what_was_never_stamped_is_not_current(tmp_path: Path) -> None:
    assert not is_current(tmp_path / "stamp", "digest")


def test_a_stamp_is_current_for_its_own_digest_only(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    stamp.write_text("digest", encoding="utf-8")
    assert is_current(stamp, "digest")
    assert not is_current(stamp, "another")
