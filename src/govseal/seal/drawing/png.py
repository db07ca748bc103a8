"""Writing one-colour pictures as small PNG files (ISO/IEC 15948)."""

from __future__ import annotations

import struct
import zlib

from govseal.seal.drawing.paths import Colour

# Sixteen steps from clear to solid: four bits a pixel, and still smooth at 300 dpi.
_STEPS = 16
_NEAREST = bytes((value * (_STEPS - 1) + 127) // 255 for value in range(256))


def encode_png(
    coverage: bytes | bytearray, width_px: int, height_px: int, colour: Colour, dpi: int
) -> bytes:
    """A PNG of one colour on transparent ground, with its resolution.

    ``coverage`` holds one byte per pixel, row by row: 0 clear, 255 the full colour. It is stored
    as a palette of 16 shades of transparency, all of exactly ``colour``.
    """
    levels = coverage.translate(_NEAREST)
    lines = []
    for row in range(height_px):
        line = levels[row * width_px : (row + 1) * width_px] + bytes(width_px % 2)
        # Two pixels a byte, the left one in the upper half; no filter suits flat colours best.
        # A row is packed as one large number: by pixel it would take longer than all the rest.
        packed = int.from_bytes(line[::2], "big") << 4 | int.from_bytes(line[1::2], "big")
        lines.append(b"\0" + packed.to_bytes(len(line) // 2, "big"))
    per_metre = round(dpi / 0.0254)
    alphas = bytes(colour[3] * step // (_STEPS - 1) for step in range(_STEPS))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 4, 3, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            _chunk(b"PLTE", bytes(colour[:3]) * _STEPS),
            _chunk(b"tRNS", alphas),
            _chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
