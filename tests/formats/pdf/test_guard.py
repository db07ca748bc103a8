"""The raw reader of signature dictionaries: places, doubled keys, ranges and the gap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.pdf import guard

HEX = b"<30820001AB00>"


def dictionary(body):
    """A file with one signature dictionary, ``@`` in it the numbers of its range."""
    text = b"%%PDF-1.7\n1 0 obj\n<< %b >>\nendobj\n%%%%EOF\n" % body.replace(b"@", b"@" * 20)
    start = text.index(HEX)
    end = start + len(HEX)
    numbers = b"0 %d %d %d" % (start, end, len(text) - end)
    return text.replace(b"@" * 20, numbers.ljust(20))


def read(data):
    return guard.read_signature(data, guard.object_body(data, data.index(b"1 0 obj")))


PLAIN = b"/Type /Sig /ByteRange [@] /Contents " + HEX + b" /M (D:2026)"


def test_a_proper_dictionary():
    data = dictionary(PLAIN)
    found = read(data)
    assert (found.problem, found.anomalies) == (None, ())
    assert found.contents == bytes.fromhex("30820001AB00")
    assert found.end == len(data)
    assert found.byte_range_at == data.index(b"/ByteRange")
    (start, gap), (after, end) = found.ranges
    assert (start, data[gap:after], end) == (0, HEX, len(data))


@pytest.mark.parametrize(
    "body",
    [
        b"/Reason (a \\) >> ( /Contents <00> ) b) " + PLAIN,
        b"/Sub << /Contents <00> /ByteRange [0 1 2 3] >> " + PLAIN,
        b"/Sub [ (x) <00> /Contents [ /ByteRange ] ] " + PLAIN,
        b"/Kids 3 0 R /Count 3 " + PLAIN,
        b"% /ByteRange [0 0 0 0]\n" + PLAIN,
        b"/#42yteRangeX 1 " + PLAIN,
        b"/Empty() /Null null/Real -.5 /Name/Other " + PLAIN,
        PLAIN.replace(b"/ByteRange", b"/Byte#52ange").replace(b"/Contents", b"/#43ontents"),
    ],
)
def test_what_surrounds_the_keys_does_not_confuse(body):
    found = read(dictionary(body))
    assert (found.problem, found.anomalies) == (None, ())


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (PLAIN + b" /Contents <00>", "/Contents twice"),
        (PLAIN + b" /ByteRange [0 1 2 3]", "/ByteRange twice"),
        (b"/M (x) " + PLAIN, "/M twice"),
        (PLAIN + b" /#43ontents <00>", "/Contents twice"),
    ],
)
def test_doubled_keys(body, detail):
    found = read(dictionary(body))
    facts = [*(item.detail for item in found.anomalies), str(found.problem)]
    assert any(detail in fact for fact in facts)
    assert all(item.code == "byte_range_invalid" and item.is_failure for item in found.anomalies)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not four"),
        (b"0 1 2", "not four"),
        (b"0 1 2 3 4", "not four"),
        (b"0 1 2 -3", "not four"),
        (b"0 1 2 3.0", "not four"),
        (b"0 1 (2) 3", "not four"),
        (b"0 1 2 " + b"9" * 40, "not four"),
        (b"1 20 30 3", "does not start"),
        (b"0 0 30 3", "overlap"),
        (b"0 30 20 3", "overlap"),
        (b"0 30 30 3", "overlap"),
        (b"0 20 30 99999", "behind the end"),
    ],
)
def test_ranges_that_are_none(text, message):
    data = b"1 0 obj << /ByteRange [%b] /Contents <00> >> endobj" % text
    found = read(data)
    assert found.problem.code == "byte_range_invalid"
    assert message in str(found.problem)
    assert found.ranges == ()


@pytest.mark.parametrize(
    ("contents", "digits"),
    [(b"(abc)", b""), (b"<0 0>", b"\0"), (b"<ABC>", b"\xab\xc0"), (b"<XY>", b""), (b"7 0 R", b"")],
)
def test_contents_that_are_no_plain_hexadecimal_string(contents, digits):
    body = b"/ByteRange [0 %d %d %d] /Contents "
    head = b"1 0 obj << " + body % (100, 100 + len(contents), 10)
    pad = b" " * (100 - len(head))
    data = head.replace(b"1 0 obj << ", b"1 0 obj << " + pad) + contents + b" >> endobj "
    found = read(data)
    assert [item.code for item in found.anomalies] == ["byte_range_invalid"]
    assert found.contents == digits


def test_all_ranges_are_found_in_any_spelling():
    spelt = (
        b"/ByteRange[",
        b"/Byte#52ange ",
        b"/#42#79#74e#52ang#65\n",
        b"/ByteRange/X",
        b"/ByteRange",
    )
    data = (
        b"".join(b"x%b" % text for text in spelt)
        + b"/ByteRanges /xByteRange /ByteRange#41 ByteRange"
    )
    found = guard.find_byte_ranges(data, 100)
    assert len(found) == len(spelt)
    assert all(data[at : at + 1] == b"/" for at in found)
    with pytest.raises(LimitExceeded, match="too many signatures"):
        guard.find_byte_ranges(data, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"1 0 obj 12 endobj",
        b"1 0 obj << /A",
        b"1 0 obj << /A (x",
        b"1 0 obj << /A [ (x) >> endobj",
        b"1 0 obj << /A <zz",
        b"1 0 obj << A 1 >>",
        b"1 0 obj << /A >>",
        b"1 0 obj << /A " + b"[" * 1000 + b" >>",
        b"1 0 obj << " + b"/A 1 " * 2000 + b">>",
        b"1 0 objx << >>",
        b"",
    ],
)
def test_what_is_no_dictionary_is_refused(data):
    with pytest.raises(FormatError):
        guard.read_signature(data, guard.object_body(data, 0))


@given(st.binary(max_size=200), st.sampled_from([b"", b"1 0 obj<<", b"1 0 obj<</Contents<00>"]))
def test_any_bytes_give_a_dictionary_or_an_error(data, start):
    try:
        found = guard.read_signature(start + data, guard.object_body(start + data, 0))
    except FormatError:
        return
    assert found.problem is not None or found.end <= len(start + data)
