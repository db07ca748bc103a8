"""Judging an SM2 chain and its CRL loads neither cryptography nor asn1crypto."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from govseal.pki.materials import Materials
from govseal.pki.path import validate_path
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
roots, leaf, crl = (sys.argv[1 + n] for n in range(3))
store = TrustStore.from_pem(roots)
certificate = TrustStore.from_pem(leaf).certificates[0]
at = certificate.not_before
print(validate_path(certificate, store, at=at).outcome)
print(check_revocation(certificate, store, materials=Materials.from_files(crl), at=at).state)
heavy = {"cryptography", "asn1crypto", "lxml", "PIL", "fontTools"}
print(sorted(heavy.intersection(name.partition(".")[0] for name in sys.modules)))
"""


def test_an_sm2_chain_is_judged_without_heavy_imports(ca, signer, tmp_path):
    names = {"roots": ca.certificate.to_pem(), "leaf": signer.certificate.to_pem(), "crl": ca.crl()}
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    arguments = [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in names)]
    done = subprocess.run(arguments, capture_output=True, check=True, text=True)
    assert done.stdout.split("\n")[:3] == ["passed", "good", "[]"]
