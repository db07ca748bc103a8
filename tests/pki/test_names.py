"""Names: whatever strange things real ones hold, they print, and cannot fake punctuation."""

from __future__ import annotations

import pytest

from govseal.asn1 import write
from govseal.errors import EncodingError, LimitExceeded
from govseal.pki import names
from govseal.testing.x509 import encode_name


def name_of(*pairs):
    """A Name of (OID, encoded value), each in its own SET."""
    rows = [write.set_of(write.sequence(write.oid(oid), value)) for oid, value in pairs]
    return write.sequence(*rows)


def test_a_government_name_in_the_order_received():
    der = encode_name((("C", "CN"), ("O", "某市某局"), ("CN", "99000000000001")))
    assert names.format_name(der) == "C=CN, O=某市某局, CN=99000000000001"
    assert names.name_value(der, "O") == "某市某局"
    assert names.name_value(der, "2.5.4.3") == "99000000000001"


def test_an_absent_attribute_is_none_and_the_last_of_several_counts():
    der = encode_name((("CN", "first"), ("CN", "last")))
    assert names.name_value(der, "OU") is None
    assert names.name_value(der, "CN") == "last"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (write.utf8("市局"), "市局"),
        (write.element(0x1E, "市局".encode("utf-16-be")), "市局"),
        (write.element(0x1C, "市局".encode("utf-32-be")), "市局"),
        (write.element(0x16, "市局@gov.cn".encode()), "市局@gov.cn"),
        (write.element(0x13, "市局".encode()), "市局"),
        (write.element(0x14, b"caf\xe9"), "café"),
        (write.utf8(""), ""),
        (write.element(0x1E, b"\x00"), "\x00"),
        (write.bits(b"\x01"), "#03020001"),
        (write.sequence(write.null()), "#30020500"),
    ],
    ids=[
        "UTF8",
        "BMP",
        "Universal",
        "Chinese in IA5",
        "Chinese in Printable",
        "Latin-1 in Teletex",
        "empty",
        "half a BMP character",
        "BIT STRING",
        "a sequence",
    ],
)
def test_values_of_every_type_become_text(value, text):
    assert names.name_value(name_of(("2.5.4.3", value)), "CN") == text


def test_the_unique_identifier_as_text_is_read():
    # 2.5.4.45 as UTF8String: a government seal CA writes it, and stricter parsers raise.
    der = name_of(("2.5.4.45", write.utf8("B00102")))
    assert names.format_name(der) == "x500UniqueIdentifier=B00102"


def test_an_identifier_that_is_none_is_printed_in_hexadecimal():
    pair = write.sequence(write.element(0x06, b"\x80tag"), write.utf8("x"))
    assert names.format_name(write.sequence(write.set_of(pair))) == "0x80746167=x"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("局, CN=省政府", "CN=局\\, CN\\=省政府"),
        ("a+b;c", "CN=a\\+b\\;c"),
        ('<"\\>', 'CN=\\<\\"\\\\\\>'),
        ("padded\0\0", "CN=padded"),
        ("mid\0dle", "CN=mid\\00dle"),
        ("line\nbreak", "CN=line\\0Abreak"),
        ("\u202egnirts", "CN=\\E2\\80\\AEgnirts"),
        ("zero\u200bwidth", "CN=zero\\E2\\80\\8Bwidth"),
        ("\u2028", "CN=\\E2\\80\\A8"),
    ],
)
def test_nothing_in_a_value_passes_for_punctuation(text, printed):
    assert names.format_name(encode_name((("CN", text),))) == printed


def test_a_value_for_comparison_keeps_every_character():
    assert names.name_value(encode_name((("CN", "a\0\u202e"),)), "CN") == "a\0\u202e"


@pytest.mark.parametrize(
    "der",
    [
        b"",
        write.null(),
        write.sequence(write.null()),
        write.sequence(write.set_of(write.null())),
        write.sequence(write.set_of(write.sequence(write.oid("2.5.4.3")))),
        write.sequence(write.set_of(write.sequence(write.utf8("CN"), write.utf8("x")))),
        encode_name((("CN", "x"),)) + b"\0",
    ],
)
def test_what_is_no_name_is_refused_and_still_prints(der):
    with pytest.raises(EncodingError):
        names.read_name(der)
    assert names.format_name(der) == "#" + der.hex()


def test_a_name_without_end_is_refused():
    with pytest.raises(EncodingError, match="too many attributes"):
        names.read_name(encode_name([("CN", "x")] * 201))
    with pytest.raises(LimitExceeded):
        names.read_name(encode_name((("CN", "x" * 20_000),)))


def test_a_name_without_end_is_not_kept():
    kept = names._format_name.cache_info().currsize
    large = name_of(*[("2.5.4.3", write.utf8("x" * 1000))] * 20)
    assert names.format_name(large) == "#" + large[:64].hex()
    assert names._format_name.cache_info().currsize == kept


def test_an_empty_name_is_a_name():
    assert names.format_name(write.sequence()) == ""


# --- comparison -------------------------------------------------------------------------------


def organization(tag, text, codec="utf-8"):
    return name_of(("2.5.4.10", write.element(tag, text.encode(codec))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (organization(0x13, "Test CA"), organization(0x0C, "Test CA")),
        (organization(0x13, "Test CA"), organization(0x13, "tEST ca")),
        (organization(0x0C, "Test CA"), organization(0x0C, "  Test   CA ")),
        (organization(0x0C, "测试 CA"), organization(0x0C, "测试  ca")),
    ],
)
def test_spellings_that_the_standard_overlooks_are_the_same_name(one, other):
    assert names.is_same_name(one, other)
    assert names.comparable(one) == names.comparable(other)
    assert names.relative_names(one) == names.relative_names(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (organization(0x13, "Test CA"), organization(0x13, "TestCA")),
        (organization(0x13, "Test CA"), organization(0x16, "Test CA")),
        (organization(0x13, "Test CA"), organization(0x1E, "Test CA", "utf-16-be")),
        (organization(0x13, "Test CA"), organization(0x0C, "Test\u3000CA")),
        (organization(0x13, "Test CA"), organization(0x0C, "Test\tCA")),
        (organization(0x13, "Test CA"), organization(0x0C, "Ｔest CA")),
        (organization(0x0C, "é"), organization(0x0C, "É")),
        (organization(0x0C, "ſ"), organization(0x0C, "s")),
        (organization(0x0C, "Test CA"), organization(0x0C, "Test CA\0")),
        (organization(0x13, "\xe9", "latin-1"), organization(0x0C, "é")),
        (organization(0x0C, "a"), name_of(("2.5.4.11", write.utf8("a")))),
        (organization(0x0C, "a"), write.sequence()),
    ],
)
def test_any_other_difference_makes_another_name(one, other):
    assert not names.is_same_name(one, other)


def test_the_order_counts_between_relative_names_and_not_within():
    a, b = (write.sequence(write.oid("2.5.4.10"), write.utf8(text)) for text in "ab")
    assert not names.is_same_name(
        write.sequence(write.set_of(a), write.set_of(b)),
        write.sequence(write.set_of(b), write.set_of(a)),
    )
    assert not names.is_same_name(
        write.sequence(write.set_of(a, b)), write.sequence(write.set_of(a), write.set_of(b))
    )
    swapped = write.element(0x31, b + a)
    assert names.is_same_name(write.sequence(write.set_of(a, b)), write.sequence(swapped))


@pytest.mark.parametrize(
    "other",
    [
        organization(0x1E, "TEST ca", "utf-16-be"),
        organization(0x16, "Test CA\0\0"),
        organization(0x0C, "Ｔｅｓｔ\u3000ＣＡ"),
    ],
)
def test_the_wide_comparison_overlooks_more(other):
    one = organization(0x13, "Test CA")
    wide = names.relative_names(one, is_wide=True)
    assert names.relative_names(other, is_wide=True) == wide
    assert not names.is_same_name(one, other)


@pytest.mark.parametrize("der", [b"", b"junk", write.null(), write.sequence(write.null())])
def test_what_is_no_name_is_not_compared(der):
    with pytest.raises(EncodingError):
        names.is_same_name(der, write.sequence())
