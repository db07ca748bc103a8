"""The digests that verifying asks for are taken along with those of the files, and are the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import govseal
from govseal import sm2
from govseal.formats.base import SignatureEvidence
from govseal.formats.ofd.ahead import Ahead
from govseal.formats.ofd.compose import compose_document
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.source import HeldBytes
from govseal.pki.certificate import Certificate
from govseal.testing import Hierarchy

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def stamped():
    hierarchy = Hierarchy.create("sm2", at=AT)
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章"),
        signers=[hierarchy.signer.certificate],
        at=AT,
    )
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    return govseal.stamp(
        compose_document([["第一页"]], title="决定书"), seal, hierarchy.signer, place, at=AT
    )


def opened(data: bytes, *, is_judged: bool) -> SignatureEvidence:
    source = HeldBytes(data)
    source.is_judged = is_judged
    (found,) = OfdDocument(source).evidence().signatures
    return found


def test_of_a_document_that_is_judged(stamped):
    found = opened(stamped, is_judged=True)
    stamp = found.stamp
    assert stamp is not None
    expected = [
        (Certificate.from_der(der).public_key.material, message)
        for der, message in (
            (stamp.signer_certificate, stamp.signed),
            (stamp.seal.maker_certificate, stamp.seal.signed),
        )
    ]
    assert [(item.public_key, item.message) for item in found.ahead] == expected
    for item, (key, message) in zip(found.ahead, expected, strict=True):
        assert item.is_of(key, message)
        assert item.digest == sm2.sm3(key.identity_digest() + message)


def test_the_digests_of_the_files_do_not_change(stamped):
    judged, looked_at = (opened(stamped, is_judged=one) for one in (True, False))
    assert judged.parts == looked_at.parts
    assert {part.actual == part.expected for part in judged.parts} == {True}


def test_of_a_document_that_is_looked_at_nothing_is_taken(stamped):
    assert opened(stamped, is_judged=False).ahead == ()


def test_a_certificate_that_cannot_be_read_leaves_the_other(stamped):
    stamp = opened(stamped, is_judged=False).stamp
    broken = replace(stamp, signer_certificate=b"\x30\x00")
    ahead = Ahead(broken)
    assert ahead.many([b"abc"]) == [sm2.sm3(b"abc")]
    assert [item.message for item in ahead.taken] == [stamp.seal.signed]


def test_what_is_long_is_left_to_whoever_asks(stamped):
    stamp = opened(stamped, is_judged=False).stamp
    long = replace(stamp, signed=bytes((1 << 18) + 1))
    ahead = Ahead(long)
    ahead.many([])
    assert [item.message for item in ahead.taken] == [stamp.seal.signed]


def test_the_stamp_is_taken_once(stamped):
    stamp = opened(stamped, is_judged=False).stamp
    ahead = Ahead(stamp)
    ahead.many([])
    taken = ahead.taken
    assert ahead.many([b"abc", b""]) == [sm2.sm3(b"abc"), sm2.sm3(b"")]
    assert ahead.taken is taken
