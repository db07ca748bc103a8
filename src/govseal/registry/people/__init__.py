"""People, their roles and certificates, and who stands in for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govseal.registry.people.authority import Authority as Authority
from govseal.registry.people.authority import acting_for as acting_for
from govseal.registry.people.authority import check_password as check_password
from govseal.registry.people.authority import looks as looks
from govseal.registry.people.authority import may_look as may_look

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


class People:
    """People, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
