"""The desk of a profile; kept for all tests, since nothing changes one."""

from __future__ import annotations

import pytest

from binding_desk import open_desk


@pytest.fixture
def desk():
    return open_desk
