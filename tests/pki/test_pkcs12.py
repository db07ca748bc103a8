"""PKCS#12: written and read back, the MAC checked first, refused in three distinct ways."""

from __future__ import annotations

import hmac
import itertools

import pytest
from cryptography.hazmat.primitives.hashes import SHA256 as SHA256_CLASS
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
    load_pkcs12,
    serialize_key_and_certificates,
)
from cryptography.x509 import load_der_x509_certificate

from govseal.asn1 import strict, write
from govseal.errors import KeyLoadError
from govseal.pki import algorithms, pbes2, pkcs12
from govseal.pki.algorithms import digest_algorithm
from govseal.pki.pkcs8 import encode_private_key
from govseal.pki.pkcs12 import is_pkcs12, read_pkcs12, write_pkcs12
from govseal.pki.pkcs12kdf import bmp_password, derive

PASSWORD = "口令 pass"
DATA = "1.2.840.113549.1.7.1"
ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
KEY_BAG = "1.2.840.113549.1.12.10.1.1"
SHROUDED = "1.2.840.113549.1.12.10.1.2"
CERT_BAG = "1.2.840.113549.1.12.10.1.3"
X509 = "1.2.840.113549.1.9.22.1"
SHA256 = "2.16.840.1.101.3.4.2.1"


def info(content, oid=DATA):
    return write.sequence(write.oid(oid), write.explicit(0, write.octets(content)))


def bag(oid, value):
    return write.sequence(write.oid(oid), write.explicit(0, value))


def cert_bag(certificate):
    wrapped = write.explicit(0, write.octets(certificate.der))
    return bag(CERT_BAG, write.sequence(write.oid(X509), wrapped))


def mac(safe, password=PASSWORD, *, digest="sha256", oid=SHA256, rounds=5, salt=b"saltsalt"):
    value = pkcs12._mac(digest_algorithm(digest), bmp_password(password), salt, rounds, safe)
    algorithm = write.sequence(write.oid(oid), write.null())
    count = write.integer(rounds)
    return write.sequence(write.sequence(algorithm, write.octets(value)), write.octets(salt), count)


def pbmac1(
    safe,
    *,
    prf="1.2.840.113549.2.9",
    scheme="1.2.840.113549.2.9",
    kdf=pbes2.PBKDF2,
    rounds=3,
    size=32,
    more=b"",
    value=None,
):
    """MacData of RFC 9579; the salt outside is not used."""
    length = b"" if size is None else write.integer(size)
    prf_der = write.sequence(write.oid(prf), write.null())
    derivation = write.sequence(write.octets(b"saltsalt"), write.integer(rounds), length, prf_der)
    parameters = write.sequence(
        write.sequence(write.oid(kdf), derivation),
        write.sequence(write.oid(scheme), write.null()),
        more,
    )
    if value is None:
        name, mac_name = pbes2.PRFS[prf], pbes2.PRFS[scheme]
        key = pbes2.Derivation(name, b"saltsalt", rounds, size).key(PASSWORD.encode(), size, "test")
        value = hmac.digest(key, safe, digest_algorithm(mac_name).factory)
    algorithm = write.sequence(write.oid(pkcs12.PBMAC1), parameters)
    digest_info = write.sequence(algorithm, write.octets(value))
    return write.sequence(digest_info, write.octets(b"NOT USED"))


def pfx(*infos, mac_data=None, version=3):
    safe = write.sequence(*infos)
    ending = mac(safe) if mac_data is None else mac_data
    return write.sequence(write.integer(version), info(safe), ending)


def plain(*bags, **changes):
    return pfx(info(write.sequence(*bags)), **changes)


def encrypted(info_der):
    content = write.sequence(write.integer(0), info_der)
    return write.sequence(write.oid(ENCRYPTED_DATA), write.explicit(0, content))


def streamed(der):
    """The same in BER: every length indefinite, every long string in segments."""
    out = b""
    for element in strict.parse(write.sequence(der)).children():
        content, tag = element.content, element.tag
        if element.is_constructed:
            inner = b"".join(streamed(child.raw) for child in element.children())
            out += bytes([tag, 0x80]) + inner + b"\0\0"
        elif tag in (strict.OCTET_STRING, 0x80) and len(content) > 32:
            pieces = write.octets(content[:7]) + write.octets(content[7:])
            out += bytes([tag | 0x20, 0x80]) + pieces + b"\0\0"
        else:
            out += element.raw
    return out


def assert_refused(kind, data, password=PASSWORD, match=None):
    with pytest.raises(KeyLoadError, match=match) as caught:
        read_pkcs12(data, password)
    assert caught.value.kind == kind


@pytest.fixture(scope="module")
def key_bag(signer):
    return bag(KEY_BAG, signer._key.to_pkcs8())


@pytest.mark.parametrize("who", ["signer", "rsa_signer", "ec_signer"])
@pytest.mark.parametrize("scheme", ["aes", "sm4"])
def test_what_is_written_is_read(who, scheme, request, ca):
    someone = request.getfixturevalue(who)
    certificates = (someone.certificate, ca.certificate)
    data = write_pkcs12(someone._key, certificates, PASSWORD, scheme=scheme, iterations=10)
    assert is_pkcs12(data)
    for password in (PASSWORD, PASSWORD.encode()):
        store = read_pkcs12(data, password)
        assert store.key.public_key == someone._key.public_key
        assert store.certificates == (someone.certificate, ca.certificate)


def test_neither_key_nor_name_lies_open(signer):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, iterations=1)
    assert signer._key.to_pkcs8()[-100:] not in data
    assert signer.certificate.subject_der not in data


def test_the_certificate_of_the_key_comes_first(signer, ca, key_bag):
    data = plain(cert_bag(ca.certificate), cert_bag(signer.certificate), key_bag)
    assert read_pkcs12(data, PASSWORD).certificates == (signer.certificate, ca.certificate)


def test_other_bags_are_passed_over(signer, key_bag):
    crl = bag("1.2.840.113549.1.12.10.1.4", write.sequence(write.oid("1.2.3"), write.null()))
    assert read_pkcs12(plain(crl, key_bag), PASSWORD).certificates == ()


def test_without_a_mac_it_is_read(key_bag):
    assert read_pkcs12(plain(key_bag, mac_data=b"")).key.public_key.kind == "sm2"


@pytest.mark.parametrize(
    ("digest", "oid"),
    [
        ("sha1", "1.3.14.3.2.26"),
        ("sha384", "2.16.840.1.101.3.4.2.2"),
        ("sha512", "2.16.840.1.101.3.4.2.3"),
        ("sm3", "1.2.156.10197.1.401"),
    ],
)
def test_every_digest_of_the_mac(digest, oid, key_bag):
    safe = write.sequence(info(write.sequence(key_bag)))
    data = write.sequence(write.integer(3), info(safe), mac(safe, digest=digest, oid=oid))
    assert read_pkcs12(data, PASSWORD).key.public_key.kind == "sm2"
    assert_refused("wrong_password", data, "another")


@pytest.mark.parametrize("prf", ["1.2.840.113549.2.9", "1.2.156.10197.1.401.2"])
@pytest.mark.parametrize("scheme", ["1.2.840.113549.2.11", "1.2.156.10197.1.401.2"])
def test_pbmac1_is_read(prf, scheme, key_bag):
    safe = write.sequence(info(write.sequence(key_bag)))
    mac_data = pbmac1(safe, prf=prf, scheme=scheme)
    data = write.sequence(write.integer(3), info(safe), mac_data)
    assert read_pkcs12(data, PASSWORD).key.public_key.kind == "sm2"
    assert_refused("wrong_password", data, "another")


@pytest.mark.parametrize("scheme", ["1.2.840.113549.2.9", "1.2.840.113549.2.11"])
def test_openssl_agrees_about_our_reading_of_pbmac1(scheme, rsa_signer):
    """RFC 9579 is in OpenSSL 3.4, which ``cryptography`` carries."""
    row = write.sequence(cert_bag(rsa_signer.certificate), bag(KEY_BAG, rsa_signer._key.to_pkcs8()))
    safe = write.sequence(info(row))
    mac_data = pbmac1(safe, scheme=scheme)
    right = write.sequence(write.integer(3), info(safe), mac_data)
    assert load_pkcs12(right, PASSWORD.encode()).key is not None
    assert read_pkcs12(right, PASSWORD).key.public_key == rsa_signer._key.public_key
    wrong = write.sequence(write.integer(3), info(safe), pbmac1(safe, scheme=scheme, value=b"x"))
    with pytest.raises(ValueError, match="Invalid password"):
        load_pkcs12(wrong, PASSWORD.encode())
    assert_refused("wrong_password", wrong)


def test_cryptography_reads_our_file(rsa_signer, ec_signer):
    for someone in (rsa_signer, ec_signer):
        data = write_pkcs12(someone._key, [someone.certificate], PASSWORD, iterations=1)
        key, certificate, others = load_key_and_certificates(data, PASSWORD.encode())
        assert key.private_numbers() == someone._key._key.private_numbers()
        assert certificate.fingerprint(SHA256_CLASS()).hex() == (someone.certificate.fingerprint)
        assert others == []


def test_we_read_what_cryptography_writes(ec_signer):
    theirs = load_der_x509_certificate(ec_signer.certificate.der)
    data = serialize_key_and_certificates(
        b"name", ec_signer._key._key, theirs, None, BestAvailableEncryption(PASSWORD.encode())
    )
    store = read_pkcs12(data, PASSWORD)
    assert store.key.public_key == ec_signer._key.public_key
    assert store.certificates == (ec_signer.certificate,)


def test_sm4_goes_with_sm3(signer):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, scheme="sm4", iterations=1)
    for oid in ("1.2.156.10197.1.104.2", "1.2.156.10197.1.401.2"):
        assert data.count(write.oid(oid)) == 2
    assert data.count(write.oid("1.2.156.10197.1.401")) == 1
    assert write.oid("2.16.840.1.101.3.4.1.42") not in data


def test_another_scheme_is_not_written(signer):
    with pytest.raises(ValueError, match="aes or sm4 was expected"):
        write_pkcs12(signer._key, [signer.certificate], PASSWORD, scheme="rc2")


def test_hmac_with_sm3_is_the_known_value():
    key = bytes(range(1, 33))
    expected = "44809d3ff5336f44071be1917887380730ae145f940a53819279801784c65e17"
    assert hmac.digest(key, b"abc", algorithms.SM3.factory).hex() == expected


def test_the_key_derivation_gives_the_known_values():
    """The vectors that PKCS#12 implementations share (first in BouncyCastle's PKCS12Test)."""
    smeg, queeg = bmp_password("smeg"), bmp_password("queeg")
    salt = bytes.fromhex("0A58CF64530D823F")
    key = derive(algorithms.SHA1, smeg, salt, 1, size=24, purpose=1)
    assert key.hex().upper() == "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3"
    iv = derive(algorithms.SHA1, smeg, salt, 1, size=8, purpose=2)
    assert iv.hex().upper() == "79993DFE048D3B76"
    salt = bytes.fromhex("05DEC959ACFF72F7")
    key = derive(algorithms.SHA1, queeg, salt, 1000, size=24, purpose=1)
    assert key.hex().upper() == "ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4"
    salt = bytes.fromhex("263216FCC2FAB31C")
    assert derive(algorithms.SHA1, queeg, salt, 1000, size=20, purpose=3).hex().upper() == (
        "5EC4C7A80DF652294C3925B6489A7AB857C83476"
    )


def test_streamed_ber_is_read(signer, key_bag):
    """BouncyCastle writes indefinite lengths and strings in segments."""
    safe = write.sequence(info(write.sequence(key_bag)))
    half = len(safe) // 2
    pieces = write.octets(safe[:half]) + write.octets(safe[half:])
    segmented = b"\x24\x80" + pieces + b"\0\0"
    content = b"\x30\x80" + write.oid(DATA) + b"\xa0\x80" + segmented + b"\0\0" + b"\0\0"
    data = b"\x30\x80" + write.integer(3) + content + mac(safe) + b"\0\0"
    assert is_pkcs12(data)
    assert read_pkcs12(data, PASSWORD).key.public_key == signer._key.public_key


@pytest.mark.parametrize("who", ["signer", "rsa_signer"])
def test_ber_down_to_the_key_is_read(who, request, ca):
    someone = request.getfixturevalue(who)
    row = streamed(write.sequence(cert_bag(ca.certificate), cert_bag(someone.certificate)))
    algorithm, ciphertext = pbes2.encrypt(row, PASSWORD.encode(), 1)
    inner = write.sequence(write.oid(DATA), algorithm, write.element(0x80, ciphertext))
    shrouded = encode_private_key(someone._key, PASSWORD, iterations=1)
    for key in (bag(SHROUDED, shrouded), bag(KEY_BAG, someone._key.to_pkcs8())):
        bags = streamed(write.sequence(key))
        safe = streamed(write.sequence(encrypted(inner), info(bags)))
        data = streamed(write.sequence(write.integer(3), info(safe), mac(safe)))
        assert is_pkcs12(data)
        store = read_pkcs12(data, PASSWORD)
        assert store.key.public_key == someone._key.public_key
        assert store.certificates == (someone.certificate, ca.certificate)


@pytest.mark.parametrize("is_padded", [True, False])
def test_both_spellings_of_an_empty_password(is_padded, key_bag):
    safe = write.sequence(info(write.sequence(key_bag)))
    bmp = b"\0\0" if is_padded else b""
    value = pkcs12._mac(algorithms.SHA256, bmp, b"salt", 1, safe)
    algorithm = write.sequence(write.oid(SHA256), write.null())
    mac_data = write.sequence(write.sequence(algorithm, write.octets(value)), write.octets(b"salt"))
    data = write.sequence(write.integer(3), info(safe), mac_data)
    for password in ("", b"", None):
        assert read_pkcs12(data, password).key.public_key.kind == "sm2"


def test_encrypted_content_in_segments_is_read(signer):
    row = write.sequence(cert_bag(signer.certificate), bag(KEY_BAG, signer._key.to_pkcs8()))
    algorithm, ciphertext = pbes2.encrypt(row, PASSWORD.encode(), 1)
    segments = write.octets(ciphertext[:10]) + write.octets(ciphertext[10:])
    inner = write.sequence(write.oid(DATA), algorithm, b"\xa0\x80" + segments + b"\0\0")
    assert read_pkcs12(pfx(encrypted(inner)), PASSWORD).certificates == (signer.certificate,)


# --- wrong_password -------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["wrong", "", None, b"\xff\xfe", "\udcff", "口令 pass "])
def test_a_wrong_password(signer, password):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, iterations=1)
    assert_refused("wrong_password", data, password)


def test_a_changed_file_is_told_by_the_mac(key_bag, signer):
    data = plain(cert_bag(signer.certificate), key_bag)
    place = data.index(signer.certificate.signature) + 20
    changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    assert_refused("wrong_password", changed, match="or the file was changed")


def test_a_wrong_password_where_there_is_no_mac(signer):
    shrouded = encode_private_key(signer._key, PASSWORD, iterations=1)
    data = plain(bag(SHROUDED, shrouded), mac_data=b"")
    assert_refused("wrong_password", data, "wrong")


def test_a_wrong_password_whose_padding_looks_right(signer):
    """Without a MAC the padding alone would let one guess in 256 pass for a damaged file."""
    # What such a guess leaves: bytes that are no structure.
    algorithm, ciphertext = pbes2.encrypt(b"no structure", PASSWORD.encode(), 1)
    inner = write.sequence(write.oid(DATA), algorithm, write.element(0x80, ciphertext))
    assert_refused("wrong_password", pfx(encrypted(inner), mac_data=b""))


# --- unsupported ----------------------------------------------------------------------------


def test_the_encryption_of_the_nineties_is_named():
    parameters = write.sequence(write.octets(b"salt"), write.integer(1))
    algorithm = write.sequence(write.oid("1.2.840.113549.1.12.1.1"), parameters)
    shrouded = bag(SHROUDED, write.sequence(algorithm, write.octets(bytes(16))))
    assert_refused("unsupported", plain(shrouded), match="PBE-SHA1-RC4-128")
    rc2 = write.sequence(write.oid("1.2.840.113549.1.12.1.6"), parameters)
    inner = write.sequence(write.oid(DATA), rc2, write.element(0x80, bytes(8)))
    assert_refused("unsupported", pfx(encrypted(inner)), match="PBE-SHA1-RC2-40")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"prf": "1.2.840.113549.2.12", "value": b"x"}, "unsupported"),
        ({"scheme": "1.2.840.113549.2.12", "value": b"x"}, "unsupported"),
        ({"kdf": "1.3.6.1.4.1.11591.4.11"}, "unsupported"),
        ({"rounds": 2_000_001}, "unsupported"),
        ({"size": None, "value": b"x"}, "damaged"),
        ({"size": 15}, "damaged"),
        ({"size": 65, "value": b"x"}, "damaged"),
        ({"more": write.null()}, "damaged"),
        ({"value": bytes(32)}, "wrong_password"),
    ],
)
def test_a_pbmac1_that_does_not_do(key_bag, changes, kind):
    safe = write.sequence(info(write.sequence(key_bag)))
    data = write.sequence(write.integer(3), info(safe), pbmac1(safe, **changes))
    assert_refused(kind, data)


def test_md5_is_no_mac(key_bag):
    safe = write.sequence(info(write.sequence(key_bag)))
    md5 = mac(safe, digest="md5", oid="1.2.840.113549.2.5")
    assert_refused("unsupported", write.sequence(write.integer(3), info(safe), md5))


def test_too_many_iterations(key_bag):
    algorithm = write.sequence(write.oid(SHA256), write.null())
    value = write.sequence(algorithm, write.octets(bytes(32)))
    for count in (2_000_001, 0, -5, 1 << 15_500):
        mac_data = write.sequence(value, write.octets(b"salt"), write.integer(count))
        assert_refused("unsupported", plain(key_bag, mac_data=mac_data), match="iterations")


def test_several_keys(key_bag):
    assert_refused("unsupported", plain(key_bag, key_bag), match="several private keys")


def test_signed_and_enveloped_forms():
    signed = write.sequence(write.integer(3), info(b"", oid="1.2.840.113549.1.7.2"))
    assert_refused("unsupported", signed, match="signed")
    assert_refused("unsupported", pfx(info(b"", oid="1.2.840.113549.1.7.3")), match="enveloped")


# --- damaged --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        plain(version=2),
        pfx(info(write.null())),
        write.sequence(write.integer(3), write.sequence(write.oid("1.2.840.113549.1.7.1"))),
        pfx(write.null()),
        plain(write.null()),
        plain(bag(KEY_BAG, write.null())),
        plain(bag(CERT_BAG, write.sequence(write.oid(X509), write.explicit(0, write.null())))),
        plain(write.sequence(write.oid("1.2.3"))),
        pfx(write.sequence(write.oid(DATA))),
        pfx(encrypted(write.null())),
        pfx(encrypted(write.sequence(write.oid("1.2.3"), write.null(), write.null()))),
        pfx(
            write.sequence(
                write.oid(ENCRYPTED_DATA), write.explicit(0, write.sequence(write.integer(0)))
            )
        ),
        plain(mac_data=write.sequence(write.sequence(write.null()), write.octets(b""))),
        plain(mac_data=write.null()),
        plain(mac_data=write.sequence()),
        plain(mac_data=write.sequence(write.null(), write.octets(b""))),
        plain(*[bag("1.2.3", write.null())] * (pkcs12.MAX_BAGS + 1)),
        pfx(*[info(write.sequence())] * 9),
        plain() + b"\0",
        b"\x30\x80" * 5000,
        write.sequence(write.integer(3), b"\x30\x80" * 20),
        plain(*[bag("1.2.3", write.null())] * 30_000),
        streamed(plain(bag("1.2.3", write.octets(bytes(300_000))))),
        plain(write.sequence(write.element(6, b"\x2a" + b"\xff" * 5000 + b"\x01"), write.null())),
        bytes(5 * 1024 * 1024),
    ],
    ids=itertools.count(),
)
def test_what_is_no_pkcs12_is_damaged(data):
    assert_refused("damaged", data)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        write.null(),
        write.sequence(),
        write.sequence(write.integer(3)),
        write.sequence(write.integer(1), write.integer(3)),
        plain(),
        pfx(),
    ],
    ids=itertools.count(),
)
def test_what_is_something_else_is_the_wrong_container(data):
    assert_refused("wrong_container", data)


def test_keys_and_certificates_by_themselves_are_the_wrong_container(signer):
    for data, match in (
        (signer.certificate.der, "not a certificate"),
        (signer.certificate.public_key.spki, "not a public key"),
        (signer._key.to_pkcs8(), "not a PKCS#8 private key"),
        (signer._key.to_pkcs8("p", iterations=1), "not an encrypted PKCS#8 private key"),
    ):
        assert_refused("wrong_container", data, match=match)


def test_segments_of_definite_length_are_not_read(key_bag):
    """BER allows them, asn1crypto does not, and nobody is known to write them here."""
    safe = write.sequence(info(write.sequence(key_bag)))
    pieces = write.element(0x24, write.octets(safe[:9]) + write.octets(safe[9:]))
    content = write.sequence(write.oid(DATA), write.explicit(0, pieces))
    assert_refused("damaged", write.sequence(write.integer(3), content, mac(safe)))


def test_a_file_cut_short_is_damaged(signer):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, iterations=1)
    for size in range(0, len(data), 29):
        assert_refused("damaged", data[:size])


def test_a_certificate_that_is_none_is_damaged(key_bag):
    wrapped = write.explicit(0, write.octets(write.sequence(write.null())))
    odd = bag(CERT_BAG, write.sequence(write.oid(X509), wrapped))
    assert_refused("damaged", plain(odd, key_bag), match="three parts were expected")


def test_certificates_without_a_key_are_the_wrong_container(signer):
    assert_refused("wrong_container", plain(cert_bag(signer.certificate)), match="no private key")


def test_writing_needs_the_certificate_of_the_key(signer, ca):
    for certificates in ([], [ca.certificate]):
        with pytest.raises(ValueError, match="the key's own"):
            write_pkcs12(signer._key, certificates, PASSWORD)


def test_our_iterations(signer):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD)
    rounds = strict.parse(data).children()[2].children()[2]
    assert strict.read_integer(rounds, "rounds") >= 100_000
    assert pbes2.DEFAULT_ITERATIONS >= 100_000
