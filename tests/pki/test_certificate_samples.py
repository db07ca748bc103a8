"""Certificates inside real seals and stamps: every one must load."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from govseal.asn1 import strict
from govseal.errors import GovsealError, KeyLoadError
from govseal.pki.certificate import Certificate
from govseal.pki.path import validate_path
from govseal.pki.signer import load_signer
from govseal.pki.trust import TrustStore

SAMPLES = Path(os.environ.get("GOVSEAL_SAMPLES", ""))
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(
        not os.environ.get("GOVSEAL_SAMPLES"), reason="GOVSEAL_SAMPLES names no directory"
    ),
]
# SEQUENCE { SEQUENCE { [0] { INTEGER 2 } …, SEQUENCE { sm2 or RSA algorithm } …
_VERSION_3 = b"\xa0\x03\x02\x01\x02\x02"


def stamped_data():
    for path in sorted(SAMPLES.rglob("*")):
        if path.suffix in (".dat", ".esl"):
            yield path.name, path.read_bytes()
        elif path.suffix == ".ofd" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    if name.lower().endswith((".dat", ".esl")):
                        yield f"{path.name}:{name}", package.read(name)


def headers(data):
    """The elements in a row, as far as they can be told apart; lengths may be sloppy."""
    at = 0
    while at + 2 <= len(data):
        size, body = data[at + 1], at + 2
        if size & 0x80:
            octets = size & 0x7F
            size, body = int.from_bytes(data[body : body + octets], "big"), body + octets
        if body + size > len(data):
            return
        yield data[at], data[at : body + size], data[body : body + size]
        at = body + size


def embedded(data, depth=0):
    """Everything inside that begins as a certificate of version 3 does."""
    if depth > 20:
        return
    for tag, whole, content in headers(data):
        if tag == strict.SEQUENCE and _VERSION_3 in whole[4:14] and len(whole) > 250:
            yield whole
        elif tag & 0x20 or tag == strict.OCTET_STRING:
            yield from embedded(content, depth + 1)
        elif tag == strict.BIT_STRING:
            yield from embedded(content[1:], depth + 1)


def test_every_certificate_in_the_samples_loads():
    found = {der: name for name, data in stamped_data() for der in embedded(data)}
    assert len(found) >= 18
    for der, name in found.items():
        certificate = Certificate.from_der(der)
        assert certificate.public_key.kind in ("sm2", "rsa"), name
        assert certificate.signature_algorithm is not None, name
        assert certificate.subject_value("CN"), name
        at = certificate.not_before
        result = validate_path(certificate, TrustStore(), at=at)
        assert result.reason == "no_trust_anchor", name
        assert validate_path(certificate, TrustStore([certificate]), at=at).outcome == "passed"


def test_every_sample_certificate_refuses_to_be_changed():
    for _, data in stamped_data():
        for der in embedded(data):
            store = TrustStore([Certificate.from_der(der)])
            for place in range(30, len(der), 37):
                changed = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
                try:
                    certificate = Certificate.from_der(changed)
                except GovsealError:
                    continue
                result = validate_path(certificate, store, at=certificate.not_before)
                assert result.outcome != "passed"


@pytest.mark.parametrize("name", ["USER.p12", "SealBuilder.p12"])
def test_the_old_containers_are_refused_by_name(name):
    path = next(SAMPLES.rglob(name))
    with pytest.raises(KeyLoadError, match="PBE-SHA1-3DES") as caught:
        load_signer(path, password="777777")
    assert caught.value.kind == "unsupported"
    with pytest.raises(KeyLoadError) as caught:
        load_signer(path, password="wrong")
    assert caught.value.kind == "wrong_password"
