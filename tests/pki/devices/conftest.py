"""The devices of these tests, and a CA that certifies their keys."""

from __future__ import annotations

import pytest

import softdevices
from govseal.testing import Authority


@pytest.fixture(scope="session")
def device_ca():
    return Authority.create("测试设备 CA", at=softdevices.AT)


@pytest.fixture
def machine(device_ca, monkeypatch):
    """The software machine, without faults."""
    for name, value in softdevices.environment().items():
        monkeypatch.setenv(name, value)
    return softdevices.soft_sdf(device_ca)


@pytest.fixture
def module(machine, tmp_path, monkeypatch):
    """The software module; ``machine`` set its key."""
    certificate = tmp_path / "seal.cer"
    certificate.write_bytes(machine.certificate.der)
    monkeypatch.setenv("SOFTP11_CERTIFICATE", str(certificate))
    path = softdevices.built() / "softp11.so"
    counters = softdevices.Counters(path)
    assert counters.softp11_reset is not None
    return softdevices.SoftModule(path, machine.certificate, counters)


@pytest.fixture(scope="session")
def hsm():
    return softdevices.softhsm()


@pytest.fixture(scope="session")
def rsa_device_ca():
    return softdevices.rsa_authority()


@pytest.fixture
def fault(monkeypatch):
    """Makes the software devices fail in the way that is named."""

    def call(name):
        monkeypatch.setenv("SOFTDEVICE_FAULT", name)

    return call
