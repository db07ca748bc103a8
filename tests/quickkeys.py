"""Key files that open quickly: for tests that open them hundreds of times.

What iterations cost is the point of them. That ours have enough is tested where they are written
(tests/pki/test_pkcs12.py, tests/testing/test_hierarchy.py); a file with one is valid as well.
"""

from __future__ import annotations

from pathlib import Path

from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.signer import SoftSigner, load_signer


def pkcs12(signer: SoftSigner, password: str) -> bytes:
    """A PKCS#12 file with one iteration everywhere."""
    certificates = (signer.certificate, *signer.chain)
    name = signer.certificate.subject_value("CN") or "govseal"
    return write_pkcs12(signer._key, certificates, password, name=name, iterations=1)


def hasten(folder: Path, password: str) -> None:
    """Writes the .p12 files of a folder anew, with the same in them."""
    for path in folder.glob("*.p12"):
        path.write_bytes(pkcs12(load_signer(path.read_bytes(), password=password), password))
