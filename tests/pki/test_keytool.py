"""Java's keytool reads the PKCS#12 files that we write for RSA and P-256 keys."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from govseal.pki.pkcs12 import write_pkcs12


@pytest.mark.slow
@pytest.mark.parametrize("who", ["rsa_signer", "ec_signer"])
def test_it_lists_our_key(who, request, tmp_path):
    someone = request.getfixturevalue(who)
    program = shutil.which("keytool")
    if program is None:
        pytest.skip("the keytool program is not installed")
    path = tmp_path / "ours.p12"
    path.write_bytes(write_pkcs12(someone._key, [someone.certificate], "secret", iterations=100))
    done = subprocess.run(
        [program, "-J-Duser.language=en", "-list", "-keystore", path, "-storepass", "secret"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert b"PrivateKeyEntry" in done.stdout
