"""Bytes bent at random, for what reads them: a refusal is an answer, any other exception is not."""

from __future__ import annotations

from hypothesis import strategies as st


@st.composite
def mutated(draw, original):
    """The bytes cut short, with some octets changed, doubled or left out."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(("flip", "cut", "drop", "insert", "set")))
        if not data:
            break
        if kind == "flip":
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set":
            data[place] = draw(st.sampled_from((0x00, 0x30, 0x7F, 0x80, 0x84, 0xFF)))
        elif kind == "cut":
            del data[place:]
        elif kind == "drop":
            del data[place]
        else:
            data[place:place] = draw(st.binary(min_size=1, max_size=4))
    return bytes(data)
