"""Files whose texts the bytes tell, or do not tell, and parts to look for in them."""

from __future__ import annotations

import random

import fuzzing
import usual_xml
from govseal import usual
from govseal.formats.ofd import reach
from govseal.formats.ofd.plaintexts import texts_without
from untold import untold

PARTS = (
    *(b"content.xml", b"image.png", b"data", b"signedvalue.dat", b"signature.xml", b"seal.esl"),
    *(b"contents", b"conten", b"cont", b"con", b"a", b"", b"image.jpg", b"imag", b"doc_0", b"mage"),
    *("印章.xml".encode(), "章".encode(), b"tent", b"baseloc", b"aaaa", b"aaaab", b"abab", b"\x80"),
)
STARTS = (
    *(usual_xml.START, usual_xml.START, usual_xml.START, usual_xml.START, usual_xml.START + b"\n"),
    *(b'<?xml version="1.0" encoding="utf-8"?>', b"<?xml version='1.1' encoding='UTF8' ?>", b"<a>"),
    *(b"\xef\xbb\xbf<a>", b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>', b"", b"<?xml?>"),
    *(
        b'<?xml version="1.0" encoding="GBK"?>',
        b"<!a>",
        b'<?xml version="1.0" encoding="UTF-8" &#?>',
    ),
)
PIECES = (
    *(
        b"<a>",
        b"</a>",
        b"<b/>",
        b"<c d='",
        b"'>",
        b'">',
        b'"',
        b"'",
        b"<",
        b">",
        b">",
        b"><",
        b"<>",
    ),
    *(
        b"&",
        b"#",
        b"&#",
        b"&#65;",
        b"&amp;",
        b"!",
        b"<!",
        b"<!--",
        b"?",
        b"<?",
        b"?>",
        b"]]>",
        b"\0",
    ),
    *(
        b"/",
        b"\\",
        b" ",
        b"\n",
        b"\r",
        b"x",
        b"X" * 40,
        b"/" * 20,
        b"y" * 5,
        b"\xff",
        b"\xc3",
        b"\xc5",
    ),
    *(
        b"\xc3\x9f",
        b"\xc4\xb0",
        b"\xc5\x89",
        b"\xc5\xbf",
        b"\xc7\xb0",
        b"\xe1\xba",
        b"\xe2\x84\xaa",
    ),
    *(
        b"\xef\xac",
        b"\xe1\xb9",
        b"\xe2\x84",
        b"\xe2\x84\xab",
        b"\xef\xab",
        b"\xc7",
        b"\xe1",
        b"\xef",
    ),
    *(
        b"\x9f",
        b"\xb0",
        b"\xbf",
        b"\xaa",
        b"\xac",
        "测".encode(),
        b"[",
        b"`",
        b"@",
        b"Z",
        b"{",
        b"\x7f",
    ),
)


def file(rng: random.Random) -> tuple[bytes, tuple[bytes, ...]]:
    """A file, and parts to look for; some stand in it, whole or in pieces."""
    parts = tuple(rng.sample(PARTS, rng.choice((0, 1, 1, 2, 3, 5, 8, 9, 12))))
    if rng.random() < 0.3:
        parts = tuple(part for part in parts if len(part) >= 4)
    if rng.random() < 0.4:
        data = usual_xml.usual_xml(rng)
        data = usual_xml.twisted(rng, data) if rng.random() < 0.3 else data
    else:
        plain = [piece for piece in PIECES if rng.random() < 0.3] or [b"x"]
        rows = [rng.choice(plain) for _ in range(rng.choice((1, 4, 10, 30)))]
        data = rng.choice(STARTS) + b"".join(rows)
    for _ in range(rng.choice((0, 0, 1, 2))):
        part = rng.choice(parts or (b"x",))
        at, cut = rng.randrange(len(data) + 1), rng.randrange(len(part) + 1)
        part = rng.choice((part, part.upper(), part.title(), part[:cut], part[cut:]))
        between = rng.choice((b"", b"", b"<b/>", b"</a><a>", b"<b c='>'/>"))
        data = data[:at] + part[:cut] + between + part[cut:] + data[at:]
    return (fuzzing.bent(rng, data) if rng.random() < 0.1 else data), parts


def are_texts_told(data: bytes, parts: tuple[bytes, ...]) -> bool:
    """Whether the texts are told by compiled code; the readable code finds the same."""
    found = texts_without(data, parts)
    with untold("texts"):
        assert found == texts_without(data, parts)
    assert found is None or type(found) is bytes
    is_usual = data.startswith(usual_xml.START)
    return is_usual and usual.texts(data, len(usual_xml.START), parts) is not None


def located(rng: random.Random) -> tuple[bytes, bytes, int]:
    """A file, its texts, and how long a location may be; some lengths lie at the limit."""
    limit = rng.choice((1, 5, 16, 40))
    rows = []
    for _ in range(rng.randrange(6)):
        inside = b"x" * rng.choice((0, limit - 2, limit - 1, limit, limit + 1, 2 * limit))
        at = rng.randrange(len(inside) + 1)
        rows.append(inside[:at] + rng.choice((b"", b"", b"/", b"\\")) + inside[at:])
    data = rng.choice((b">", b">", b"<a>", b"")).join(rows)
    if rng.random() < 0.3:
        data = file(rng)[0]
    texts = rng.choice((b"", b"".join(rows), b"x" * limit + b"/", b"x" * (limit - 1) + b"/", data))
    return data, texts, limit


def is_location_told(data: bytes, texts: bytes, limit: int) -> bool:
    """Whether there is a long location; compiled and readable code agree, at this limit."""
    kept = reach._LONGEST_LOCATION
    reach._LONGEST_LOCATION = limit
    try:
        found = reach._may_be_long_location(data, texts)
        with untold("long_location"):
            assert found is reach._may_be_long_location(data, texts)
    finally:
        reach._LONGEST_LOCATION = kept
    return found
