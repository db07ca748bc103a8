"""Certificate requests: written as CAs take them, read with the signature verified."""

from __future__ import annotations

import itertools

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from govseal.asn1 import write
from govseal.errors import EncodingError, InvalidSignature, LimitExceeded, UnsupportedFormat
from govseal.pki import encoding
from govseal.pki import extensions as ext
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.encoding import algorithm_identifier, encode_name, parse_name
from govseal.pki.pem import write_pem
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.request import (
    EXTENSION_REQUEST,
    CertificateRequest,
    government_subject,
    load_request,
    make_request,
)

UNIT = "测试市行政审批服务管理局"
CODE = "11990000MB0000019F"
SUBJECT = (("C", "CN"), ("O", UNIT), ("CN", "99000000000001"))
DISTID = "distid:1234567812345678"


@pytest.fixture(scope="module", params=["sm2", "rsa", "ec"])
def key(request):
    return PrivateKey.generate(request.param)


@pytest.fixture(scope="module")
def sm2_key():
    return PrivateKey.generate("sm2")


def build(key, *, version=0, subject=None, spki=None, attributes=b"", algorithm=None, tail=b""):
    """A request field by field, so that it can be wrong."""
    info = write.sequence(
        write.integer(version),
        encode_name(SUBJECT) if subject is None else subject,
        spki or key.public_key.spki,
        attributes if attributes is None else attributes or write.element(0xA0, b""),
        tail,
    )
    algorithm = algorithm or algorithm_identifier(key.algorithm)
    return write.sequence(info, algorithm, write.bits(key.sign(info)))


def attribute(oid, *values):
    return write.sequence(write.oid(oid), write.set_of(*values))


def asking(*extensions):
    return write.element(0xA0, attribute(EXTENSION_REQUEST, write.sequence(*extensions)))


def test_what_is_made_is_read(key, tmp_path):
    request = make_request(key, SUBJECT)
    assert request.subject == f"C=CN, O={UNIT}, CN=99000000000001"
    assert request.subject_value("O") == UNIT
    assert request.public_key == key.public_key
    assert request.key_usage == {"digital_signature", "non_repudiation"}
    assert request.extended_key_usage is None
    path = tmp_path / "r.csr"
    path.write_bytes(request.to_pem())
    for source in (request.der, request.to_pem(), path, str(path)):
        assert load_request(source).der == request.der
    assert repr(request) == f"<CertificateRequest {request.subject} {key.public_key.kind}>"


def test_the_shape_of_an_sm2_request(sm2_key):
    """GM/T 0092: SM2 with SM3, without parameters, C as PrintableString, the rest UTF-8."""
    request = make_request(sm2_key, SUBJECT)
    assert request.signature_algorithm is SM2_SM3
    assert request.der.count(write.sequence(write.oid("1.2.156.10197.1.501"))) == 1
    assert write.printable("CN") in request.subject_der
    assert write.utf8(UNIT) in request.subject_der


def test_cryptography_reads_ours():
    for kind in ("rsa", "ec"):
        request = make_request(PrivateKey.generate(kind), SUBJECT, extended_key_usage=["any"])
        theirs = x509.load_der_x509_csr(request.der)
        assert theirs.is_signature_valid
        assert theirs.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == UNIT
        usage = theirs.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert usage.value.digital_signature
        assert not usage.value.key_cert_sign
        purposes = theirs.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        assert [purpose.dotted_string for purpose in purposes.value] == ["2.5.29.37.0"]


def test_we_read_cryptographys():
    key = PrivateKey.generate("ec")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试")])
    alternative = x509.SubjectAlternativeName([x509.DNSName("seal.test")])
    theirs = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name)
        .add_extension(alternative, critical=False)
        .add_attribute(x509.oid.AttributeOID.CHALLENGE_PASSWORD, b"challenge")
        .sign(key._key, hashes.SHA384())
    )
    request = load_request(theirs.public_bytes(Encoding.PEM))
    assert request.subject == "CN=测试"
    assert [item.oid for item in request.extensions] == [ext.SUBJECT_ALT_NAME]
    assert request.key_usage is None
    assert {item.oid for item in request.attributes} == {EXTENSION_REQUEST, "1.2.840.113549.1.9.7"}


@pytest.mark.parametrize("kind", ["sm2", "rsa", "ec"])
def test_openssl_verifies_ours(kind, openssl, tmp_path):
    path = tmp_path / "ours.csr"
    path.write_bytes(make_request(PrivateKey.generate(kind), SUBJECT).to_pem())
    options = ("-vfyopt", DISTID) if kind == "sm2" else ()
    text = openssl("req", "-in", path, "-verify", "-noout", "-text", *options).decode()
    assert "Digital Signature, Non Repudiation" in text


@pytest.mark.parametrize("kind", ["sm2", "rsa", "ec"])
def test_we_read_openssls(kind, openssl, tmp_path):
    path = tmp_path / "k.pem"
    path.write_bytes(write_pem("PRIVATE KEY", PrivateKey.generate(kind).to_pkcs8()))
    common = ("req", "-new", "-utf8", "-key", path, "-subj", f"/C=CN/O={UNIT}/CN=x")
    signing = ("-sm3", "-sigopt", DISTID) if kind == "sm2" else ("-sha512",)
    for form in ("PEM", "DER"):
        request = load_request(openssl(*common, *signing, "-outform", form))
        assert request.subject == f"C=CN, O={UNIT}, CN=x"
        assert request.public_key.kind == kind
    if kind == "sm2":
        # Without distid OpenSSL takes an empty user ID, which is nobody's default.
        with pytest.raises(InvalidSignature):
            load_request(openssl(*common, "-sm3"))


def test_nothing_needs_to_be_asked_for(sm2_key):
    request = make_request(sm2_key, SUBJECT, key_usage=())
    assert (request.attributes, request.extensions, request.key_usage) == ((), (), None)
    # Some encoders leave the empty attributes out altogether.
    assert load_request(build(sm2_key, attributes=b"")).attributes == ()


def test_further_extensions_are_asked_for(sm2_key):
    extra = encoding.encode_extension("1.2.3", write.null())
    request = make_request(sm2_key, SUBJECT, extensions=[extra], extended_key_usage=["1.2.3.4"])
    oids = [item.oid for item in request.extensions]
    assert oids == [ext.KEY_USAGE, ext.EXTENDED_KEY_USAGE, "1.2.3"]
    assert request.extended_key_usage == {"1.2.3.4"}


def test_the_subject_of_a_government_seal():
    subject = government_subject(CODE, UNIT, "99000000000001")
    assert subject == (("C", "CN"), ("O", CODE + UNIT), ("CN", "99000000000001"))


# --- refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        ("11990000MB0000019", UNIT, "99000000000001"),
        ("11990000MB000001OI", UNIT, "99000000000001"),
        (CODE.lower(), UNIT, "99000000000001"),
        (CODE, " ", "99000000000001"),
        (CODE, UNIT, "9900000000000"),
        (CODE, UNIT, "99000000000001\n"),
        (CODE, UNIT, "٩٩٠٠٠٠٠٠٠٠٠٠٠١"),
    ],
)
def test_a_government_subject_that_is_none(parts):
    with pytest.raises(ValueError, match=r"credit code|has no name|14 digits"):
        government_subject(*parts)


@pytest.mark.parametrize(
    "subject",
    [
        (),
        (("CN", ""),),
        (("C", "中国"),),
        (("C", "CHN"),),
        (("C", "cn"),),
        (("serialNumber", "编号"),),
        (("XYZ", "x"),),
        (("3.1.2", "x"),),
        (("CN", "\udc80"),),
    ],
)
def test_a_subject_that_is_none(sm2_key, subject):
    words = "at least one part|two letters|ASCII|no such part|surrogates"
    with pytest.raises(ValueError, match=words):
        make_request(sm2_key, subject)


def test_uses_that_do_not_exist(sm2_key):
    with pytest.raises(ValueError, match="not a key usage: sealing"):
        make_request(sm2_key, SUBJECT, key_usage=["sealing"])
    with pytest.raises(ValueError, match="not a purpose: 'sealing'"):
        make_request(sm2_key, SUBJECT, extended_key_usage=["sealing"])


def test_a_changed_request_is_not_verified(key):
    request = make_request(key, SUBJECT)
    for place in (request.der.index(UNIT.encode()), len(request.der) - 1):
        der = bytearray(request.der)
        der[place] ^= 1
        with pytest.raises(InvalidSignature):
            load_request(bytes(der))
    other = PrivateKey.generate(key.public_key.kind)
    with pytest.raises(InvalidSignature):
        load_request(build(key, spki=other.public_key.spki))


def test_a_broken_digest_proves_nothing(openssl, tmp_path):
    path = tmp_path / "k.pem"
    path.write_bytes(write_pem("PRIVATE KEY", PrivateKey.generate("rsa").to_pkcs8()))
    der = openssl("req", "-new", "-key", path, "-subj", "/CN=x", "-sha1", "-outform", "DER")
    with pytest.raises(InvalidSignature, match="rsa-sha1 proves nothing"):
        load_request(der)
    assert CertificateRequest.from_der(der).signature_algorithm.name == "rsa-sha1"


def test_algorithms_and_keys_that_cannot_be_used(sm2_key):
    for oid in ("1.2.3.4", "1.2.840.113549.1.1.1"):
        der = build(sm2_key, algorithm=write.sequence(write.oid(oid)))
        with pytest.raises(UnsupportedFormat, match=oid.replace(".", r"\.")):
            load_request(der)
    ed25519 = write.sequence(write.sequence(write.oid("1.3.101.112")), write.bits(bytes(32)))
    with pytest.raises(UnsupportedFormat):
        load_request(build(sm2_key, spki=ed25519))
    with pytest.raises(InvalidSignature, match="does not fit"):
        load_request(build(sm2_key, algorithm=write.sequence(write.oid("1.2.840.10045.4.3.2"))))


USAGE = encoding.key_usage_extension(["key_agreement"])


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 1},
        {"subject": write.null()},
        {"spki": write.sequence(write.null())},
        {"tail": write.null()},
        {"attributes": write.set_of()},
        {"attributes": write.element(0xA0, write.null())},
        {"attributes": write.element(0xA0, write.sequence(write.oid("1.2.3")))},
        {"attributes": write.element(0xA0, attribute("1.2.3"))},
        {"attributes": write.element(0xA0, attribute("1.2.3", write.null()) * 2)},
        {"attributes": write.element(0xA0, attribute("1.2.3", write.null()) + write.null())},
        {"attributes": write.element(0xA0, attribute(EXTENSION_REQUEST, USAGE, write.null()))},
        {"attributes": write.element(0xA0, attribute(EXTENSION_REQUEST, write.null()))},
        {"attributes": asking(USAGE, USAGE)},
        {"attributes": asking(encoding.encode_extension(ext.KEY_USAGE, b"junk"))},
        {
            "attributes": write.element(
                0xA0, b"".join(attribute(f"1.2.{n}", write.null()) for n in range(33))
            )
        },
        {"algorithm": write.sequence(write.oid(SM2_SM3.oid), write.integer(5))},
        {"algorithm": write.null()},
    ],
    ids=itertools.count(),
)
def test_what_is_no_request_is_refused(sm2_key, changes):
    with pytest.raises(EncodingError):
        load_request(build(sm2_key, **changes))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        write.null(),
        write.sequence(),
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE REQUEST-----\n",
        write_pem("CERTIFICATE REQUEST", b"\x30\x00") * 2,
    ],
)
def test_bytes_that_are_no_request(data):
    with pytest.raises(EncodingError):
        load_request(data)


def test_a_certificate_is_no_request(signer):
    with pytest.raises(EncodingError):
        load_request(signer.certificate.der)


def test_too_large_a_request():
    with pytest.raises(LimitExceeded):
        load_request(bytes(65 * 1024))
    with pytest.raises(LimitExceeded):
        CertificateRequest.from_der(write.sequence(write.octets(bytes(65 * 1024))))


# --- names as text --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("CN=x", [("CN", "x")]),
        (f"C=CN, O={UNIT}, CN=测试", [("C", "CN"), ("O", UNIT), ("CN", "测试")]),
        ("c=CN,o=a b ,cn=x", [("C", "CN"), ("O", "a b"), ("CN", "x")]),
        ("O=甲\\, 乙,CN=a\\=b\\\\", [("O", "甲, 乙"), ("CN", "a=b\\")]),
        ("CN=a=b", [("CN", "a=b")]),
        ("CN=\\E5\\8D\\B0", [("CN", "印")]),
        ("2.5.4.45=A1", [("2.5.4.45", "A1")]),
        ("CN=x,", [("CN", "x")]),
    ],
)
def test_a_name_is_read_from_text(text, fields):
    assert parse_name(text) == tuple(fields)


def test_what_is_printed_is_read_again(sm2_key):
    fields = (("C", "CN"), ("O", "甲, “乙” + 丙\\"), ("OU", "a=b;c"), ("CN", "\u202e测试"))
    assert parse_name(make_request(sm2_key, fields).subject) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "=x",
        "CN=",
        "CN= ,O=x",
        "XX=y",
        "CN=x, y",
        "3.4.5=x",
        "CN=x\\",
        "CN=\\FF",
        ",CN=x",
    ],
)
def test_what_is_no_name(text):
    with pytest.raises(ValueError, match=r"not a name|no such part|is empty|decode"):
        parse_name(text)
