"""Whole documents: the report and all that is found are the same, whatever compiled code tells."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import fuzzing
import govseal
import ofd_builder as ofd
import ofd_tampering
import realfiles
import usual_xml
from govseal import usual
from govseal.asn1 import strict
from govseal.formats.base import Protect
from govseal.formats.ofd import xml
from govseal.pki.trust import TrustStore
from ofd_tamper_cases import CASES
from untold import forget, outcome, untold

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
NOBODY = TrustStore(())


@pytest.fixture(scope="module")
def world(office):
    return ofd_tampering.World(office, AT + timedelta(hours=5))


def verified(data, verify=None, **changes):
    """The report as JSON."""
    if verify is None:
        return govseal.verify(data, NOBODY, at=AT + timedelta(days=1), **changes).to_json()
    return verify(data, **changes).to_json()


def inspected(data):
    """Everything that is found, to the last field."""
    return repr(govseal.inspect(data))


def same(call, *arguments, **named):
    """What a call gives or refuses: with compiled code, and without it nothing else."""
    forget()
    told = outcome(call, *arguments, **named)
    forget()
    with untold():
        assert outcome(call, *arguments, **named) == told
    return told


@pytest.mark.parametrize("source", ["one", "two", "three", "whole", "other", "plain", "package"])
def test_genuine_documents(office, world, source):
    data = getattr(world, source)
    kind, report = same(verified, data, office.verify)
    assert kind == "gives"
    assert ('"verdict": "passed"' in report) is (source != "package")
    assert same(inspected, data)[0] == "gives"


@pytest.mark.parametrize("name", CASES)
def test_documents_that_were_tampered_with(office, world, name):
    case = CASES[name]
    data = case.make(world)
    kind, report = same(verified, data, office.verify, **case.policy(world))
    assert kind == "gives"
    assert f'"verdict": "{case.verdict}"' in report
    same(inspected, data)


BUILT = {
    "plain": ofd.package(pages=3),
    "stamped": ofd.stamped(count=3),
    "protected as a whole": ofd.stamped(protect=Protect.WHOLE),
    "two documents": ofd.stamped(ofd.two_documents(), count=2),
    "in another namespace": ofd.stamped(ofd.package(namespace="urn:other")),
    "with a comment": ofd.pack(ofd.stamped(), comment=b"comment"),
    "with references": ofd.stamped(ofd.edited(ofd.package(), ofd.PAGE, "第1页", "&#x7B2C;1&amp;")),
    "with comments": ofd.stamped(
        ofd.edited(ofd.package(), ofd.DOCUMENT, "<ofd:Pages>", "<ofd:Pages><!-- 页 -->")
    ),
    "nothing": ofd.pack({}),
}


@pytest.mark.parametrize("data", BUILT.values(), ids=BUILT.keys())
def test_built_documents(data):
    same(verified, data)
    same(inspected, data)


@pytest.mark.parametrize("name", [name for name in BUILT if name != "nothing"])
def test_built_documents_are_stamped_alike(name):
    """To the byte: what is written comes from what was read."""
    kind = same(ofd.stamped, BUILT[name])[0]
    assert kind == ("refuses" if name == "protected as a whole" else "gives")


@pytest.mark.parametrize("name", ["plain", "stamped", "with references"])
def test_pages_are_drawn_alike(name):
    kind, picture = same(govseal.page_picture, BUILT[name], form="svg")
    assert kind == "gives"
    assert picture.startswith(b"<")


@pytest.mark.parametrize("seed", range(20))
def test_documents_with_bent_records(seed):
    """Some are read and some refused; fuzzing.mutant makes each of them again."""
    for number in range(10):
        data = fuzzing.mutant("container", seed, number)
        same(verified, data)
        same(inspected, data)


@pytest.mark.parametrize("name", [ofd.ENTRY, ofd.DOCUMENT, ofd.LIST, ofd.SIGNATURE, ofd.PAGE])
def test_documents_with_a_bent_file(name):
    rows = fuzzing.packages()[0]
    content = next(row.data for row in rows if row.name == name)
    verdicts = set()
    for number in range(60):
        bent = usual_xml.twisted(random.Random(number), content)  # noqa: S311 - to be repeatable
        data = ofd.pack(
            replace(row, data=bent, packed=None) if row.name == name else row for row in rows
        )
        verdicts.add(same(verified, data)[1].partition('"verdict": "')[2][:6])
        same(inspected, data)
    assert "failed" in verdicts


@pytest.mark.samples
@pytest.mark.parametrize("path", realfiles.packages(), ids=lambda path: path.stem)
def test_real_documents(path):
    """By their bytes, and as a file that is read piece by piece."""
    for data in (path.read_bytes(), path):
        assert same(verified, data)[0] == "gives"
    assert same(inspected, path.read_bytes())[0] == "gives"


def test_nothing_is_left_from_the_reading_before(office):
    """Else the second would read nothing anew, and be the same for that alone."""
    data = office.stamp()
    office.verify(data)
    forget()
    with untold(), pytest.MonkeyPatch.context() as patch:
        calls = []
        read = strict._header
        patch.setattr(strict, "_header", lambda *place: calls.append(1) or read(*place))
        office.verify(data)
        first = len(calls)
        office.verify(data)
    assert 0 < len(calls) - first < first


def test_a_difference_would_be_seen(office, monkeypatch):
    tree = usual.tree
    data = office.stamp()

    def otherwise(*arguments):
        node = tree(*arguments)
        row = tuple.__new__(tuple, tuple.__iter__(node))
        return xml.Node(*row[:4], row[4][:-1], row[5])

    monkeypatch.setattr(usual, "tree", otherwise)
    with pytest.raises(AssertionError):
        same(verified, data, office.verify)
