"""Authorities and signers that the tests of this area share; made once, never changed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

import tokens
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.timestamp import verify_token
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
def ec_ca(at):
    return Authority.create("测试 P-256 CA", algorithm="ec", at=at)


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
def ec_signer(ec_ca):
    return ec_ca.issue("99000000000003")


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


@pytest.fixture(scope="session")
def tsa(ca):
    return tokens.authority(ca)


@pytest.fixture(scope="session")
def rsa_tsa(rsa_ca):
    return tokens.authority(rsa_ca)


@pytest.fixture(scope="session")
def lists(ca, rsa_ca):
    """The empty lists of both CAs."""
    return Materials(crls=(Crl.from_der(ca.crl()), Crl.from_der(rsa_ca.crl())))


@pytest.fixture(scope="session")
def judge(trust, lists):
    """Outcome and reason of a token over b"signature value"."""

    def call(token, message=b"signature value", **changes):
        values = {"materials": lists} | changes
        result = verify_token(token, message, values.pop("trust", trust), **values)
        assert (result.reason == "") is (result.outcome == "passed")
        assert (result.proved_at is not None) is (result.outcome == "passed")
        return result.outcome, result.reason

    return call
