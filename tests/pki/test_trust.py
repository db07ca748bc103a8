"""Trust stores: what is in them and what is not; a file that cannot be read is an error."""

from __future__ import annotations

import sys
import types
from dataclasses import FrozenInstanceError
from pathlib import Path

import oscrypto
import pytest

from govseal.errors import FormatError
from govseal.pki import systemroots
from govseal.pki.certificate import Certificate
from govseal.pki.pem import write_pem
from govseal.pki.trust import TrustStore
from govseal.testing import Authority


def test_an_empty_store_is_empty(signer, ca):
    store = TrustStore()
    assert (len(store), list(store), ca.certificate in store) == (0, [], False)
    assert store.find_issuers(signer.certificate) == ()


def test_membership_is_by_bytes(ca, signer, at):
    store = TrustStore([ca.certificate, ca.certificate])
    assert len(store) == 1
    assert Certificate.from_der(ca.certificate.der) in store
    assert signer.certificate not in store
    assert "anything else" not in store
    twin = Authority.create("测试证书 CA", at=at, key=ca.key).certificate
    assert twin not in store


def test_issuers_are_found_by_name(ca, other_ca, signer, at):
    twin = Authority.create("测试证书 CA", at=at).certificate
    store = TrustStore([other_ca.certificate, ca.certificate, twin])
    assert store.find_issuers(signer.certificate) == (ca.certificate, twin)


def test_union_keeps_order(ca, other_ca):
    one, two = TrustStore([ca.certificate]), TrustStore([other_ca.certificate, ca.certificate])
    assert (one | two).certificates == (ca.certificate, other_ca.certificate)
    assert one.union(two) == one | two
    assert len(one) == 1


def test_from_pem_takes_bytes_paths_bundles_and_der(ca, other_ca, tmp_path):
    bundle = ca.certificate.to_pem() + other_ca.certificate.to_pem()
    path = tmp_path / "roots.pem"
    path.write_bytes(bundle)
    both = (ca.certificate, other_ca.certificate)
    assert TrustStore.from_pem(bundle).certificates == both
    assert TrustStore.from_pem(path).certificates == both
    assert TrustStore.from_pem(str(path), ca.certificate.der).certificates == both
    assert len(TrustStore.from_pem()) == 0


def test_from_directories_and_paths(ca, other_ca, rsa_ca, tmp_path):
    (tmp_path / "a.pem").write_bytes(ca.certificate.to_pem())
    (tmp_path / "b.CER").write_bytes(other_ca.certificate.der)
    (tmp_path / "readme.txt").write_bytes(b"passed over")
    (tmp_path / "sub.pem").mkdir()
    assert set(TrustStore.from_directory(tmp_path)) == {ca.certificate, other_ca.certificate}
    single = tmp_path / "sub.pem" / "c.crt"
    single.write_bytes(rsa_ca.certificate.to_pem())
    assert len(TrustStore.from_paths([tmp_path, single, single])) == 3
    assert len(TrustStore.from_paths([])) == 0


@pytest.mark.parametrize("data", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_file_without_a_certificate_is_named(data, tmp_path):
    path = tmp_path / "broken.pem"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"broken\.pem") as caught:
        TrustStore.from_pem(path)
    assert caught.value.part == str(path)
    with pytest.raises(FormatError):
        TrustStore.from_directory(tmp_path)


def test_pem_of_something_else_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(FormatError, match="no certificate in it"):
        TrustStore.from_paths([path])


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        TrustStore.from_pem(tmp_path / "none.pem")
    with pytest.raises(FileNotFoundError):
        TrustStore.from_directory(tmp_path / "none")


def test_only_certificates_are_taken(ca):
    with pytest.raises(TypeError):
        TrustStore([ca.certificate.der])
    with pytest.raises(TypeError):
        TrustStore.from_pem(5)


# --- 操作系统 · the operating system ----------------------------------------------------------


@pytest.fixture
def bundle(ca, rsa_ca, tmp_path):
    """A list of roots as systems keep it, with one that nobody can read."""
    path = tmp_path / "bundle.crt"
    odd = write_pem("CERTIFICATE", b"\x30\x00")
    path.write_bytes(ca.certificate.to_pem() + odd + rsa_ca.certificate.to_pem())
    return path


@pytest.fixture
def system(bundle, monkeypatch):
    """A system that trusts two roots, and no oscrypto."""
    monkeypatch.setitem(sys.modules, "oscrypto", None)
    monkeypatch.setattr(systemroots.load_system_roots, "__defaults__", ((bundle,),))


def test_the_roots_of_this_system():
    """Debian's ca-certificates is there wherever the tests run; what is in it may differ."""
    if not any(Path(path).is_file() for path in systemroots.BUNDLES):
        pytest.skip("ca-certificates not installed")
    store = TrustStore.from_system()
    assert len(store) > 10
    assert len(store.named) == 0


def test_oscrypto_is_asked_first(ca, monkeypatch, bundle):
    class Row:
        contents = ca.certificate.der[4:]

    other = {"1.3.6.1.5.5.7.3.1"}
    rows = [
        (Row, set(), set()),
        (type("Odd", (), {"contents": b""}), set(), set()),
        (type("Web", (), {"contents": b"\x05\0"}), other, set()),
        (type("Rejected", (), {"contents": b"\x05\0"}), set(), {"2.5.29.37.0"}),
    ]
    trust_list = types.ModuleType("oscrypto.trust_list")
    trust_list.get_list = lambda: rows
    monkeypatch.setattr(oscrypto, "trust_list", trust_list, raising=False)
    monkeypatch.setitem(sys.modules, "oscrypto.trust_list", trust_list)
    assert systemroots.load_system_roots([bundle]) == (ca.certificate,)


@pytest.mark.parametrize("problem", [OSError, RuntimeError, AttributeError, ImportError])
def test_a_broken_oscrypto_does_no_harm(ca, rsa_ca, monkeypatch, bundle, problem):
    def fail():
        raise problem("Error detecting the version of libcrypto")

    trust_list = types.ModuleType("oscrypto.trust_list")
    trust_list.get_list = fail
    monkeypatch.setattr(oscrypto, "trust_list", trust_list, raising=False)
    monkeypatch.setitem(sys.modules, "oscrypto.trust_list", trust_list)
    found = systemroots.load_system_roots([bundle.with_name("none"), bundle])
    assert found == (ca.certificate, rsa_ca.certificate)


def test_an_absent_oscrypto_does_no_harm(ca, rsa_ca, system):
    assert TrustStore.from_system().certificates == (ca.certificate, rsa_ca.certificate)


def test_a_system_without_roots_is_an_os_error(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "oscrypto", None)
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    for paths in ([], [tmp_path / "none"], [empty], [tmp_path]):
        with pytest.raises(FileNotFoundError, match="no list of the roots"):
            systemroots.load_system_roots(paths)


def test_a_bundle_without_end_is_refused(monkeypatch, bundle):
    monkeypatch.setitem(sys.modules, "oscrypto", None)
    monkeypatch.setattr(systemroots, "MAX_BUNDLE_BYTES", 100)
    with pytest.raises(FileNotFoundError):
        systemroots.load_system_roots([bundle])


def test_the_systems_roots_are_not_named(ca, rsa_ca, other_ca, system):
    store, named = TrustStore.from_system(), TrustStore([other_ca.certificate])
    for both in (store | named, named | store):
        assert set(both) == {ca.certificate, rsa_ca.certificate, other_ca.certificate}
        assert both.named.certificates == (other_ca.certificate,)
    assert named.named is named
    assert (store | store).named.certificates == ()
    assert store != TrustStore(store.certificates)


def test_a_root_that_is_named_too_is_named(ca, rsa_ca, system):
    store = TrustStore.from_system() | TrustStore([rsa_ca.certificate])
    assert store.named.certificates == (rsa_ca.certificate,)
    assert len(store) == 2


def test_a_store_cannot_be_changed(ca):
    store = TrustStore([ca.certificate])
    with pytest.raises(FrozenInstanceError):
        store.certificates = ()
    assert repr(store) == "<TrustStore of 1>"
