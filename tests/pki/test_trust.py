"""Trust stores: what is in them and what is not; a file that cannot be read is an error."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from govseal.errors import FormatError
from govseal.pki.certificate import Certificate
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


def test_a_store_cannot_be_changed(ca):
    store = TrustStore([ca.certificate])
    with pytest.raises(FrozenInstanceError):
        store.certificates = ()
    assert repr(store) == "<TrustStore of 1>"
