"""Making and using a seal: what comes out, and every refusal with its code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from govseal.errors import SealError
from govseal.pki.algorithms import signature_algorithm
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.seal.model import CertificateDigest, Extension, SignerList
from govseal.seal.picture import SealPicture
from govseal.seal.sign import lists, sign_seal
from govseal.testing import Hierarchy

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PICTURE = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a"), 42, 42)
NAME = "测试市行政审批服务管理局行政审批专用章"


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def pki(request):
    return Hierarchy.create(request.param, at=AT)


@pytest.fixture(scope="module")
def sm2_pki():
    return Hierarchy.create("sm2", at=AT)


def make(pki, **changes):
    values = {
        "name": NAME,
        "picture": PICTURE,
        "signers": [pki.signer.certificate],
        "at": AT,
    }
    return make_seal(changes.pop("maker", pki.maker), **(values | changes))


def sign(pki, seal, **changes):
    values = {"data_digest": bytes(32), "property_info": "/Signature.xml", "at": AT + DAY}
    return sign_seal(seal, changes.pop("signer", pki.signer), **(values | changes))


def test_a_seal_is_signed_by_its_maker(pki):
    seal = make(pki)
    algorithm = signature_algorithm(seal.algorithm)
    pki.maker.certificate.public_key.verify(seal.signature, seal.signed, algorithm)
    assert seal.maker_certificate == pki.maker.certificate.der
    assert (seal.header.id, seal.header.version) == ("ES", 4)
    assert not seal.tolerances


def test_the_defaults_follow_the_certificate(sm2_pki):
    seal = make(sm2_pki)
    assert seal.es_id == "99000000000001"
    assert seal.properties.not_before.moment == AT
    assert seal.properties.not_after.moment == sm2_pki.signer.certificate.not_after
    assert seal.properties.type == 6


def test_a_name_that_is_not_ascii_gives_no_identifier(sm2_pki):
    signer = sm2_pki.signer_ca.issue("测试用户").certificate
    assert make(sm2_pki, signers=[signer]).es_id == signer.fingerprint[:32]


def test_a_drawing_is_made_a_picture(sm2_pki):
    class Drawing:
        def picture(self):
            return PICTURE

    assert make(sm2_pki, picture=Drawing()).picture == PICTURE


def test_a_stamp_is_signed_by_its_signer(pki):
    seal = make(pki)
    note = Extension("2.25.16117021064366053199187950425252085134.3", b"\x0c\x01a")
    stamp = codec.decode_signature(sign(pki, seal, extensions=[note]))
    algorithm = signature_algorithm(stamp.algorithm)
    pki.signer.certificate.public_key.verify(stamp.signature, stamp.signed, algorithm)
    assert stamp.seal.der == seal.der
    assert stamp.extensions == (note,)
    assert stamp.claimed_time.moment == AT + DAY
    assert stamp.data_digest == bytes(32)


def test_a_name_may_have_ideographs_newer_than_this_python(sm2_pki):
    name = "测试市\U0002ebf0\U000323af局"
    assert make(sm2_pki, name=name).name == name


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "E_SEAL_NAME"),
        ({"name": " 测试章"}, "E_SEAL_NAME"),
        ({"name": "测试\n章"}, "E_SEAL_NAME"),
        ({"name": "测试\u202e章"}, "E_SEAL_NAME"),
        ({"name": "测试\U0002ffff章"}, "E_SEAL_NAME"),
        ({"name": "章" * 201}, "E_SEAL_NAME"),
        ({"es_id": "章"}, "E_SEAL_NUMBER"),
        ({"es_id": ""}, "E_SEAL_NUMBER"),
        ({"signers": []}, "E_NO_CERT"),
        ({"at": AT + 400 * DAY}, "E_EXPIRED"),
        ({"at": AT - 2 * DAY}, "E_TOO_EARLY"),
        ({"not_after": AT + 400 * DAY}, "E_VALIDITY_MISMATCH"),
        ({"not_before": AT - 2 * DAY}, "E_VALIDITY_MISMATCH"),
        ({"not_after": AT}, "E_VALIDITY_MISMATCH"),
    ],
)
def test_a_seal_that_may_not_be_made(sm2_pki, changes, code):
    with pytest.raises(SealError) as caught:
        make(sm2_pki, **changes)
    assert caught.value.code == code


@pytest.mark.parametrize("who", ["maker", "signers"])
def test_an_encryption_certificate_makes_and_uses_no_seal(sm2_pki, who):
    other = sm2_pki.signer_ca.issue("99000000000009", key_usage=("key_agreement",))
    changes = {"maker": other} if who == "maker" else {"signers": [other.certificate]}
    with pytest.raises(SealError, match="not for signatures") as caught:
        make(sm2_pki, **changes)
    assert caught.value.code == "E_KEY_USAGE"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"at": AT + 400 * DAY}, "E_EXPIRED"),
        ({"at": AT - DAY}, "E_TOO_EARLY"),
    ],
)
def test_a_seal_out_of_its_time_is_not_used(sm2_pki, changes, code):
    with pytest.raises(SealError) as caught:
        sign(sm2_pki, make(sm2_pki), **changes)
    assert caught.value.code == code


def test_a_signer_who_is_not_permitted_is_refused(sm2_pki):
    stranger = sm2_pki.signer_ca.issue("99000000000002")
    with pytest.raises(SealError, match="does not permit") as caught:
        sign(sm2_pki, make(sm2_pki), signer=stranger)
    assert caught.value.code == "E_NOT_OWNER"


def test_a_renewed_certificate_is_another_one(sm2_pki):
    renewed = sm2_pki.signer_ca.issue("99000000000001", key=sm2_pki.signer._key)
    with pytest.raises(SealError) as caught:
        sign(sm2_pki, make(sm2_pki), signer=renewed)
    assert caught.value.code == "E_NOT_OWNER"


@pytest.mark.parametrize("call", [make, lambda pki, **k: sign(pki, make(pki), **k)])
def test_a_time_without_zone_is_the_callers_mistake(sm2_pki, call):
    with pytest.raises(ValueError, match="time zone"):
        call(sm2_pki, at=datetime(2026, 6, 1))  # noqa: DTZ001 - the mistake under test


def digest(name, value):
    return SignerList(digests=(CertificateDigest(name, value),))


@pytest.mark.parametrize(
    ("signers", "expected"),
    [
        (SignerList(certificates=(b"a", b"b")), True),
        (SignerList(certificates=(b"b",)), False),
        (SignerList(), None),
        (SignerList(identifiers=("a",)), None),
        (digest("unknown", b"a"), None),
        (digest("SM3", bytes(32)), False),
        (digest("md5", bytes.fromhex("0cc175b9c0f1b6a831c399e269772661")), None),
        (
            digest(
                "1.2.156.10197.1.401",
                bytes.fromhex("623476ac18f65a2909e43c7fec61b49c7e764a91a18ccb82f1917a29c86c5e88"),
            ),
            True,
        ),
    ],
    ids=["listed", "other", "empty", "names", "unknown", "wrong digest", "weak digest", "digest"],
)
def test_who_is_listed(signers, expected):
    assert lists(signers, b"a") is expected
