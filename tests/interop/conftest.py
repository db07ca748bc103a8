"""ofdrw, our world and a document, once for all tests that let both sides judge."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

import govseal
from govseal import testing
from ofdrw_world import HERE, SEAL_NAME, TEXT, Ofdrw, World


@pytest.fixture(scope="session")
def ofdrw(tmp_path_factory: pytest.TempPathFactory) -> Ofdrw:
    for program, name in (("java", "java"), ("mvn", "maven")):
        if shutil.which(program) is None:
            pytest.skip(f"{name} not installed")
    built = subprocess.run(
        [HERE / "build.sh"], capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert built.returncode == 0, built.stderr
    return Ofdrw(Path(built.stdout.strip()), tmp_path_factory.mktemp("ofdrw"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    pki = testing.Hierarchy.create("sm2", at=datetime.now(UTC))
    for name, signer in (("maker", pki.maker), ("signer", pki.signer)):
        (folder / f"{name}.cer").write_bytes(signer.certificate.der)
        (folder / f"{name}.pkcs8").write_bytes(signer._key.to_pkcs8())
    picture = govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章", diameter_mm=42)
    (folder / "seal.png").write_bytes(picture.to_png())
    seal = govseal.make_seal(
        pki.maker, name=SEAL_NAME, picture=picture, signers=[pki.signer.certificate]
    )
    (folder / "seal.esl").write_bytes(seal.der)
    return World(pki.maker, pki.signer, seal, pki.trust, pki.materials, folder)


@pytest.fixture(scope="session")
def document(ofdrw: Ofdrw) -> bytes:
    """Three unsigned pages with Chinese text, made by ofdrw."""
    file = ofdrw.folder / "document.ofd"
    assert ofdrw.run("make-doc", file, TEXT, "--pages", 3)["ok"]
    return file.read_bytes()
