"""Java's keytool reads the PKCS#12 files that we write for RSA keys."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from govseal.pki.pkcs12 import write_pkcs12


@pytest.mark.slow
def test_it_lists_our_rsa_key(rsa_signer, tmp_path):
    program = shutil.which("keytool")
    if program is None:
        pytest.skip("the keytool program is not installed")
    path = tmp_path / "ours.p12"
    path.write_bytes(
        write_pkcs12(rsa_signer._key, [rsa_signer.certificate], "secret", iterations=100)
    )
    done = subprocess.run(
        [program, "-J-Duser.language=en", "-list", "-keystore", path, "-storepass", "secret"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert b"PrivateKeyEntry" in done.stdout
