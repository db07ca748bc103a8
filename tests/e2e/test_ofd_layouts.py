"""Every layout that the container standard allows is stamped and passes, strictly read too."""

from __future__ import annotations

from dataclasses import replace

import pytest

import fuzzing
import ofd_builder as ofd
from govseal.verification.policy import Policy


def rows(**changes):
    return ofd.members(ofd.files(pages=2, **changes))


def each(change):
    """The package with every member, or its content, otherwise."""
    return lambda: ofd.pack(change(row) for row in rows())


def described(row):
    number = fuzzing.descriptor(row.data)
    return replace(row, flags=8, local_sizes=(0, 0, 0), descriptor=number)


def texts(change):
    """The package with the text of every XML file otherwise."""

    def bent(row):
        is_xml = row.data.startswith(b"<?xml")
        return replace(row, data=change(row.data.decode())) if is_xml else row

    return each(bent)


def utf16(text):
    return text.replace("UTF-8", "UTF-16").encode("utf-16")


def gbk(text):
    return text.replace("UTF-8", "GBK").encode("gbk")


def default_namespace(text):
    return text.replace("ofd:", "").replace("xmlns:ofd", "xmlns").encode()


def absolute(text):
    return (
        text.replace('BaseLoc="Pages', 'BaseLoc="/Doc_0/Pages')
        .replace(">PublicRes.xml", ">/Doc_0/PublicRes.xml")
        .replace("<ofd:DocRoot>", "<ofd:DocRoot>/")
        .encode()
    )


def detours(text):
    return (
        text.replace('BaseLoc="Pages', 'BaseLoc="./x/../Pages')
        .replace(">PublicRes.xml", ">../Doc_0/PublicRes.xml")
        .encode()
    )


def named(directory, text=None):
    """A document in a directory of this name, which XML writes as ``text``."""

    def make():
        found = rows(directory=text or directory)
        return ofd.pack(
            replace(row, name=row.name.replace(text or directory, directory)) for row in found
        )

    return make


LAYOUTS = {
    "as the standard draws it": lambda: ofd.pack(rows()),
    "OFD.xml last": lambda: ofd.pack(reversed(rows())),
    "stored": each(lambda row: replace(row, method=0)),
    "one stored, one deflated": lambda: ofd.pack(
        replace(row, method=8 * (n % 2)) for n, row in enumerate(rows())
    ),
    "data descriptors": each(described),
    "directories by name": lambda: ofd.pack(
        [ofd.Member("Doc_0/", method=0), ofd.Member("Doc_0/Pages/", method=0), *rows()]
    ),
    "a comment": lambda: ofd.pack(rows(), comment=b"PK: made by hand"),
    "another prefix": texts(
        lambda text: text.replace("ofd:", "x:").replace("xmlns:ofd", "xmlns:x").encode()
    ),
    "no prefix": texts(default_namespace),
    "UTF-16": texts(utf16),
    "GBK": texts(gbk),
    "absolute paths": texts(absolute),
    "paths with detours": texts(detours),
    "blanks in names": named("我的 文件 1"),
    "percent signs in names": named("a%20b%2F"),
    "escapes in names": named("a&b'", "a&amp;b&apos;"),
    "code points in names": named("é一", "&#233;&#x4e00;"),
    "no directory like Doc_0": named("x/y/z"),
    "a dot in front": named(".hidden"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_stamped_twice_and_passes(office, name):
    data = office.stamp(office.stamp(LAYOUTS[name]()), hours=3)
    report = office.verify(data, policy=Policy(strict=True))
    assert (report.verdict.value, report.reasons, report.notices) == ("passed", (), ())
    assert [s.pages.covered for s in report.signatures] == [((1, 2),)] * 2
    page = next(item for item in ofd.members(data) if item.name.endswith("Page_1/Content.xml"))
    changed = office.verify(ofd.replaced(data, page.name, page.data + b" "))
    assert (changed.verdict.value, changed.reasons) == ("failed", ("data_digest_mismatch",))
