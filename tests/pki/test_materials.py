"""Materials: certificates and CRLs told apart by content; what is neither is named."""

from __future__ import annotations

import pytest

from govseal.errors import FormatError
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.pem import write_pem


def test_nothing_is_the_default():
    assert Materials() == Materials((), (), ())


def test_files_are_told_apart_by_their_content(ca, other_ca, tmp_path):
    crl, other = ca.crl(), other_ca.crl()
    contents = {
        "a": ca.certificate.der,
        "b.crl": crl,
        "c.pem": other_ca.certificate.to_pem() + write_pem("X509 CRL", other),
        "d.pem": b"text\n" + ca.certificate.to_pem() + write_pem("PRIVATE KEY", b"x"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = Materials.from_files(*(tmp_path / name for name in contents))
    assert found.certificates == (ca.certificate, other_ca.certificate)
    assert found.crls == (Crl.from_der(crl), Crl.from_der(other))
    assert Materials.from_files(str(tmp_path / "b.crl")).crls == (Crl.from_der(crl),)
    assert Materials.from_files() == Materials()


def test_union_keeps_each_once(ca, other_ca):
    crl = Crl.from_der(ca.crl())
    one = Materials([ca.certificate], [crl])
    two = Materials([other_ca.certificate, ca.certificate], [crl])
    both = one | two
    assert both.certificates == (ca.certificate, other_ca.certificate)
    assert both.crls == (crl,)


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", bytes(100), b"\x30\x00", b"-----BEGIN X509 CRL-----\nAAAA\n", b"%PDF-1.7"],
)
def test_a_file_that_is_neither_is_named(data, tmp_path):
    path = tmp_path / "strange.bin"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"strange\.bin") as caught:
        Materials.from_files(path)
    assert caught.value.part == str(path)


def test_pem_of_something_else_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(write_pem("PRIVATE KEY", b"secret"))
    with pytest.raises(FormatError, match="neither a certificate nor a CRL"):
        Materials.from_files(path)


def test_a_damaged_object_in_pem_is_refused(ca, tmp_path):
    path = tmp_path / "list.pem"
    path.write_bytes(ca.certificate.to_pem() + write_pem("X509 CRL", ca.crl()[:-1]))
    with pytest.raises(FormatError, match=r"list\.pem"):
        Materials.from_files(path)


def test_ocsp_responses_are_not_read_yet():
    with pytest.raises(ValueError, match="OCSP responses are not read yet"):
        Materials(ocsps=(b"response",))


def test_only_the_right_types_are_taken(ca):
    with pytest.raises(TypeError, match="Certificate"):
        Materials(certificates=(ca.certificate.der,))
    with pytest.raises(TypeError, match="Crl"):
        Materials(crls=(ca.crl(),))


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Materials.from_files(tmp_path / "none.crl")


def test_lists_of_matters_are_kept_as_they_are():
    one, two = Materials(matter_lists=(b"a", b"b")), Materials(matter_lists=[b"b", b"c"])
    assert (one | two).matter_lists == (b"a", b"b", b"c")
    with pytest.raises(TypeError, match="matter_lists"):
        Materials(matter_lists=("a",))
