"""Hostile texts: whatever a URI, settings or a device say gives a result or a refusal of ours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govseal.errors import DeviceError, GovsealError
from govseal.pki.devices import is_device_uri, load_device_signer, sm2_mechanism
from govseal.pki.devices.sdf_library import _numbers
from govseal.pki.devices.uris import read_attributes, split_uri

NAMES = st.sampled_from(
    ["token", "object", "id", "slot-id", "type", "module-path", "pin-source", "index", "cert"]
)
VALUES = st.text(max_size=12) | st.sampled_from(["1", "%41", "%", "private", "/lib.so", ""])
PARTS = st.lists(st.tuples(NAMES, VALUES), max_size=4)


def refusal(call):
    """The code of a refusal; empty where there is none."""
    try:
        call()
    except DeviceError as error:
        return error.code
    return ""


@given(st.sampled_from(["pkcs11:", "sdf:", "PKCS11:"]), PARTS, PARTS, st.text(max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_uris(scheme, path, query, rest):
    uri = scheme + ";".join(map("=".join, path)) + "?" + "&".join(map("=".join, query)) + rest
    assert is_device_uri(uri)
    with pytest.raises((GovsealError, OSError)):
        load_device_signer(uri, password="x")


@given(st.dictionaries(st.sampled_from(["a", "b-c", "D_1"]), st.binary(max_size=20)))
def test_attributes_come_back_as_they_were(attributes):
    text = ";".join(
        f"{name}={''.join(f'%{octet:02x}' for octet in value)}"
        for name, value in attributes.items()
    )
    path, query = split_uri(f"pkcs11:{text}")
    assert (read_attributes(path, ";", list(attributes)), query) == (attributes, "")


@given(st.text(max_size=200))
def test_settings(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("settings") / "pkcs11.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(sm2_mechanism.VARIABLE, str(file))
        assert refusal(sm2_mechanism.read_settings) in ("", "invalid_settings")


@given(st.binary(min_size=128, max_size=128) | st.just(bytes(128)))
def test_numbers_of_a_device(fields):
    assert refusal(lambda: _numbers(fields, "SDF_InternalSign_ECC")) in ("", "bad_answer")


@pytest.mark.parametrize(
    "source", ["signer.p12", "pkcs11", "sdf", "/x/sdf:1", b"sdf:/x?index=1", None, 5, ""]
)
def test_what_is_no_uri(source):
    assert not is_device_uri(source)
