"""Devices that tests sign with: SoftHSM2, and the software ones of tests/native/devices."""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from govseal.pki.certificate import Certificate
from govseal.pki.devices.sdf_library import Sdf
from govseal.pki.keys import encode_sm2_spki
from govseal.pki.pkcs8 import PrivateKey
from govseal.testing import Authority, x509

NATIVE = Path(__file__).resolve().parent / "native"
SOFTHSM = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "govseal-pin"
DER = "sm2-mechanism=0x80008101&sm2-input=message&sm2-output=der"
AT = datetime.now(UTC).replace(microsecond=0)  # commands read the clock


def certify(
    authority: Authority, spki: bytes, name: str = "99000000000001", *extensions: bytes
) -> Certificate:
    """A signer's certificate for a key that never leaves its device."""
    subject = (("C", "CN"), ("O", "测试市行政审批服务管理局"), ("CN", name))
    template = x509.CertificateTemplate(
        x509.encode_name(subject),
        authority.certificate.subject_der,
        spki,
        authority.at - timedelta(days=1),
        authority.at + timedelta(days=365),
    )
    template.extensions.append(x509.basic_constraints_extension(is_ca=False))
    usage = ("digital_signature", "non_repudiation")
    template.extensions += [x509.key_usage_extension(usage), *extensions]
    return template.sign(authority.key)


@functools.cache
def built() -> Path:
    """The folder with the software devices, compiled now where they are not yet."""
    if shutil.which("make") is None or shutil.which("cc") is None:
        pytest.skip("make and a C compiler are not installed")
    command = ["make", "-s", "-C", NATIVE, f"PYTHON={sys.executable}", "devices"]
    subprocess.run(command, check=True)
    return NATIVE / "bin" / "devices"


class Counters:
    """The numbers that a software device exports about itself."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))

    def __getattr__(self, name: str) -> int:
        """What the device's function of this name says."""
        return getattr(self._library, name)()


@dataclass(frozen=True)
class SdfDevice:
    """A cryptographic machine: the software one, or a real one."""

    path: str
    index: int
    password: str
    certificate: Certificate
    counters: Counters | None
    """None for a real one, which counts nothing that we can see."""

    @property
    def uri(self) -> str:
        return f"sdf:{self.path}?index={self.index}"


@functools.cache
def device_key() -> PrivateKey:
    """The key that the software devices are given."""
    return PrivateKey.generate("sm2")


def environment() -> dict[str, str]:
    """What the software devices want to find in theirs."""
    return {"SOFTDEVICE_KEY": device_key().to_sm2_bytes().hex(), "SOFTDEVICE_PASSWORD": PIN}


def soft_sdf(authority: Authority) -> SdfDevice:
    """The software machine; :func:`environment` has to be set when it is opened."""
    path = built() / "softsdf.so"
    certificate = certify(authority, device_key().public_key.spki)
    return SdfDevice(str(path), 1, PIN, certificate, Counters(path))


def real_sdf(authority: Authority) -> SdfDevice:
    """The machine that GOVSEAL_SDF_LIBRARY names, with …_INDEX and …_PASSWORD."""
    path = os.environ.get("GOVSEAL_SDF_LIBRARY")
    if not path:
        pytest.skip("GOVSEAL_SDF_LIBRARY names no device")
    index = int(os.environ.get("GOVSEAL_SDF_INDEX", "1"))
    sdf = Sdf(path)
    device = sdf.open_device()
    session = sdf.open_session(device)
    key = sdf.export_public_key(session, index)
    sdf.close_session(session)
    sdf.close_device(device)
    certificate = certify(authority, encode_sm2_spki(key.encode()))
    password = os.environ.get("GOVSEAL_SDF_PASSWORD", "")
    return SdfDevice(path, index, password, certificate, None)


@dataclass(frozen=True)
class Hsm:
    """SoftHSM2 with two tokens.

    ``govseal`` has the RSA keys ``seal`` (01, with its certificate), ``bare`` (02, without) and
    ``twins`` (03 and 04), and the keys ``p256`` (05) and ``p384`` (06); ``empty`` has none.
    """

    folder: Path
    module: str
    certificate: Certificate
    bare: bytes
    """SubjectPublicKeyInfo of ``bare``."""

    def uri(self, path: str = "token=govseal;object=seal", query: str = "") -> str:
        return f"pkcs11:{path}?module-path={self.module}{query}"


@dataclass(frozen=True)
class SoftModule:
    """The PKCS#11 module in software, which signs with SM2 in the ways of several vendors."""

    path: Path
    certificate: Certificate
    counters: Counters

    def uri(self, query: str = DER, path: str = "token=soft;object=sm2-1") -> str:
        return f"pkcs11:{path}?module-path={self.path}&{query}"


def run(*words: object) -> bytes:
    done = subprocess.run([*map(str, words)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@functools.cache
def rsa_authority() -> Authority:
    """The CA of the RSA key in SoftHSM2."""
    return Authority.create("测试 RSA 设备 CA", algorithm="rsa", at=AT)


@functools.cache
def softhsm() -> Hsm:
    """SoftHSM2 in a folder of its own, for the rest of this process: it reads its settings once."""
    module = next((path for path in SOFTHSM if Path(path).is_file()), None)
    if module is None or not shutil.which("softhsm2-util") or not shutil.which("pkcs11-tool"):
        pytest.skip("softhsm2 and opensc are not installed")
    folder = Path(tempfile.mkdtemp(prefix="govseal-softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    # pkcs11-tool takes a token whose label begins like the one it is told: none may.
    for label in ("govseal", "empty"):
        new = ("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678")
        run("softhsm2-util", "--module", module, *new)
    tool = ("pkcs11-tool", "--module", module, "--token-label", "govseal", "--login", "--pin", PIN)
    for number, label in (("01", "seal"), ("02", "bare"), ("03", "twins"), ("04", "twins")):
        kind = ("--keypairgen", "--key-type", "RSA:2048", "--id", number, "--label", label)
        run(*tool, *kind)
    for number, label, curve in (("05", "p256", "prime256v1"), ("06", "p384", "secp384r1")):
        run(*tool, "--keypairgen", "--key-type", f"EC:{curve}", "--id", number, "--label", label)
    read = (*tool, "--read-object", "--type", "pubkey", "--id")
    certificate = certify(rsa_authority(), run(*read, "01"))
    (folder / "seal.cer").write_bytes(certificate.der)
    store = ("--write-object", folder / "seal.cer", "--type", "cert", "--id", "01")
    run(*tool, *store, "--label", "certificate of the seal")
    return Hsm(folder, module, certificate, run(*read, "02"))
