"""Keys behind SDF: a machine in software, built from the interface, with faults on demand."""

from __future__ import annotations

import threading

import pytest

import softdevices
from govseal.errors import DeviceError, FormatError, KeyLoadError, SigningFault
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.devices.sdf import open_sdf_signer
from govseal.pki.devices.sdf_library import Sdf, name_of
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import Signer, load_signer

MESSAGE = b"to be signed"


@pytest.fixture(params=["software", "real"])
def device(request, device_ca):
    """The software machine, and the one of GOVSEAL_SDF_LIBRARY where there is one."""
    if request.param == "software":
        return request.getfixturevalue("machine")
    return softdevices.real_sdf(device_ca)


def load(device, **changes):
    values = {"password": device.password, "certificate": device.certificate} | changes
    return load_signer(values.pop("uri", device.uri), **values)


def assert_refused(code, call, device, **changes):
    with pytest.raises(DeviceError) as caught:
        load(device, **changes)
    assert (caught.value.code, caught.value.call) == (code, call)
    return str(caught.value)


def needs_signer(signer: Signer) -> Signer:
    return signer


def test_a_signature_by_the_device_verifies(device):
    with load(device) as signer:
        assert needs_signer(signer).algorithm is SM2_SM3
        assert (signer.certificate, signer.chain) == (device.certificate, ())
        first, second = signer.sign(MESSAGE), signer.sign(MESSAGE)
        assert first != second
        for made in (first, second):
            device.certificate.public_key.verify(made, MESSAGE, SM2_SM3)


def test_a_wrong_password_is_refused_before_anything_is_signed(device):
    text = assert_refused_with_any_code(device, "not-the-password")
    assert "not-the-password" not in text


def assert_refused_with_any_code(device, password):
    """Vendors have answers of their own for a wrong password; the call is the standard's."""
    with pytest.raises(DeviceError) as caught:
        load(device, password=password)
    assert caught.value.call == "SDF_GetPrivateKeyAccessRight"
    return str(caught.value)


def test_a_certificate_of_another_key(device, device_ca):
    other = device_ca.issue("x").certificate
    with pytest.raises(KeyLoadError, match="does not belong to the key in the device"):
        load(device, certificate=other)


def test_threads_sign_side_by_side(device):
    made, problems = [], []
    with load(device, uri=device.uri + "&sessions=3") as signer:

        def work(number):
            message = b"message %d" % number
            try:
                made.extend((signer.sign(message), message) for _ in range(5))
            except Exception as error:  # noqa: BLE001 - told by the assertion below
                problems.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not problems
    assert len(made) == 30
    for signature, message in made:
        device.certificate.public_key.verify(signature, message, SM2_SM3)


# --- what only the software machine tells ----------------------------------------------------


def test_the_key_is_used_once_for_each_signature(machine):
    before = machine.counters.softdevice_signatures
    with load(machine) as signer:
        assert machine.counters.softdevice_signatures == before
        for number in range(1, 4):
            signer.sign(MESSAGE)
            assert machine.counters.softdevice_signatures == before + number


def test_sessions_are_kept_and_given_back(machine):
    opened = machine.counters.softsdf_opened
    with load(machine) as signer:
        for _ in range(5):
            signer.sign(MESSAGE)
        assert machine.counters.softsdf_opened == opened + 1
        assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (1, 1)
    assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (0, 0)


def test_a_signer_that_is_forgotten_gives_its_device_back(machine):
    signer = load(machine)
    assert machine.counters.softsdf_devices == 1
    del signer
    assert machine.counters.softsdf_devices == 0


def test_a_session_with_a_failure_is_not_used_again(machine, fault):
    with load(machine) as signer:
        opened = machine.counters.softsdf_opened
        fault("sign")
        with pytest.raises(DeviceError, match="SDR_SIGNERR"):
            signer.sign(MESSAGE)
        assert machine.counters.softsdf_sessions == 0
        fault("")
        signer.sign(MESSAGE)
        assert machine.counters.softsdf_opened == opened + 1


def test_an_old_device_with_short_fields(machine, monkeypatch):
    monkeypatch.setenv("SOFTSDF_BITS", "256")
    with load(machine, uri=machine.uri + "&ecc-max-bits=256") as signer:
        signer.sign(MESSAGE)


def test_the_certificate_and_password_from_files(machine, tmp_path):
    (tmp_path / "seal cert.pem").write_bytes(machine.certificate.to_pem())
    (tmp_path / "pin").write_text(softdevices.PIN + "\n")
    files = f"&cert={tmp_path}/seal%20cert.pem&pin-source=file:{tmp_path}/pin"
    with load_signer(machine.uri + files) as signer:
        assert signer.certificate == machine.certificate
    with load_signer(machine.uri + files, password="that of another key") as signer:
        signer.sign(MESSAGE)


def test_a_key_without_a_password(machine, monkeypatch):
    monkeypatch.setenv("SOFTDEVICE_PASSWORD", "")
    with load(machine, password="") as signer:
        signer.sign(MESSAGE)


def test_the_chain_comes_along(machine, device_ca):
    text = device_ca.certificate.to_pem() + machine.certificate.to_pem()
    with load(machine, certificate=text) as signer:
        assert signer.certificate == machine.certificate
        assert signer.chain == (device_ca.certificate,)


def test_what_is_shown_has_no_secret(machine):
    with load(machine) as signer:
        assert repr(signer).startswith("<SdfSigner ")
        assert softdevices.PIN not in repr(signer)


# --- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "call", "code"),
    [
        ("open_device", "SDF_OpenDevice", "SDR_OPENDEVICE"),
        ("no_handle", "SDF_OpenDevice", "bad_answer"),
        ("busy", "SDF_OpenSession", "SDR_OPENSESSION"),
        ("bits", "SDF_ExportSignPublicKey_ECC", "bad_answer"),
        ("left_aligned", "SDF_ExportSignPublicKey_ECC", "bad_answer"),
        ("off_curve", "SDF_ExportSignPublicKey_ECC", "bad_answer"),
        ("vendor_code", "SDF_GetPrivateKeyAccessRight", "0x01000100"),
        ("release", "SDF_ReleasePrivateKeyAccessRight", "SDR_STEPERR"),
    ],
)
def test_faults_while_loading(machine, fault, name, call, code):
    fault(name)
    assert_refused(code, call, machine)
    assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (0, 0)


@pytest.mark.parametrize(
    ("name", "call", "code"),
    [
        ("no_right", "SDF_InternalSign_ECC", "SDR_PARDENY"),
        ("sign", "SDF_InternalSign_ECC", "SDR_SIGNERR"),
        ("left_aligned", "SDF_InternalSign_ECC", "bad_answer"),
        ("vendor_code", "SDF_GetPrivateKeyAccessRight", "0x01000100"),
    ],
)
def test_faults_while_signing(machine, fault, name, call, code):
    with load(machine) as signer:
        fault(name)
        with pytest.raises(DeviceError) as caught:
            signer.sign(MESSAGE)
    assert (caught.value.code, caught.value.call) == (code, call)
    assert (machine.counters.softsdf_devices, machine.counters.softsdf_sessions) == (0, 0)


def test_a_wrong_signature_is_not_given_away(machine, fault):
    with load(machine) as signer:
        fault("wrong_signature")
        with pytest.raises(SigningFault):
            signer.sign(MESSAGE)


def test_the_key_was_changed_under_a_signer(machine, monkeypatch):
    with load(machine) as signer:
        other = PrivateKey.generate("sm2").to_sm2_bytes().hex()
        monkeypatch.setenv("SOFTDEVICE_KEY", other)
        with pytest.raises(SigningFault):
            signer.sign(MESSAGE)


def test_no_more_sessions_than_the_device_has(machine, monkeypatch):
    monkeypatch.setenv("SOFTSDF_SESSIONS", "0")
    assert_refused("SDR_OPENSESSION", "SDF_OpenSession", machine)


def test_a_key_that_is_not_there(machine):
    uri = machine.uri.replace("index=1", "index=2")
    assert_refused("SDR_KEYNOTEXIST", "SDF_ExportSignPublicKey_ECC", machine, uri=uri)


def test_a_password_is_missing(machine):
    assert_refused("no_pin", "SDF_GetPrivateKeyAccessRight", machine, password=None)
    assert machine.counters.softsdf_devices == 0


def test_a_certificate_is_missing(machine):
    assert_refused("no_certificate", "", machine, certificate=None)


@pytest.mark.parametrize(("true", "told"), [("512", "256"), ("256", "512")])
def test_structures_of_another_edition(machine, monkeypatch, true, told):
    monkeypatch.setenv("SOFTSDF_BITS", true)
    uri = f"{machine.uri}&ecc-max-bits={told}"
    text = assert_refused("bad_answer", "SDF_ExportSignPublicKey_ECC", machine, uri=uri)
    assert "see ecc-max-bits" in text


def test_a_closed_signer(machine):
    signer = load(machine)
    signer.close()
    signer.close()
    with pytest.raises(DeviceError, match="closed"):
        signer.sign(MESSAGE)


def test_a_certificate_file_without_certificates(machine, tmp_path):
    (tmp_path / "c.pem").write_bytes(b"not one")
    with pytest.raises(FormatError):
        load(machine, uri=f"{machine.uri}&cert={tmp_path}/c.pem", certificate=None)
    with pytest.raises(FileNotFoundError):
        load(machine, uri=f"{machine.uri}&cert={tmp_path}/none", certificate=None)


def test_a_library_of_something_else(machine):
    uri = f"sdf:{softdevices.built() / 'countp11.so'}?index=1"
    assert_refused("no_library", "SDF_OpenDevice", machine, uri=uri)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "?index=",
        "?index=one",
        "?index=-1",
        "?index=4294967296",
        "?index=1&index=1",
        "?index=1&sessions=0",
        "?index=1&sessions=257",
        "?index=1&ecc-max-bits=384",
        "?index=1&pin-value=secret",
        "?index=1&slot=secret",
        "?index=1&pin-source=|cat%20secret",
        "?index=1&cert=%ff",
        "?index=1&cert=%zz",
        "?index=1&",
        "?index=1#secret",
    ],
)
def test_uris_that_are_none(rest):
    with pytest.raises(DeviceError) as caught:
        open_sdf_signer("sdf:/opt/libsdf.so" + rest, password="x")
    assert caught.value.code == "invalid_uri"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["", "libsdf.so", "./libsdf.so", "%00", "%ff"])
def test_paths_that_are_none(path, device_ca):
    with pytest.raises(DeviceError) as caught:
        open_sdf_signer(f"sdf:{path}?index=1", password="x", certificates=(device_ca.certificate,))
    assert caught.value.code == "invalid_uri"


def test_a_library_that_is_not_there(tmp_path):
    with pytest.raises(DeviceError) as caught:
        Sdf(str(tmp_path / "libsdf.so"))
    assert caught.value.code == "no_library"


def test_answers_have_names():
    assert name_of(0x01000007) == "SDR_PARDENY"
    assert name_of(0x0100001D) == "SDR_INARGERR"
    assert name_of(0x01000100) == "0x01000100"
    assert name_of(0xFFFFFFFF) == "0xFFFFFFFF"
