"""The generated documents are what the code says."""

from scripts import generate_docs


def test_no_generated_document_is_stale() -> None:
    assert generate_docs.stale() == []


def test_a_changed_part_of_the_readme_is_made_anew() -> None:
    text = generate_docs.README.read_text()
    spoilt = text.replace("| `job_enforcer` |", "| `job_destroyer` |")

    assert spoilt != text
    assert generate_docs.filled(spoilt) == text


def test_what_stands_around_the_generated_parts_is_kept() -> None:
    text = "before\n<!-- generated: checks -->\nSTALE\n<!-- end of checks -->\nafter\n"

    filled = generate_docs.filled(text)

    assert filled.startswith("before\n")
    assert filled.endswith("\nafter\n")
    assert "`s3-reachable`" in filled
    assert "STALE" not in filled
