"""Authorities and signers that the tests of this area share; made once, never changed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from govseal.pki.trust import TrustStore
from govseal.testing import Authority


@pytest.fixture(scope="session")
def at():
    return datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ca(at):
    return Authority.create("测试证书 CA", at=at)


@pytest.fixture(scope="session")
def rsa_ca(at):
    return Authority.create("测试 RSA CA", algorithm="rsa", at=at)


@pytest.fixture(scope="session")
def other_ca(at):
    return Authority.create("另一个 CA", at=at)


@pytest.fixture(scope="session")
def signer(ca):
    return ca.issue("99000000000001")


@pytest.fixture(scope="session")
def rsa_signer(rsa_ca):
    return rsa_ca.issue("99000000000002")


@pytest.fixture(scope="session")
def trust(ca, rsa_ca):
    return TrustStore((ca.certificate, rsa_ca.certificate))


@pytest.fixture(scope="session")
def openssl():
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is not installed")

    def run(*arguments, data=b""):
        command = [program, *map(str, arguments)]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run
