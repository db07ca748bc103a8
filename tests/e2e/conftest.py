"""One hierarchy, one seal and one document for the tests from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.seal.model import Seal
from govseal.seal.picture import SealPicture
from govseal.testing import Hierarchy

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PICTURE = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a") + bytes(range(200)), 42, 42)


@dataclass(frozen=True)
class Office:
    """A bureau with its keys, its seal and a permit."""

    pki: Hierarchy
    seal: Seal
    document: bytes

    def stamp(self, data=None, *, hours=2, page=1, seal=None, **changes):
        """The permit (or ``data``) with one more stamp."""
        place = govseal.Placement(page=page, x_mm=120, y_mm=210)
        values = {"at": AT + hours * HOUR} | changes
        seal = seal or self.seal
        return govseal.stamp(data or self.document, seal, self.pki.signer, place, **values)

    def verify(self, data, **changes):
        """The report with everything that it takes to pass."""
        values = {"materials": self.pki.materials, "at": AT + 9 * HOUR} | changes
        return govseal.verify(data, values.pop("trust", self.pki.trust), **values)


def open_office(algorithm):
    pki = Hierarchy.create(algorithm, at=AT)
    seal = govseal.make_seal(
        pki.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=PICTURE,
        signers=[pki.signer.certificate],
        at=AT + HOUR,
    )
    return Office(pki, seal, compose_document([["测试许可证", "准予许可。"]], title="测试许可证"))


@pytest.fixture(scope="session")
def office():
    return open_office("sm2")


@pytest.fixture(scope="session", params=["sm2", "rsa"])
def either(request):
    return open_office(request.param)
