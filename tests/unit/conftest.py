"""Unit tests open no connection: a socket in one of them is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_socket import disable_socket, enable_socket

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    """Let every attempt to connect fail; sockets within the machine are what asyncio is made of."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
