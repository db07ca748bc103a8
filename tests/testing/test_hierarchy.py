"""The test hierarchy: what ``govseal pki init`` writes, and that it works together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from govseal.errors import KeyLoadError
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspResponse
from govseal.pki.path import validate_path
from govseal.pki.revocation import check_revocation
from govseal.pki.signer import load_signer
from govseal.pki.timestamp import purpose_problem
from govseal.pki.trust import TrustStore
from govseal.testing import Hierarchy
from govseal.testing.hierarchy import SEAL_CODE, UNIT_CODE, UNIT_NAME

AT = datetime(2026, 11, 21, tzinfo=UTC)
FILES = (
    "roots.pem",
    "maker.p12",
    "maker.pem",
    "signer.p12",
    "signer.pem",
    "tsa.p12",
    "tsa.pem",
    "ca.crl",
    "maker-ca.crl",
    "signer.ocsp",
)


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def hierarchy(request):
    return Hierarchy.create(request.param, at=AT)


@pytest.fixture(scope="module")
def written(hierarchy, tmp_path_factory):
    directory = tmp_path_factory.mktemp("pki") / "new" / "one"
    assert hierarchy.write(directory, "口令") == tuple(directory / name for name in FILES)
    return directory


def test_two_separate_roots(hierarchy):
    roots = [ca.certificate for ca in (hierarchy.signer_ca, hierarchy.maker_ca)]
    assert [root.subject_value("CN") for root in roots] == ["测试证书 CA", "测试制章 CA"]
    assert roots[0].public_key != roots[1].public_key
    assert tuple(hierarchy.trust) == tuple(roots)


def test_the_signer_has_the_government_profile(hierarchy):
    certificate = hierarchy.signer.certificate
    assert certificate.subject == f"C=CN, O={UNIT_CODE}{UNIT_NAME}, CN={SEAL_CODE}"
    assert certificate.key_usage == {"digital_signature", "non_repudiation"}
    assert len(SEAL_CODE) == 14
    assert SEAL_CODE.isdigit()


def test_the_time_stamp_authority_has_one_purpose(hierarchy):
    certificate = hierarchy.tsa.certificate
    assert purpose_problem(certificate) == ""
    assert purpose_problem(hierarchy.signer.certificate) != ""
    assert certificate.issuer_der == hierarchy.signer_ca.certificate.subject_der


def test_the_credit_code_has_both_check_characters():
    # GB 32100 and GB 11714
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    values = [alphabet.index(character) for character in UNIT_CODE]
    assert len(values) == 18
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    assert (31 - total % 31) % 31 == values[17]
    inner = [int(character, 36) for character in UNIT_CODE[8:16]]
    check = 11 - sum(w * v for w, v in zip((3, 7, 9, 10, 5, 8, 4, 2), inner, strict=True)) % 11
    assert {10: "X", 11: "0"}.get(check, str(check)) == UNIT_CODE[16]


def test_roots_issue_directly_and_all_chains_pass(hierarchy):
    for signer in (hierarchy.maker, hierarchy.signer, hierarchy.tsa):
        result = validate_path(signer.certificate, hierarchy.trust, at=AT)
        assert (result.outcome, len(result.chain)) == ("passed", 2)
        assert signer.chain == ()


def test_neither_root_speaks_for_the_other(hierarchy):
    only_makers = TrustStore([hierarchy.maker_ca.certificate])
    result = validate_path(hierarchy.signer.certificate, only_makers, at=AT)
    assert result.reason == "no_trust_anchor"


def test_all_are_good_by_the_lists(hierarchy):
    for signer in (hierarchy.maker, hierarchy.signer, hierarchy.tsa):
        status = check_revocation(
            signer.certificate, hierarchy.trust, materials=hierarchy.materials, at=AT
        )
        assert status.state == "good"


def test_the_signer_is_good_by_the_answer_too(hierarchy):
    materials = Materials(ocsps=(OcspResponse.from_der(hierarchy.signer_ocsp),))
    known = {"materials": materials, "at": AT}
    state = check_revocation(hierarchy.signer.certificate, hierarchy.trust, **known)
    assert (state.state, "测试 OCSP 服务" in state.source) == ("good", True)
    assert check_revocation(hierarchy.tsa.certificate, hierarchy.trust, **known).state == "unknown"


def test_certificates_name_their_places_when_asked(hierarchy):
    assert hierarchy.signer.certificate.crl_urls == ()
    placed = Hierarchy.create("sm2", at=AT, base_url="http://127.0.0.1:8080/pki/")
    for who, place in ((placed.signer, "ca"), (placed.tsa, "ca"), (placed.maker, "maker-ca")):
        url = f"http://127.0.0.1:8080/pki/{place}"
        assert who.certificate.crl_urls == (f"{url}.crl",)
        access = who.certificate.extension(ext.AUTHORITY_INFORMATION).value
        assert ext.read_ocsp_urls(access) == (f"{url}-ocsp",)


def test_exactly_the_promised_files(written):
    assert sorted(path.name for path in written.iterdir()) == sorted(FILES)


def test_what_is_written_is_what_was_made(written, hierarchy):
    trust = TrustStore.from_pem(written / "roots.pem")
    assert trust == hierarchy.trust
    materials = Materials.from_files(written / "ca.crl", written / "maker-ca.crl")
    assert materials == hierarchy.materials
    for name in ("maker", "signer", "tsa"):
        original = getattr(hierarchy, name)
        loaded = load_signer(written / f"{name}.p12", password="口令")
        assert loaded.certificate == original.certificate
        alone = Certificate.from_pem((written / f"{name}.pem").read_bytes())
        assert alone == original.certificate
        loaded.certificate.public_key.verify(loaded.sign(b"x"), b"x", loaded.algorithm)


def test_the_containers_need_their_password(written):
    for name in ("maker.p12", "signer.p12", "tsa.p12"):
        with pytest.raises(KeyLoadError) as caught:
            load_signer(written / name, password="govseal")
        assert caught.value.kind == "wrong_password"


def test_the_certificate_files_hold_no_key(written):
    for name in ("maker.pem", "signer.pem", "tsa.pem", "roots.pem"):
        with pytest.raises(KeyLoadError, match="no private key, but CERTIFICATE"):
            load_signer(written / name)


def test_a_hierarchy_shows_no_key(hierarchy):
    assert "PrivateKey" not in repr(hierarchy)


def test_another_kind_of_key_is_refused():
    with pytest.raises(ValueError, match="sm2, rsa or ec"):
        Hierarchy.create("ed25519", at=AT)
