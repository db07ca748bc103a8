"""What a deployer may add to the checks of a document before it is stamped (JC9-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Validator = Callable[[Mapping[str, Any], bytes], Iterable[str]]
"""The defects of a document: ``(stated, document) -> defects``, none where it is regular.

``stated`` are the statements of the form by name, ``document`` the bytes to be stamped. It is asked
when a request is filed and again at the desk, and changes nothing."""
