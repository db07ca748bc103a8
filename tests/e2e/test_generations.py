"""Seals of every generation on OFD, on PDF and beside a file: made, stamped with, verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import govseal
from govseal.asn1 import write
from govseal.errors import SealError
from govseal.formats.ofd.compose import compose_document
from govseal.formats.pdf.compose import compose_document as compose_pdf
from govseal.seal import codec
from govseal.seal.drawing import draw_seal
from govseal.seal.model import Extension
from govseal.seal.picture import SealPicture
from govseal.testing import Hierarchy

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = govseal.Placement(page=1, x_mm=120, y_mm=210)
NAME = "测试市行政审批服务管理局行政审批专用章"
NOTE = Extension("2.25.16117021064366053199187950425252085134.3", b"\x0c\x01a")
STANDARDS = {2014: "GM/T 0031-2014", 2020: "GB/T 38540-2020", 2025: "GM/T 0031-2025"}
MADE = [(2014, "sm2"), (2014, "rsa"), (2020, "sm2"), (2025, "sm2")]


class Office:
    """A bureau with its keys and one seal of each form."""

    def __init__(self, kind):
        self.pki = Hierarchy.create(kind, at=AT)
        drawing = draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章", diameter_mm=42)
        self.picture = drawing.picture()  # to make pixels of it takes a second

    def seal(self, year, **changes):
        values = {
            "name": NAME,
            "picture": self.picture,
            "signers": [self.pki.signer.certificate],
            "at": AT + HOUR,
            "generation": year,
        }
        return govseal.make_seal(self.pki.maker, **(values | changes))

    def stamp(self, data, seal, **changes):
        values = {"at": AT + 2 * HOUR} | changes
        return govseal.stamp(data, seal, self.pki.signer, PLACE, **values)

    def verify(self, data, **changes):
        return govseal.verify(
            data, self.pki.trust, materials=self.pki.materials, at=AT + 3 * HOUR, **changes
        )


@pytest.fixture(scope="module")
def offices():
    return {kind: Office(kind) for kind in ("sm2", "rsa")}


@pytest.fixture(scope="module")
def papers():
    text = [["测试许可证", "准予许可。"]]
    return {
        "ofd": compose_document(text, title="测试许可证"),
        "pdf": compose_pdf(text, title="测试许可证"),
    }


@pytest.mark.parametrize(("year", "kind"), MADE)
def test_a_bare_seal_passes(offices, year, kind):
    report = offices[kind].verify(offices[kind].seal(year).der)
    assert report.verdict.value == "passed", report.reasons
    assert report.signatures[0].standard == STANDARDS[year]
    assert report.signatures[0].notices == ()


@pytest.mark.parametrize(("year", "kind"), MADE)
@pytest.mark.parametrize("signer_list", ["certificates", "digests"])
def test_a_stamped_ofd_passes_and_a_changed_one_fails(offices, papers, year, kind, signer_list):
    office = offices[kind]
    if year == 2014 and signer_list == "digests":
        with pytest.raises(SealError, match="not digests"):
            office.seal(year, signer_list=signer_list)
        return
    stamped = office.stamp(papers["ofd"], office.seal(year, signer_list=signer_list))
    report = office.verify(stamped)
    assert report.verdict.value == "passed", report.reasons
    assert report.effect.value == "original_equivalent"
    signature = report.signatures[0]
    assert signature.standard == STANDARDS[year]
    assert signature.signed_at == AT + 2 * HOUR
    assert signature.notices == ()
    assert office.verify(office.stamp(stamped, office.seal(2020))).verdict.value == "passed"


@pytest.mark.parametrize(("year", "kind"), MADE)
def test_a_detached_stamp_passes_over_its_bytes_alone(offices, year, kind):
    office = offices[kind]
    data = b"any bytes"
    stamp = govseal.stamp_detached(data, office.seal(year), office.pki.signer, at=AT + 2 * HOUR)
    assert office.verify(data, detached=stamp).verdict.value == "passed"
    changed = office.verify(b"any byte?", detached=stamp)
    assert changed.verdict.value == "failed"
    assert "data_digest_mismatch" in changed.reasons


@pytest.mark.slow
@pytest.mark.parametrize(("year", "kind"), MADE)
def test_a_seal_of_any_generation_travels_in_a_pdf(offices, papers, year, kind):
    office = offices[kind]
    seal = office.seal(year)
    report = office.verify(office.stamp(papers["pdf"], seal))
    assert report.verdict.value == "passed", report.reasons
    signature = report.signatures[0]
    assert signature.standard == "PAdES"
    assert (signature.seal.id, signature.seal.name) == (seal.es_id, NAME)
    assert signature.check("seal_signature").outcome.value == "passed"


def test_further_data_goes_into_a_pdf_but_not_into_a_stamp_of_2014(offices, papers):
    """In PDF it is an attribute of the signature; the 2014 stamp has no place for it."""
    office = offices["sm2"]
    seal = office.seal(2014)
    stamped = office.stamp(papers["pdf"], seal, extensions=[NOTE])
    assert office.verify(stamped).verdict.value == "passed"
    with pytest.raises(SealError) as caught:
        office.stamp(papers["ofd"], seal, extensions=[NOTE])
    assert caught.value.code == "E_GENERATION"
    with pytest.raises(SealError) as caught:
        govseal.stamp_detached(b"", seal, office.pki.signer, at=AT + HOUR, extensions=[NOTE])
    assert caught.value.code == "E_GENERATION"


def test_a_seal_with_a_token_that_proves_nothing_never_passes(offices):
    office = offices["sm2"]
    seal = office.seal(2025)
    der = codec.encode_seal(
        seal.generation,
        seal.signed,
        certificate=seal.maker_certificate,
        algorithm=seal.algorithm,
        signature=seal.signature,
        time_stamp=write.sequence(write.octets(seal.signature)),
    )
    (signature,) = office.verify(der).signatures
    assert signature.check("seal_signature").outcome.value == "passed"
    assert signature.reasons == ("timestamp_invalid",)


@pytest.mark.slow
@pytest.mark.req("R-HLJ-02a")
@pytest.mark.parametrize("year", STANDARDS)
@pytest.mark.parametrize("part", ["picture", "name", "certificate"])
def test_no_byte_of_a_seal_may_be_another(offices, year, part):
    office = offices["sm2"]
    seal = office.seal(year)
    wanted = {
        "picture": seal.picture.data,
        "name": NAME.encode(),
        "certificate": office.pki.signer.certificate.der,
    }[part]
    at = seal.der.index(wanted) + len(wanted) // 2
    bent = bytearray(seal.der)
    bent[at] ^= 1
    report = office.verify(bytes(bent))
    assert report.verdict.value == "failed"


@pytest.mark.req("R-JC29S-08b")
@pytest.mark.parametrize(("year", "later"), [(2014, None), (2014, 2025), (2020, None)])
def test_old_papers_keep_their_seal_and_new_ones_have_the_renewed(
    offices, papers, tmp_path, year, later
):
    office = offices["sm2"]
    old = office.seal(year, not_after=AT + timedelta(days=40))
    file = tmp_path / "seal.esl"
    file.write_bytes(old.der)
    successor = office.pki.signer_ca.issue("99000000000001")
    at = AT + timedelta(days=20)
    renewed = govseal.renew_seal(
        file, office.pki.maker, signers=[successor.certificate], at=at, generation=later
    )
    before = office.stamp(papers["ofd"], old)
    assert office.verify(before).verdict.value == "passed"
    after = govseal.stamp(papers["ofd"], renewed, successor, PLACE, at=at + HOUR)
    report = govseal.verify(
        after, office.pki.trust, materials=office.pki.materials, at=at + 2 * HOUR
    )
    assert report.verdict.value == "passed", report.reasons
    assert report.signatures[0].standard == STANDARDS[later or year]
    with pytest.raises(SealError) as caught:
        govseal.stamp(papers["ofd"], renewed, office.pki.signer, PLACE, at=at + HOUR)
    assert caught.value.code == "E_NOT_OWNER"


def test_renewing_reads_the_clock_where_no_time_is_given():
    then = datetime(2020, 6, 1, tzinfo=UTC)
    pki = Hierarchy.create("sm2", at=then)
    signers = [pki.signer.certificate]
    picture = SealPicture("PNG", b"\x89PNG\r\n\x1a\n", 42, 42)
    old = govseal.make_seal(pki.maker, name=NAME, picture=picture, signers=signers, at=then)
    with pytest.raises(SealError) as caught:
        govseal.renew_seal(old, pki.maker, signers=signers)
    assert caught.value.code == "E_EXPIRED"
