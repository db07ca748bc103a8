"""Signed data between Bouncy Castle and us, with SM2 keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import govseal
from govseal.pki.signeddata import make_signed_data
from ofdrw_world import Ofdrw, World, reasons, wire

pytestmark = pytest.mark.interop

CONTENT = "测试市关于测试事项的批复".encode()


@dataclass(frozen=True)
class Desk:
    """Our world, and a folder for what both sides sign."""

    world: World
    folder: Path

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def verify(self, data: bytes, detached: bytes | None) -> Any:
        world = self.world
        return govseal.verify(data, world.trust, materials=world.materials, detached=detached)


@pytest.fixture(scope="module")
def desk(world: World, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = Desk(world, tmp_path_factory.mktemp("signed-data"))
    found.file("content", CONTENT)
    return found


FORMS = [
    (*(("--attached",) * attached), *(("--bare",) * bare), *(("--gm",) * gm))
    for attached in (0, 1)
    for bare in (0, 1)
    for gm in (0, 1)
]


def test_what_bouncy_castle_signs_counts_in_every_form(ofdrw: Ofdrw, desk: Desk) -> None:
    keys = ("--cert", desk.world.folder / "signer.cer", "--key", desk.world.folder / "signer.pkcs8")
    targets = [desk.folder / f"theirs-{number}" for number in range(len(FORMS))]
    commands = [
        ("make-cms", desk.folder / "content", target, *keys, *form)
        for target, form in zip(targets, FORMS, strict=True)
    ]
    assert ofdrw.batch(commands) == [{"ok": True}] * len(FORMS)
    for target, form in zip(targets, FORMS, strict=True):
        made = target.read_bytes()
        wanted = {"no_signing_time"} if "--bare" in form else set()
        assert (form, reasons(desk.verify(CONTENT, made))) == (form, wanted)
        assert wire(desk.verify(CONTENT + b"x", made).verdict) == "failed"
        if "--attached" in form:
            assert (form, reasons(desk.verify(made, None))) == (form, wanted)


def test_bouncy_castle_accepts_ours_and_no_other_content(ofdrw: Ofdrw, desk: Desk) -> None:
    other = desk.file("other", b"other")
    options = [
        {"standard": standard, "attached": attached, "with_attributes": with_attributes}
        for standard in ("GB/T 35275", "CMS")
        for attached in (False, True)
        for with_attributes in (False, True)
    ]
    commands: list[tuple[object, ...]] = []
    for number, option in enumerate(options):
        signed_at = datetime.now(UTC) if option["with_attributes"] else None
        made = make_signed_data(CONTENT, desk.world.signer, signed_at=signed_at, **option)  # type: ignore[arg-type]
        spoiled = made[:-1] + bytes([made[-1] ^ 1])
        certificate = ("--cert", desk.world.folder / "signer.cer")
        good, bad = desk.file(f"ours-{number}", made), desk.file(f"spoiled-{number}", spoiled)
        commands += [
            ("verify-cms", good, desk.folder / "content", *certificate),
            ("verify-cms", good, other, *certificate),
            ("verify-cms", bad, desk.folder / "content", *certificate),
        ]
    answers = ofdrw.batch(commands)
    assert [answer["ok"] for answer in answers] == [True, False, False] * len(options), answers
