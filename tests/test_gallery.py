"""The gallery: every kind of seal is on the page, and its claims are true of its picture."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from govseal.errors import SealError
from govseal.seal.drawing import seals
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.measures import Measures

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "seals.md"
DPI = 400
#: About two pixels; a span is the angle of these at the distance of the name.
TOLERANCE_MM, TOLERANCE_DEG = 0.13, 0.9


def load():
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "tools" / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery"] = module
    spec.loader.exec_module(module)
    return module


gallery = load()
KINDS = {kind.key: kind for kind in gallery.KINDS}


@pytest.fixture(scope="module", autouse=True)
def song():
    try:
        return find_font(bold=True)
    except SealError:
        pytest.skip("no Chinese font on this system")


def differences(claims: Measures, found: Measures) -> list[str]:
    """The measures that one has and the other has not, or that are too far apart."""
    bad = []
    for name in (item.name for item in fields(Measures)):
        both = getattr(claims, name), getattr(found, name)
        tolerance = TOLERANCE_DEG if name.endswith("_deg") else TOLERANCE_MM
        is_bad = both != (None, None) if None in both else abs(both[0] - both[1]) > tolerance
        bad += [name] * is_bad
    return bad


@pytest.mark.slow
@pytest.mark.parametrize("key", KINDS)
def test_a_picture_has_the_measures_that_it_claims(key):
    drawing = KINDS[key].draw()
    found = gallery.measured(KINDS[key], drawing, DPI)
    # Only what stands on an arc has a gap to the border.
    if key.startswith(("square", "rectangle")):
        assert found.name_gap_mm is None
    assert differences(drawing.measures, found) == []


def test_false_claims_are_found_out():
    kind = KINDS["special-numbered"]
    drawing = kind.draw()
    found = gallery.measured(kind, drawing, DPI)
    for item in fields(Measures):
        claim = getattr(drawing.measures, item.name)
        if claim is not None:
            false = replace(drawing.measures, **{item.name: claim + 1})
            assert differences(false, found) == [item.name]


def test_every_shape_and_option_is_shown():
    shapes = {kind.options.get("shape", "round") for kind in gallery.KINDS}
    assert shapes == set(seals.SHAPES)
    options = {name for taken in seals.SHAPES.values() for name in taken}
    assert options == {name for kind in gallery.KINDS for name in kind.options} - {"shape"}


def test_every_kind_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    pictures = re.findall(r"^!\[.*\]\((.+)\)$", text, re.MULTILINE)
    assert pictures == [f"seals/{key}.svg" for key in KINDS]
    for picture in pictures:
        assert (PAGE.parent / picture).read_bytes().startswith(b"<?xml")
    assert sorted(p.stem for p in (PAGE.parent / "seals").iterdir()) == sorted(KINDS)
    for kind in gallery.KINDS:
        assert f"## {kind.zh} · {kind.en}\n" in text


def test_the_page_shows_claims_beside_measures():
    rows = re.findall(
        r"^\| .+ · .+ \| ([0-9.]+)(?: mm|°) \| ([0-9.]+)(?: mm|°) \|$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) >= 5 * len(KINDS)
    for claim, measured in rows:
        assert abs(float(claim) - float(measured)) < TOLERANCE_DEG


def test_every_measure_has_a_label():
    assert set(gallery.LABELS) == {item.name for item in fields(Measures)}
