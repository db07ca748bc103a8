"""Materials: what is in a file is told by its content; a file with nothing of it is named."""

from __future__ import annotations

import pytest

from govseal.errors import FormatError
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspResponse
from govseal.pki.pem import write_pem
from govseal.testing.ocsp import encode_refusal


def test_nothing_is_the_default():
    assert Materials() == Materials((), (), ())


def test_files_are_told_apart_by_their_content(ca, other_ca, signer, tmp_path):
    crl, other = ca.crl(), other_ca.crl()
    ocsp, refusal = ca.ocsp(signer.certificate), encode_refusal("try_later")
    contents = {
        "a": ca.certificate.der,
        "b.crl": crl,
        "c.pem": other_ca.certificate.to_pem() + write_pem("X509 CRL", other),
        "e.ocsp": ocsp,
        "f.pem": write_pem("OCSP RESPONSE", ocsp) + write_pem("OCSP RESPONSE", refusal),
        "d.pem": b"text\n" + ca.certificate.to_pem() + write_pem("PRIVATE KEY", b"x"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = Materials.from_files(*(tmp_path / name for name in contents))
    assert found.certificates == (ca.certificate, other_ca.certificate)
    assert found.crls == (Crl.from_der(crl), Crl.from_der(other))
    assert found.ocsps == (OcspResponse.from_der(ocsp), OcspResponse.from_der(refusal))
    assert Materials.from_files(str(tmp_path / "b.crl")).crls == (Crl.from_der(crl),)
    assert Materials.from_files() == Materials()


def test_union_keeps_each_once(ca, other_ca, signer):
    crl, ocsp = Crl.from_der(ca.crl()), OcspResponse.from_der(ca.ocsp(signer.certificate))
    one = Materials([ca.certificate], [crl], [ocsp])
    two = Materials([other_ca.certificate, ca.certificate], [crl], [ocsp])
    both = one | two
    assert both.certificates == (ca.certificate, other_ca.certificate)
    assert both.crls == (crl,)
    assert both.ocsps == (ocsp,)


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


def test_only_the_right_types_are_taken(ca):
    with pytest.raises(TypeError, match="Certificate"):
        Materials(certificates=(ca.certificate.der,))
    with pytest.raises(TypeError, match="Crl"):
        Materials(crls=(ca.crl(),))
    with pytest.raises(TypeError, match="OcspResponse"):
        Materials(ocsps=(ca.ocsp(ca.certificate),))


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Materials.from_files(tmp_path / "none.crl")


def test_lists_of_matters_are_kept_as_they_are():
    one, two = Materials(matter_lists=(b"a", b"b")), Materials(matter_lists=[b"b", b"c"])
    assert (one | two).matter_lists == (b"a", b"b", b"c")
    with pytest.raises(TypeError, match="matter_lists"):
        Materials(matter_lists=("a",))
