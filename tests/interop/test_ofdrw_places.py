"""Seams, several stamps in one pass, signatures without a seal: each side judges the other's."""

from __future__ import annotations

import pytest

import govseal
from ofdrw_world import (
    TEXT,
    Ofdrw,
    World,
    assert_everything_passed,
    outcomes,
    reasons,
    wire,
)

pytestmark = pytest.mark.interop

SIZE = ("--w", 42, "--h", 42)
Boxes = list[tuple[float, ...]]

SEAMS = {
    "right": (govseal.Seam("right"), ("--seam", "right")),
    "left": (govseal.Seam("left"), ("--seam", "left")),
    "top": (govseal.Seam("top"), ("--seam", "top")),
    "bottom": (govseal.Seam("bottom"), ("--seam", "bottom")),
    "facing": (govseal.Seam("facing"), ("--seam", "facing")),
    "at a place": (
        govseal.Seam("right", offset_mm=20, margin_mm=3),
        ("--seam", "right", "--y", 20, "--margin", 3),
    ),
    "groups": (govseal.Seam("bottom", group=2), ("--seam", "bottom", "--group", 2)),
}


@pytest.fixture(scope="session")
def six_pages(ofdrw: Ofdrw) -> bytes:
    file = ofdrw.folder / "six.ofd"
    assert ofdrw.run("make-doc", file, TEXT, "--pages", 6)["ok"]
    return file.read_bytes()


@pytest.fixture(scope="session")
def fifty_pages(ofdrw: Ofdrw) -> bytes:
    file = ofdrw.folder / "fifty.ofd"
    assert ofdrw.run("make-doc", file, TEXT, "--pages", 50)["ok"]
    return file.read_bytes()


@pytest.fixture(scope="session")
def theirs(ofdrw: Ofdrw, world: World, six_pages: bytes) -> dict[str, bytes]:
    """Seams and signatures by ofdrw, one start of Java for all of them."""
    source = ofdrw.folder / "six.ofd"
    options: dict[str, tuple[object, ...]] = {
        name: (*SIZE, *words) for name, (_, words) in SEAMS.items()
    }
    options |= {form: ("--form", form) for form in ("attributes", "digest")}
    files = {name: ofdrw.folder / f"theirs {name}.ofd" for name in options}
    answers = ofdrw.batch(
        [world.sign_command(source, files[name], *words) for name, words in options.items()]
    )
    assert [answer["ok"] for answer in answers] == [True] * len(files), answers
    return {name: file.read_bytes() for name, file in files.items()}


def boxes(data: bytes) -> Boxes:
    """Page, box and clip of everything that the first signature shows, in millimetres."""
    shown = govseal.inspect(data).signatures[0].appearances
    return sorted(
        (
            item.page,
            *(round(value, 2) for value in (item.x_mm, item.y_mm, item.width_mm, item.height_mm)),
            *(round(value, 2) for value in item.clip_mm or ()),
        )
        for item in shown
    )


@pytest.mark.parametrize("name", SEAMS)
def test_strips_lie_where_ofdrw_puts_them(
    world: World, six_pages: bytes, theirs: dict[str, bytes], name: str
) -> None:
    ours = boxes(world.stamp(six_pages, SEAMS[name][0]))
    for mine, other in zip(ours, boxes(theirs[name]), strict=True):
        assert mine == pytest.approx(other, abs=0.011)


@pytest.mark.parametrize("name", SEAMS)
def test_we_accept_seams_by_ofdrw(world: World, theirs: dict[str, bytes], name: str) -> None:
    assert_everything_passed(world.verify(theirs[name]), 1)


@pytest.mark.parametrize("group", [None, 50])
def test_ofdrw_accepts_our_seam_over_fifty_pages(
    ofdrw: Ofdrw, world: World, fifty_pages: bytes, group: int | None
) -> None:
    data = world.stamp(fifty_pages, govseal.Seam("right", group=group))
    assert ofdrw.verify(data) == {"ok": True, "signatures": 1, "kinds": ["v4"]}
    assert len(boxes(data)) == 50


def test_ofdrw_accepts_five_signatures_of_one_pass(
    ofdrw: Ofdrw, world: World, six_pages: bytes
) -> None:
    places = [
        govseal.Placement(1, 120, 210),
        govseal.Seam("right"),
        govseal.Keyword("测试事项", 1),
        govseal.OnPages("2-", 20, 20),
        (),
    ]
    stamps = [govseal.Stamp(world.seal, world.signer, place) for place in places]
    data = govseal.stamp_many(six_pages, stamps)
    assert ofdrw.verify(data) == {"ok": True, "signatures": 5, "kinds": ["v4"] * 5}
    assert_everything_passed(world.verify(data), 5)


def test_ofdrw_accepts_our_signature_without_a_seal(
    ofdrw: Ofdrw, world: World, six_pages: bytes
) -> None:
    data = govseal.sign(six_pages, world.signer)
    assert ofdrw.verify(data) == {"ok": True, "signatures": 1, "kinds": ["cms"]}


def test_ofdrw_accepts_stamps_around_a_signature_in_one_pass(
    ofdrw: Ofdrw, world: World, six_pages: bytes
) -> None:
    stamp = govseal.Stamp(world.seal, world.signer, govseal.Seam("left"))
    last = govseal.Stamp(None, world.signer, protect="whole")
    data = govseal.stamp_many(six_pages, [stamp, govseal.Stamp(None, world.signer), last])
    assert ofdrw.verify(data) == {"ok": True, "signatures": 3, "kinds": ["v4", "cms", "cms"]}


@pytest.mark.parametrize("form", ["attributes", "digest"])
def test_we_accept_signatures_by_ofdrw(world: World, theirs: dict[str, bytes], form: str) -> None:
    report = world.verify(theirs[form])
    (signature,) = report.signatures
    found = outcomes(signature)
    assert found["data_digest"] == found["signature_value"] == "passed"
    assert found["signer_chain"] == found["coverage"] == "passed"
    # without signed attributes nothing claims a time
    assert wire(report.verdict) == ("passed" if form == "attributes" else "indeterminate")


def test_a_strip_that_was_moved_is_refused_on_both_sides(
    ofdrw: Ofdrw, world: World, six_pages: bytes
) -> None:
    import ofd_builder as build  # noqa: PLC0415 - for one test

    data = world.stamp(six_pages, govseal.Seam("right"))
    (name,) = (item.location.removeprefix("/") for item in govseal.inspect(data).signatures)
    changed = build.edited(data, name, 'Clip="0 0 7 42"', 'Clip="0 0 8 42"')
    assert "InvalidSignedValueException" in ofdrw.verify(changed)["error"]
    report = world.verify(changed)
    assert wire(report.verdict) == "failed"
    assert "data_digest_mismatch" in reasons(report)


def test_a_signature_without_a_seal_over_a_changed_page_is_refused_on_both_sides(
    ofdrw: Ofdrw, world: World, six_pages: bytes
) -> None:
    import ofd_builder as build  # noqa: PLC0415 - for one test

    data = govseal.sign(six_pages, world.signer)
    name = next(
        part.name.removeprefix("/")
        for part in govseal.inspect(data).parts
        if part.name.endswith("Content.xml")
    )
    changed = build.edited(data, name, "批复", "批准")
    assert "FileIntegrityException" in ofdrw.verify(changed)["error"]
    assert wire(world.verify(changed).verdict) == "failed"
