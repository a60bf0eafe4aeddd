"""Untrusted text made harmless: one line, no control characters, bounded."""

import unicodedata

ELLIPSIS = "…"


def one_line(text: str, limit: int = 1000) -> str:
    """The text on one line without control, format or unassigned characters.

    Job names, tags and policies come from whoever creates a job; so does what AWS quotes of them
    in an error. Bidirectional marks and escape sequences would change what a reader sees.
    """
    spaced = "".join(" " if char.isspace() else char for char in text)
    printable = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    return cut(" ".join(printable.split()), limit)


def cut(text: str, limit: int) -> str:
    """The text, cut to so many characters, the last of them an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def cut_bytes(text: str, limit: int) -> str:
    """The text, cut to so many bytes of UTF-8, never within a character."""
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    kept = encoded[: limit - len(ELLIPSIS.encode())].decode(errors="ignore")
    return kept + ELLIPSIS
