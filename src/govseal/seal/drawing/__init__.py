"""Drawing seals: official shapes as pure outlines, and the files made from them."""

from __future__ import annotations

from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.levels import LEVELS, Level
from govseal.seal.drawing.measures import Measures
from govseal.seal.drawing.seals import SHAPES, draw_seal

__all__ = ["LEVELS", "SHAPES", "Drawing", "Level", "Measures", "draw_seal"]
