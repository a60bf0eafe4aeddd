"""How laws are tried: enough examples to meet the odd case, and no limit on a slow machine."""

from __future__ import annotations

from hypothesis import settings

law = settings(max_examples=60, deadline=None)
