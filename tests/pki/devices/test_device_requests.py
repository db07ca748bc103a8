"""Keys in devices that have no certificate yet: what a CA is asked for before it issues one."""

from __future__ import annotations

import pytest

import softdevices
from govseal.errors import DeviceError, SigningFault
from govseal.pki.algorithms import ECDSA_SHA256, RSA_SHA256, SM2_SM3
from govseal.pki.devices import cryptoki, load_device_key
from govseal.pki.devices.cryptoki import Session
from govseal.pki.request import make_request
from govseal.pki.signer import load_signer

MESSAGE = b"to be signed"
NAME = (("C", "CN"), ("O", "测试市行政审批服务管理局"), ("CN", "99000000000001"))
PIN = softdevices.PIN


def requested(uri, password=PIN):
    with load_device_key(uri, password=password) as key:
        request = make_request(key, NAME)
    request.verify()
    return request


def assert_refused(code, uri, password=PIN):
    with pytest.raises(DeviceError) as caught:
        load_device_key(uri, password=password)
    assert caught.value.code == code
    return str(caught.value)


def test_a_token_with_an_rsa_key(hsm, rsa_device_ca):
    uri = hsm.uri("token=govseal;object=bare")
    request = requested(uri)
    assert request.public_key.spki == hsm.bare
    assert request.signature_algorithm is RSA_SHA256
    certificate = softdevices.certify(rsa_device_ca, request.public_key.spki)
    with load_signer(uri, password=PIN, certificate=certificate) as signer:
        certificate.public_key.verify(signer.sign(MESSAGE), MESSAGE, RSA_SHA256)


def test_a_token_with_a_key_on_p256(hsm):
    request = requested(hsm.uri("token=govseal;object=p256"))
    assert (request.public_key.kind, request.public_key.bits) == ("ec", 256)
    assert request.signature_algorithm is ECDSA_SHA256


@pytest.mark.parametrize("name", ["", "bare_point", "point_elsewhere", "two_certificates"])
def test_a_token_with_an_sm2_key(module, fault, name):
    fault(name)
    request = requested(module.uri())
    assert request.public_key.is_same_key(module.certificate.public_key)
    assert request.signature_algorithm is SM2_SM3


def test_a_machine_of_gmt_0018(machine):
    request = requested(machine.uri)
    assert request.public_key == machine.certificate.public_key
    assert request.signature_algorithm is SM2_SM3
    with load_signer(machine.uri, password=PIN, certificate=machine.certificate) as signer:
        machine.certificate.public_key.verify(signer.sign(MESSAGE), MESSAGE, SM2_SM3)
    assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (0, 0)


def test_the_key_is_used_once_for_each_request(machine, module):
    for device, uri in ((machine, machine.uri), (module, module.uri())):
        before = device.counters.softdevice_signatures
        requested(uri)
        assert device.counters.softdevice_signatures == before + 1


def test_what_is_shown_has_no_secret(machine, hsm):
    for uri in (machine.uri, hsm.uri()):
        with load_device_key(uri, password=PIN) as key:
            assert repr(key) in ("<SdfKey sm2>", "<Pkcs11Key rsa>")


@pytest.mark.parametrize("kind", ["sdf", "pkcs11"])
def test_a_closed_key(machine, hsm, kind):
    key = load_device_key(machine.uri if kind == "sdf" else hsm.uri(), password=PIN)
    key.close()
    key.close()
    with pytest.raises(DeviceError) as caught:
        key.sign(MESSAGE)
    assert caught.value.code in ("SDR_OPENSESSION", "CKR_SESSION_CLOSED")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("token=govseal;object=p384", "unsupported"),
        ("token=govseal;object=twins", "several_keys"),
        ("token=govseal;object=nobody", "no_key"),
        ("token=nobody", "no_token"),
    ],
)
def test_keys_of_a_token_for_which_none_is_asked(hsm, path, code):
    assert_refused(code, hsm.uri(path))


def test_a_pin_that_is_wrong_or_missing(hsm, machine):
    assert_refused("no_pin", hsm.uri(), None)
    assert_refused("no_pin", machine.uri, None)
    assert "not-it" not in assert_refused("CKR_PIN_INCORRECT", hsm.uri(), "not-it")
    assert_refused("SDR_PARDENY", machine.uri, "not-it")
    assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (0, 0)


@pytest.mark.parametrize("hidden", [cryptoki.CKA_MODULUS, cryptoki.CKA_PUBLIC_EXPONENT])
def test_a_private_key_that_tells_no_numbers_has_them_beside_it(hsm, monkeypatch, hidden):
    """Some modules show modulus and exponent at the public key alone."""
    tell = Session.attribute
    uri = hsm.uri("token=govseal;object=bare")

    def attribute(session, handle, number):
        is_private = tell(session, handle, cryptoki.CKA_CLASS) == bytes(
            cryptoki.c_ulong(cryptoki.CKO_PRIVATE_KEY)
        )
        return None if is_private and number == hidden else tell(session, handle, number)

    monkeypatch.setattr(Session, "attribute", attribute)
    assert requested(uri).public_key.spki == hsm.bare
    monkeypatch.setattr(Session, "attribute", lambda *a: None if a[2] == hidden else tell(*a))
    assert_refused("no_public_key", uri)


def test_a_token_that_shows_no_public_key(module, fault):
    fault("no_point")
    assert_refused("no_public_key", module.uri())


def test_a_token_with_sm2_and_no_mechanism(module):
    uri = f"pkcs11:token=soft;object=sm2-1?module-path={module.path}"
    assert "sm2-mechanism" in assert_refused("unsupported", uri)


def test_settings_that_are_another_devices(module):
    wrong = "sm2-mechanism=0x80008101&sm2-input=digest&sm2-output=der"
    with load_device_key(module.uri(wrong), password=PIN) as key, pytest.raises(SigningFault):
        make_request(key, NAME)


def test_a_device_that_signs_wrongly_makes_no_request(machine, module, fault):
    for uri in (machine.uri, module.uri()):
        with load_device_key(uri, password=PIN) as key:
            fault("wrong_signature")
            with pytest.raises(SigningFault):
                make_request(key, NAME)


@pytest.mark.parametrize(
    "uri",
    [
        "sdf:/opt/libsdf.so",
        "sdf:/opt/libsdf.so?index=x",
        "sdf:libsdf.so?index=1",
        "pkcs11:token=a",
        "pkcs11:token=a?module-path=a.so",
        "pkcs11:token=a;type=public?module-path=/a.so",
        "file:/opt/key.pem",
        "/opt/key.pem",
    ],
)
def test_uris_that_are_none(uri):
    assert_refused("invalid_uri", uri)


def test_the_certificate_of_a_uri_is_not_needed(machine, tmp_path):
    request = requested(f"{machine.uri}&cert={tmp_path / 'absent.pem'}")
    assert request.public_key == machine.certificate.public_key
