"""Keys behind PKCS#11: SoftHSM2 with RSA, and a module in software with vendors' SM2 mechanisms."""

from __future__ import annotations

import os

import pytest

import softdevices
from govseal.asn1 import strict, write
from govseal.errors import DeviceError, FormatError, KeyLoadError, SigningFault
from govseal.pki.algorithms import ECDSA_SHA256, RSA_SHA256, SM2_SM3
from govseal.pki.devices import cryptoki
from govseal.pki.devices.cryptoki import Module, Session
from govseal.pki.devices.cryptoki_codes import name_of
from govseal.pki.devices.pkcs11 import open_pkcs11_signer
from govseal.pki.devices.uris import find_pin
from govseal.pki.ecdsa import P256, P384, EcPoint
from govseal.pki.keys import encode_ec_spki
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import Signer, load_signer

MESSAGE = b"to be signed"
PIN = softdevices.PIN
DER = softdevices.DER


def assert_refused(code, call, uri, password=PIN, **options):
    with pytest.raises(DeviceError) as caught:
        load_signer(uri, password=password, **options)
    assert (caught.value.code, caught.value.call) == (code, call)
    return str(caught.value)


def check(signer: Signer, certificate, algorithm):
    assert signer.certificate == certificate
    assert signer.algorithm is algorithm
    certificate.public_key.verify(signer.sign(MESSAGE), MESSAGE, algorithm)


def ec_spki(hsm, label, curve):
    """The key's public part; pkcs11-tool does not write it everywhere."""
    module = Module(hsm.module)
    token = next(item for item in module.tokens() if item.label == "govseal")
    session = module.open_session(token)
    (item,) = session.find(cryptoki.CKO_PUBLIC_KEY, {cryptoki.CKA_LABEL: label.encode()})
    point = strict.parse(session.attribute(item, cryptoki.CKA_EC_POINT)).content
    session.close()
    return encode_ec_spki(EcPoint.decode(curve, point))


# --- SoftHSM2: RSA, P-256 ---------------------------------------------------------------------


def test_a_key_with_the_certificate_of_its_token(hsm):
    with load_signer(hsm.uri(), password=PIN) as signer:
        check(signer, hsm.certificate, RSA_SHA256)
        assert signer.chain == ()
        assert repr(signer).startswith("<Pkcs11Signer ")
        assert PIN not in repr(signer)


@pytest.mark.parametrize(
    "path", ["token=govseal;id=%01", "token=govseal;id=%01;object=seal;type=private"]
)
def test_ways_to_name_a_key(hsm, path):
    with load_signer(hsm.uri(path), password=PIN.encode()) as signer:
        check(signer, hsm.certificate, RSA_SHA256)


def test_a_token_by_slot_and_serial(hsm):
    token = next(item for item in Module(hsm.module).tokens() if item.label == "govseal")
    path = (
        f"slot-id={token.slot};serial={token.serial};manufacturer={token.manufacturer};object=seal"
    )
    with load_signer(hsm.uri(path.replace(" ", "%20")), password=PIN) as signer:
        check(signer, hsm.certificate, RSA_SHA256)


def test_a_certificate_from_elsewhere_and_its_chain(hsm, rsa_device_ca):
    certificate = softdevices.certify(rsa_device_ca, hsm.bare, "99000000000002")
    text = rsa_device_ca.certificate.to_pem() + certificate.to_pem()
    uri = hsm.uri("token=govseal;object=bare")
    with load_signer(uri, password=PIN, certificate=text) as signer:
        check(signer, certificate, RSA_SHA256)
        assert signer.chain == (rsa_device_ca.certificate,)


def test_a_key_on_p256(hsm, rsa_device_ca):
    certificate = softdevices.certify(rsa_device_ca, ec_spki(hsm, "p256", P256))
    uri = hsm.uri("token=govseal;object=p256")
    with load_signer(uri, password=PIN, certificate=certificate) as signer:
        check(signer, certificate, ECDSA_SHA256)
    other = softdevices.certify(rsa_device_ca, PrivateKey.generate("ec").public_key.spki)
    with pytest.raises(KeyLoadError, match="does not belong"):
        load_signer(uri, password=PIN, certificate=other)


def test_a_key_on_another_curve(hsm, rsa_device_ca):
    certificate = softdevices.certify(rsa_device_ca, ec_spki(hsm, "p384", P384))
    uri = hsm.uri("token=govseal;object=p384")
    assert_refused("unsupported", "", uri, certificate=certificate)


@pytest.mark.parametrize("made", [b"", bytes(63), bytes(65), bytes(96)], ids=len)
def test_what_is_no_value_on_p256(hsm, rsa_device_ca, monkeypatch, made):
    certificate = softdevices.certify(rsa_device_ca, ec_spki(hsm, "p256", P256))
    uri = hsm.uri("token=govseal;object=p256")
    with load_signer(uri, password=PIN, certificate=certificate) as signer:
        monkeypatch.setattr(Session, "sign", lambda *_: made)
        with pytest.raises(DeviceError, match="no signature of P-256"):
            signer.sign(MESSAGE)
        monkeypatch.setattr(Session, "sign", lambda *_: bytes(64))
        with pytest.raises(SigningFault):
            signer.sign(MESSAGE)


def test_the_pin_from_a_file(hsm, tmp_path):
    (tmp_path / "pin").write_bytes(b"\xef\xbb\xbf" + PIN.encode() + b"\r\n")
    uri = hsm.uri(query=f"&pin-source={tmp_path}/pin")
    with load_signer(uri, password="that of another key") as signer:
        check(signer, hsm.certificate, RSA_SHA256)


def test_the_module_from_the_settings(hsm, tmp_path, monkeypatch):
    settings = tmp_path / "pkcs11.toml"
    settings.write_text(f'module-path = "{hsm.module}"\n')
    monkeypatch.setenv("GOVSEAL_PKCS11_CONFIG", str(settings))
    with load_signer("pkcs11:token=govseal;object=seal", password=PIN) as signer:
        check(signer, hsm.certificate, RSA_SHA256)


def test_a_module_that_cannot_digest(hsm, monkeypatch):
    offered = Module.mechanisms

    def without(self, token):
        return offered(self, token) - {cryptoki.CKM_SHA256_RSA_PKCS}

    monkeypatch.setattr(Module, "mechanisms", without)
    with load_signer(hsm.uri(), password=PIN) as signer:
        check(signer, hsm.certificate, RSA_SHA256)


def test_the_key_is_used_once_for_each_signature(hsm, monkeypatch):
    """A module in between counts what SoftHSM2 is asked for."""
    path = softdevices.built() / "countp11.so"
    monkeypatch.setenv("COUNTP11_MODULE", hsm.module)
    counters = softdevices.Counters(path)
    uri = hsm.uri().replace(hsm.module, str(path))
    with load_signer(uri, password=PIN) as signer:
        assert (counters.countp11_inits, counters.countp11_signs) == (0, 0)
        for number in (1, 2, 3):
            check(signer, hsm.certificate, RSA_SHA256)
            assert (counters.countp11_inits, counters.countp11_signs) == (number, number)


def test_refusals_of_softhsm(hsm):
    assert_refused("CKR_PIN_INCORRECT", "C_Login", hsm.uri(), password="not-the-pin")
    assert_refused("no_pin", "C_Login", hsm.uri(), password=None)
    assert_refused("no_token", "C_GetSlotList", hsm.uri("token=another;object=seal"))
    assert_refused("no_token", "C_GetSlotList", hsm.uri("token=govseal;model=another"))
    assert_refused("no_key", "C_FindObjects", hsm.uri("token=govseal;object=another"))
    assert_refused("no_key", "C_FindObjects", hsm.uri("token=empty"))
    assert_refused("several_keys", "C_FindObjects", hsm.uri("token=govseal;object=twins"))
    assert_refused("no_certificate", "C_FindObjects", hsm.uri("token=govseal;object=bare"))
    text = assert_refused("several_tokens", "C_GetSlotList", hsm.uri("object=seal"))
    assert "empty" in text


def test_a_wrong_pin_is_not_shown(hsm):
    text = assert_refused("CKR_PIN_INCORRECT", "C_Login", hsm.uri(), password="not-the-pin")
    assert "not-the-pin" not in text


def test_a_certificate_of_another_key(hsm, rsa_device_ca, device_ca):
    for other in (rsa_device_ca.certificate, device_ca.certificate):
        with pytest.raises(KeyLoadError, match="does not belong to the key in the device"):
            load_signer(hsm.uri(), password=PIN, certificate=other)


def test_after_a_refusal_the_token_is_free_again(hsm):
    for _ in range(3):
        assert_refused("no_key", "C_FindObjects", hsm.uri("token=govseal;object=another"))
    # Had a session been left, the token would not ask for the PIN any more.
    assert_refused("CKR_PIN_INCORRECT", "C_Login", hsm.uri(), password="not-the-pin")


def test_two_signers_of_one_token(hsm):
    with load_signer(hsm.uri(), password=PIN) as first:
        with load_signer(hsm.uri(), password=PIN) as second:
            check(second, hsm.certificate, RSA_SHA256)
        check(first, hsm.certificate, RSA_SHA256)


def test_a_closed_signer(hsm):
    signer = load_signer(hsm.uri(), password=PIN)
    signer.close()
    signer.close()
    with pytest.raises(DeviceError) as caught:
        signer.sign(MESSAGE)
    assert caught.value.code == "CKR_SESSION_CLOSED"


# --- vendors' mechanisms for SM2, in software: it proves the settings, and no vendor's device ---


@pytest.mark.parametrize(
    "query",
    [
        DER,
        "sm2-mechanism=2147516672&sm2-input=message&sm2-output=raw",
        "sm2-mechanism=0x80008201&sm2-input=z-message&sm2-output=raw",
        "sm2-mechanism=0x80008202&sm2-input=digest&sm2-output=raw",
    ],
)
def test_vendors_mechanisms(module, query):
    with load_signer(module.uri(query), password=PIN) as signer:
        check(signer, module.certificate, SM2_SM3)


def test_mechanism_of_the_settings(module, tmp_path, monkeypatch):
    settings = tmp_path / "pkcs11.toml"
    table = 'mechanism = 0x80008202\ninput = "digest"\noutput = "raw"\n'
    settings.write_text(f'module-path = "{module.path}"\n[sm2]\n{table}')
    monkeypatch.setenv("GOVSEAL_PKCS11_CONFIG", str(settings))
    with load_signer("pkcs11:token=soft", password=PIN) as signer:
        check(signer, module.certificate, SM2_SM3)
    # What the URI says wins, whole.
    with load_signer("pkcs11:token=soft?" + DER, password=PIN) as signer:
        check(signer, module.certificate, SM2_SM3)


def test_the_sm2_key_is_used_once_for_each_signature(module):
    with load_signer(module.uri(), password=PIN) as signer:
        before = module.counters.softdevice_signatures
        signer.sign(MESSAGE)
        assert module.counters.softdevice_signatures == before + 1


@pytest.mark.parametrize("name", ["bare_point", "no_point", "point_elsewhere", "keypad"])
def test_what_modules_do_otherwise(module, fault, name):
    fault(name)
    password = None if name == "keypad" else PIN
    with load_signer(module.uri(), password=password) as signer:
        check(signer, module.certificate, SM2_SM3)


@pytest.mark.parametrize(
    ("name", "call", "code"),
    [
        ("no_functions", "C_GetFunctionList", "bad_answer"),
        ("no_sign", "C_Sign", "unsupported"),
        ("initialize", "C_Initialize", "CKR_GENERAL_ERROR"),
        ("removed", "C_GetSlotList", "no_token"),
        ("many_slots", "C_GetSlotList", "bad_answer"),
        ("two_tokens", "C_GetSlotList", "several_tokens"),
        ("two_keys", "C_FindObjects", "several_keys"),
        ("two_certificates", "C_FindObjects", "several_certificates"),
        ("huge_attribute", "C_GetAttributeValue", "bad_answer"),
    ],
)
def test_faults_while_loading(module, fault, name, call, code):
    fault(name)
    assert_refused(code, call, module.uri())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vendor_code", "0x80000123"),
        ("unplugged", "CKR_DEVICE_REMOVED"),
        ("small_buffer", "CKR_BUFFER_TOO_SMALL"),
        ("long_signature", "bad_answer"),
    ],
)
def test_faults_while_signing(module, fault, name, code):
    with load_signer(module.uri(), password=PIN) as signer:
        fault(name)
        with pytest.raises(DeviceError) as caught:
            signer.sign(MESSAGE)
    assert (caught.value.code, caught.value.call) == (code, "C_Sign")


def test_a_wrong_signature_is_not_given_away(module, fault):
    with load_signer(module.uri(), password=PIN) as signer:
        fault("wrong_signature")
        with pytest.raises(SigningFault):
            signer.sign(MESSAGE)


def test_a_locked_pin(module):
    for _ in range(3):
        assert_refused("CKR_PIN_INCORRECT", "C_Login", module.uri(), password="x")
    assert_refused("CKR_PIN_LOCKED", "C_Login", module.uri())
    assert module.counters.softp11_reset is not None


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("sm2-mechanism=0x80008101&sm2-input=digest&sm2-output=der", SigningFault),
        ("sm2-mechanism=0x80008101&sm2-input=z-message&sm2-output=der", SigningFault),
        ("sm2-mechanism=0x80008101&sm2-input=message&sm2-output=raw", DeviceError),
        ("sm2-mechanism=0x80008100&sm2-input=message&sm2-output=der", SigningFault),
        ("sm2-mechanism=0x80008202&sm2-input=message&sm2-output=raw", DeviceError),
        ("sm2-mechanism=0x1&sm2-input=message&sm2-output=der", DeviceError),
    ],
)
def test_settings_that_are_another_devices(module, query, wrong):
    with (
        load_signer(module.uri(query), password=PIN) as signer,
        pytest.raises(wrong),
    ):
        signer.sign(MESSAGE)


def test_sm2_without_a_mechanism(module):
    uri = f"pkcs11:token=soft?module-path={module.path}"
    text = assert_refused("unsupported", "", uri)
    assert "sm2-mechanism" in text


@pytest.mark.parametrize("name", ["", "point_elsewhere"])
def test_a_certificate_on_the_token_of_another_key(module, device_ca, tmp_path, fault, name):
    fault(name)
    (tmp_path / "seal.cer").write_bytes(device_ca.certificate.der)
    with pytest.raises(KeyLoadError, match="does not belong"):
        load_signer(module.uri(), password=PIN)


def test_a_certificate_of_a_kind_that_is_not_used(module, device_ca, fault):
    ed25519 = write.sequence(write.sequence(write.oid("1.3.101.112")), write.bits(bytes(32)))
    certificate = softdevices.certify(device_ca, ed25519)
    assert_refused("unsupported", "", module.uri(), certificate=certificate)


def test_a_certificate_on_the_token_without_content(module, fault):
    fault("empty_certificate")
    with pytest.raises(FormatError):
        load_signer(module.uri(), password=PIN)


def test_without_a_certificate_on_the_token(module, tmp_path):
    (tmp_path / "seal.cer").unlink()
    assert_refused("no_certificate", "C_FindObjects", module.uri())


# --- refused before any device is asked ---------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:token=a",
        "pkcs11:token=a?module-path=",
        "pkcs11:token=a?module-path=libp11.so",
        "pkcs11:token=a?module-path=/lib.so&pin-value=secret",
        "pkcs11:token=a?module-path=/lib.so&pin-source=|secret",
        "pkcs11:token=a?module-path=/lib.so&module-path=/lib.so",
        "pkcs11:token=a;token=b?module-path=/lib.so",
        "pkcs11:token=a;secret?module-path=/lib.so",
        "pkcs11:token=a;flavour=secret?module-path=/lib.so",
        "pkcs11:token=a;slot-id=secret?module-path=/lib.so",
        "pkcs11:token=a;slot-id=99999999999?module-path=/lib.so",
        "pkcs11:token=a;type=cert?module-path=/lib.so",
        "pkcs11:token=%?module-path=/lib.so",
        "pkcs11:token=a?module-path=/lib.so#secret",
        "pkcs11:token=a?module-path=/lib.so&sm2-mechanism=1",
        "pkcs11:token=a?module-path=/lib.so&sm2-mechanism=1&sm2-input=secret&sm2-output=der",
        "pkcs11:token=a?module-path=/lib.so&sm2-mechanism=0x100000000&sm2-input=digest&sm2-output=raw",
        "pkcs11:" + "a" * 5000,
        "pkcs11:token=\ud800?module-path=/lib.so",
    ],
)
def test_uris_that_are_none(uri):
    with pytest.raises(DeviceError) as caught:
        open_pkcs11_signer(uri, password=PIN)
    assert caught.value.code == "invalid_uri"
    assert "secret" not in str(caught.value)


def test_a_text_that_is_none(tmp_path):
    with pytest.raises(DeviceError) as caught:
        open_pkcs11_signer("pkcs11:token=%ff?module-path=/lib.so", password=PIN)
    assert caught.value.code in ("invalid_uri", "no_library")


def test_a_module_that_is_not_there(tmp_path):
    assert_refused("no_library", "", f"pkcs11:token=a?module-path={tmp_path}/none.so")
    (tmp_path / "text.so").write_text("no library")
    assert_refused("no_library", "", f"pkcs11:token=a?module-path={tmp_path}/text.so")


def test_a_library_that_is_no_module():
    path = softdevices.built() / "softsdf.so"
    assert_refused("no_library", "C_GetFunctionList", f"pkcs11:token=a?module-path={path}")


def test_pins_that_are_none(tmp_path):
    uri = "pkcs11:token=a?module-path=/lib.so"
    assert_refused("unsupported", "", uri, password="x" * 257)
    with pytest.raises(FileNotFoundError):
        load_signer(f"{uri}&pin-source={tmp_path}/none")


@pytest.mark.parametrize(
    "text",
    [
        "module-path = 5",
        "flavour = 1",
        "[sm2]",
        '[sm2]\nmechanism = 1\ninput = "digest"',
        '[sm2]\nmechanism = "1"\ninput = "digest"\noutput = "raw"',
        '[sm2]\nmechanism = true\ninput = "digest"\noutput = "raw"',
        '[sm2]\nmechanism = -1\ninput = "digest"\noutput = "raw"',
        '[sm2]\nmechanism = 1\ninput = "other"\noutput = "raw"',
        '[sm2]\nmechanism = 1\ninput = "digest"\noutput = ["raw"]',
        '[sm2]\nmechanism = 1\ninput = "digest"\noutput = "raw"\npin = "1"',
        "sm2 = 1",
        "not toml",
        "\ufffe",
        "#" * 70000,
    ],
)
def test_settings_that_are_none(text, tmp_path, monkeypatch):
    settings = tmp_path / "pkcs11.toml"
    settings.write_bytes(b"\xff" if text == "\ufffe" else text.encode())
    monkeypatch.setenv("GOVSEAL_PKCS11_CONFIG", str(settings))
    assert_refused("invalid_settings", "", "pkcs11:token=a")
    assert_refused("invalid_settings", "", "pkcs11:token=a?module-path=/lib.so&" + DER)


def test_answers_have_names():
    assert name_of(0xA0) == "CKR_PIN_INCORRECT"
    assert name_of(0x80000001) == "0x80000001"


def test_a_pin_of_octets_that_are_no_text():
    """So the environment gives what is not UTF-8: the octets are the PIN."""
    assert find_pin({}, os.fsdecode(b"\xff1")) == b"\xff1"
    assert find_pin({}, "口令") == "口令".encode()
