"""Drawing seals: official shapes as pure outlines, and the files made from them."""

from __future__ import annotations

from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.seals import draw_seal

__all__ = ["Drawing", "draw_seal"]
