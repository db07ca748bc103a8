"""What is kept from file to file is what was read; every file is judged by itself.

A good file is verified first, so that certificates, seal and keys are known by then, and then one
that differs from it in one thing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import govseal
import ofd_builder as build
from govseal.asn1 import strict, write
from govseal.formats.ofd import stamp as ofd_stamp
from govseal.pki import path
from govseal.pki.keys import PublicKey
from govseal.pki.materials import Materials

AT = build.ses_builder.SIGNED.replace(hour=10)
JUDGED = AT + timedelta(hours=1)


@pytest.fixture(scope="module")
def files(world):
    """Two documents with the same seal, stamped at other times."""
    plain = (build.package(), build.edited(build.package(), build.PAGE, "第1页", "另一页"))
    return [
        govseal.stamp(
            data, world.seal, world.pki.signer, build.PLACE, at=AT + timedelta(seconds=number)
        )
        for number, data in enumerate(plain)
    ]


def verify(world, data, **changes):
    terms = {"trust": world.trust, "materials": world.materials, "at": JUDGED} | changes
    return govseal.verify(data, terms.pop("trust"), **terms)


def reasons(world, data, **changes):
    report = verify(world, data, **changes)
    return report.verdict.value, report.reasons


def with_value(data, change):
    """The package with its stamp changed by a function over the DER."""
    return build.replaced(data, build.VALUE, change(build.read(data, build.VALUE)))


def with_other_signature(der):
    """A stamp whose own signature value belongs to another message."""
    parts = [item.raw for item in strict.parse(der).children()]
    numbers = write.sequence(write.integer(5), write.integer(7))
    return write.sequence(*parts[:3], write.bits(numbers))


def with_other_seal_signature(data):
    """The package whose seal, in both places, has another maker's signature."""
    seal = build.read(data, build.SEAL)
    parts = [item.raw for item in strict.parse(seal).children()]
    numbers = write.sequence(write.integer(5), write.integer(7))
    other = write.sequence(*parts[:3], write.bits(numbers))
    if len(other) != len(seal):
        other = other[:1] + other[1:]
    outer = [item.raw for item in strict.parse(build.read(data, build.VALUE)).children()]
    inner = [item.raw for item in strict.parse(outer[0]).children()]
    stamp = write.sequence(write.sequence(inner[0], other, *inner[2:]), *outer[1:])
    return build.replaced(build.replaced(data, build.SEAL, other), build.VALUE, stamp)


def test_two_files_with_one_seal_pass(world, files):
    for data in (*files, *files):
        verify(world, data).require_valid()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda data: build.edited(data, build.PAGE, "一页", "两页"), "data_digest_mismatch"),
        (lambda data: with_value(data, with_other_signature), "signature_invalid"),
        (with_other_seal_signature, "seal_signature_invalid"),
    ],
    ids=["page", "stamp", "seal"],
)
def test_the_second_file_is_checked_like_the_first(world, files, change, wanted):
    verify(world, files[0]).require_valid()
    verdict, found = reasons(world, change(files[1]))
    assert verdict == "failed"
    assert wanted in found
    verify(world, files[1]).require_valid()


def test_the_signature_of_one_file_does_not_pass_in_another(world, files):
    """The bytes of the first stamp are known, and valid, and of another document."""
    verify(world, files[0]).require_valid()
    moved = build.replaced(files[1], build.VALUE, build.read(files[0], build.VALUE))
    assert reasons(world, moved) == ("failed", ("data_digest_mismatch",))


def test_what_was_trusted_for_one_file_is_not_for_the_next(world, files):
    verify(world, files[0]).require_valid()
    nobody = govseal.TrustStore()
    assert "no_trust_anchor" in reasons(world, files[0], trust=nobody)[1]
    nothing = Materials(world.materials.certificates)
    assert "no_revocation_data" in reasons(world, files[0], materials=nothing)[1]
    signer = world.pki.signer.certificate
    revoked = world.revoking(world.pki.signer_ca, signer, AT - timedelta(minutes=1))
    found = reasons(world, files[0], materials=revoked)
    assert found == ("failed", ("certificate_revoked_before_signing",))
    late = signer.not_after + timedelta(days=1)
    assert "no_proof_of_time" in reasons(world, files[0], at=late)[1]


@pytest.fixture
def checked(monkeypatch):
    """Every signature that is computed: key, value and message."""
    found = []
    verify_one = PublicKey.verify

    def counted(key, signature, message, *rest, **more):
        found.append((key.spki, bytes(signature), bytes(message)))
        return verify_one(key, signature, message, *rest, **more)

    monkeypatch.setattr(PublicKey, "verify", counted)
    return found


def test_each_report_computes_each_signature_once(world, files, checked):
    verify(world, files[0]).require_valid()
    first = list(checked)
    checked.clear()
    verify(world, files[1]).require_valid()
    assert len(set(checked)) == len(checked) == len(first)
    # The same but for the stamp: certificates, lists and the seal are computed for each report.
    assert len(set(checked) & set(first)) == len(first) - 1


def test_a_memory_that_is_full_answers_all_the_same(world, files, monkeypatch, checked):
    monkeypatch.setattr(path, "MAX_REMEMBERED", 0)
    verify(world, files[0]).require_valid()
    assert len(checked) >= len(set(checked))
    changed = replace(world.materials, crls=())
    assert reasons(world, files[0], materials=changed)[0] == "indeterminate"


def test_who_stamps_keeps_the_seal_alone_of_what_was_written(world):
    """OFD.xml is written anew as well, and says whose document it is."""
    ofd_stamp._known_digest.cache_clear()
    for letter in (b"s", b"t"):
        longer = b"<ofd:Subject>" + letter * 10_000 + b"</ofd:Subject></ofd:DocInfo>"
        data = build.edited(build.package(), "OFD.xml", b"</ofd:DocInfo>", longer)
        govseal.stamp(data, world.seal, world.pki.signer, build.PLACE, at=AT)
    kept = ofd_stamp._known_digest.cache_info()
    assert (kept.currsize, kept.hits) == (1, 1)
