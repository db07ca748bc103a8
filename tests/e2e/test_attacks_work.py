"""Attacks on time and memory: a small file may not ask for much work.

Nothing is timed. Work is counted in executed lines of Python, and compared between an input and
one twice as large; memory is what Python's own allocator hands out at the peak.
"""

from __future__ import annotations

import contextlib
import sys
import tracemalloc
from datetime import timedelta

import pytest

import attacker
import ofd_builder as ofd
import tokens
from govseal.asn1 import strict, write
from govseal.errors import GovsealError
from govseal.formats.ofd.document import OfdDocument
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import SoftSigner
from govseal.pki.timestamp import TimestampToken
from govseal.testing import x509
from govseal.verification.collect import Collector
from govseal.verification.policy import Policy


def lines(call):
    """How many lines of Python ``call`` executes; what it refuses is fine."""
    count = 0

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(GovsealError):
            call()
    finally:
        sys.settrace(before)
    return count


def peak_bytes(call):
    """The most memory that ``call`` holds at once; what it refuses is fine."""
    tracemalloc.start()
    try:
        with contextlib.suppress(GovsealError):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def grows_in_step(work, size):
    """Whether twice the input is at most about twice the work."""
    return lines(work(2 * size)) < 3 * lines(work(size))


def test_a_row_of_a_million_elements_is_refused_before_it_is_laid_out():
    data = write.element(strict.SEQUENCE, write.null() * 1_000_000)
    assert peak_bytes(lambda: strict.parse(data)) < 1_000_000
    with pytest.raises(GovsealError, match="too many elements"):
        strict.parse(data)


def test_many_tolerances_are_kept_in_step():
    def work(size):
        found = strict.Tolerances()
        return lambda: [found.note("quirk_q17", str(number)) for number in range(size)]

    assert grows_in_step(work, 500)


def test_one_signature_listed_many_times_is_work_in_step(office):
    stamped = office.stamp(ofd.package())

    def work(size):
        row = f'<ofd:Signature ID="x" BaseLoc="/{ofd.SIGNATURE}"/>'
        data = ofd.edited(stamped, ofd.LIST, "</ofd:Signatures>", row * size + "</ofd:Signatures>")
        return lambda: office.verify(data)

    assert grows_in_step(work, 20)


@pytest.mark.parametrize("kind", ["StampAnnot", "Page"])
def test_places_of_stamps_are_found_in_step(office, kind):
    def work(size):
        data = attacker.with_list(ofd.package())
        pages = f'<ofd:Page ID="7" BaseLoc="/{ofd.PAGE}"/>' * (size if kind == "Page" else 1)
        data = ofd.edited(data, ofd.DOCUMENT, "<ofd:Pages>", f"<ofd:Pages>{pages}")
        rows = '<ofd:References/><ofd:StampAnnot PageRef="x"/>' + (
            '<ofd:StampAnnot PageRef="y"/>' * size
        )
        data = attacker.add_signature(data, attacker.signature_xml(rows), lambda _: b"0")
        return lambda: office.verify(data)

    assert grows_in_step(work, 200)


def test_deep_directories_are_refused(office):
    """Every location in a deep file could be tried from each directory above it."""
    deep = "a/" * 2000
    root = ofd.xml("Document", '<ofd:Pages><ofd:Page BaseLoc="x"/></ofd:Pages>')
    data = ofd.pack({ofd.ENTRY: ofd.entry(ofd.body(f"{deep}D.xml")), f"{deep}D.xml": root})
    assert office.verify(data).verdict.value == "failed"
    assert lines(lambda: office.verify(data)) < 20_000


def test_many_files_outside_many_signatures_are_work_in_step(office):
    stamped = office.stamp(ofd.package())

    def work(size):
        row = f'<ofd:Signature ID="x" BaseLoc="/{ofd.SIGNATURE}"/>' * 10
        data = ofd.edited(stamped, ofd.LIST, "</ofd:Signatures>", row + "</ofd:Signatures>")
        data = ofd.with_files(data, {f"x/{number}": b"x" for number in range(size)})
        return lambda: office.verify(data)

    assert grows_in_step(work, 50)


@pytest.mark.slow
def test_signatures_that_cannot_be_read_hold_no_memory(office):
    data = attacker.with_list(ofd.package())
    row = write.sequence(write.sequence(write.null() * (strict.MAX_ELEMENTS - 10)))
    for number in range(3):
        xml = attacker.signature_xml("<ofd:References/>")
        data = attacker.add_signature(data, xml, lambda _: row, directory=f"S/{number}")
    tracemalloc.start()
    try:
        found = OfdDocument(data).evidence()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.signatures) == 3
    assert held < 2_000_000


def test_after_a_few_dozen_that_cannot_be_read_no_more_are(office):
    data = attacker.with_list(ofd.package())
    for number in range(40):
        xml = attacker.signature_xml("<ofd:References/>")
        data = attacker.add_signature(data, xml, lambda _: b"0", directory=f"S/{number}")
    assert len(OfdDocument(data).signatures) == 32
    report = office.verify(data)
    assert report.verdict.value == "failed"
    assert "container_too_large" in report.reasons


def net_of(ca, count):
    """An authority in a net of CAs of one name, each of which may have issued each other."""
    keys = [PrivateKey.generate("sm2") for _ in range(count)]
    name = x509.encode_name((("CN", "网"),))

    def certificate(key, *extensions):
        spki = key.public_key.spki
        period = (ca.certificate.not_before, ca.certificate.not_after)
        template = x509.CertificateTemplate(name, name, spki, *period)
        template.extensions.extend(extensions)
        return template.sign(keys[0])

    others = [certificate(key, x509.basic_constraints_extension(is_ca=True)) for key in keys[1:]]
    purpose = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)
    return SoftSigner(keys[0], certificate(keys[0], purpose)), [item.der for item in others]


@pytest.mark.slow
def test_nets_of_certificates_in_many_time_stamps_are_bounded_work(office):
    signer, others = net_of(office.pki.signer_ca, 8)
    at = office.pki.signer_ca.at
    inside = (signer.certificate.der, *others)
    rules = (office.pki.trust, office.pki.materials, at, Policy())

    def work(count):
        times = [at + timedelta(seconds=number) for number in range(count)]
        found = [tokens.token(signer, b"x", at=time, certificates=inside) for time in times]
        collector = Collector(*rules)
        return lambda: [collector._judge((token,), b"x", None) for token in found]

    one = lines(work(1))
    assert one > 100_000
    assert lines(work(16)) < 10 * one


def test_known_certificates_are_not_read_again_for_each_time_stamp(office):
    """A file may carry thousands of tokens that name nobody."""
    ca = office.pki.signer_ca
    known = [ca.issue(str(number)).certificate for number in range(30)]
    der = tokens.token(office.pki.tsa, b"x", at=ca.at, certificates=())
    token = TimestampToken.from_der(der)
    assert token.find_authority([*known, office.pki.tsa.certificate]) == office.pki.tsa.certificate
    assert lines(lambda: token.find_authority(known)) < 10 * len(known)
