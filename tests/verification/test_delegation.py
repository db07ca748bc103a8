"""The check ``seal_scope``, against a delegate who stamps with any program: no rule is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

import attacker
import delegated
from govseal.asn1 import write
from govseal.asn1.times import Instant
from govseal.pki.materials import Materials
from govseal.seal import codec
from govseal.seal.extensions import (
    ApprovalDigest,
    CounterStamp,
    LedgerReference,
    Matter,
    SealScope,
)
from govseal.seal.model import Extension
from govseal.seal.sign import sign_seal
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text
from govseal.verification.report import Verdict
from outcomes import at, lowered, outcome

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
LOCATION = "/Doc_0/Signs/Sign_0/Signature.xml"
DATA = b"<Signature/>"
PASSES, SKIPS = ("passed", ""), ("skipped", "")
BROKEN = Extension(SealScope.OID, b"\x05\x00")


def seal_with(world, *extensions):
    """A seal with these extensions by the world's maker, coherent or not."""
    start = at(world)
    der = attacker.seal_of(
        world.pki.maker,
        signers=[world.pki.signer.certificate],
        properties={"create_date": start, "not_before": start, "not_after": start + 60 * DAY},
        extensions=codec.extension_rows(extensions),
    )
    return codec.decode_seal(der)


def stamp(world, seal, *extensions, time=None):
    return sign_seal(
        seal,
        world.pki.signer,
        data_digest=world.pki.signer.algorithm.digest.digest(DATA),
        property_info=LOCATION,
        at=time or at(world) + 2 * HOUR,
        extensions=extensions,
    )


def judge(world, scope, *extensions, time=None, lists=(), **how):
    """The report on a stamp with these extensions by a seal with that scope, or none."""
    rows = () if scope is None else (scope if isinstance(scope, Extension) else scope.encode(),)
    der = stamp(world, seal_with(world, *rows), *extensions, time=time)
    materials = world.materials | Materials(matter_lists=lists)
    return world.judge(der, materials=materials, **{"at": at(world) + 29 * DAY} | how)


def matter(code=delegated.LISTED):
    return Matter(code).encode()


@pytest.mark.req("R-GZ-1.3a")
def test_a_listed_matter_passes(world):
    signature = judge(world, delegated.scope(at(world)), matter())
    assert outcome(signature, "seal_scope") == PASSES
    assert signature.verdict is Verdict.PASSED
    assert signature.check("seal_scope").clause == "赣州“2号章”规范, 2.3"


@pytest.mark.parametrize(
    ("changes", "lists", "code"),
    [
        ({"matters": ()}, (), "any"),
        ({"matter_list": bytes(32)}, (), delegated.LISTED),
        (None, (delegated.LIST,), "360700-0003"),
        (None, (b"other", b"\xff", delegated.LIST), "360700-0001"),
    ],
    ids=["any matter", "the codes inside decide", "the list", "one list of several"],
)
def test_what_else_passes(world, changes, lists, code):
    make = delegated.only_listed if changes is None else delegated.scope
    signature = judge(world, make(at(world), **changes or {}), matter(code), lists=lists)
    assert outcome(signature, "seal_scope") == PASSES


def test_the_term_includes_its_ends(world):
    start = at(world)
    scope = delegated.scope(start, not_before=start + HOUR, not_after=start + 2 * HOUR)
    for time in (start + HOUR, start + 2 * HOUR):
        assert outcome(judge(world, scope, matter(), time=time), "seal_scope") == PASSES


def test_without_scope_the_check_does_not_apply(world):
    for extensions in ((), (matter(), delegated.LEDGER.encode())):
        signature = judge(world, None, *extensions)
        assert outcome(signature, "seal_scope") == SKIPS
        assert signature.verdict is Verdict.PASSED


def test_further_delegation_is_a_notice(world):
    signature = judge(world, delegated.scope(at(world), redelegation=True), matter())
    assert signature.verdict is Verdict.PASSED
    assert "redelegation_permitted" in signature.notices


# ------------------------------------------------------------------------------------------ outside


@pytest.mark.req("R-GZ-1.1", "R-GZ-1.3a")
@pytest.mark.parametrize(
    ("make", "extensions", "lists"),
    [
        (delegated.scope, (), ()),
        (delegated.scope, (delegated.LEDGER.encode(),), ()),
        (delegated.scope, (matter(delegated.OTHER),), ()),
        (delegated.scope, (matter(delegated.OTHER),), (delegated.OTHER.encode(),)),
        (delegated.only_listed, (), ()),
        (delegated.only_listed, (matter("360700-0002"),), (delegated.LIST,)),
    ],
    ids=[
        "no matter",
        "no matter, but an entry",
        "another matter",
        "a list of the verifier's own",
        "no matter and no list",
        "not in the list",
    ],
)
def test_a_matter_outside_the_scope_fails(world, make, extensions, lists):
    signature = judge(world, make(at(world)), *extensions, lists=lists)
    assert lowered(signature) == [("seal_scope", "failed", "outside_scope")]


@pytest.mark.req("R-GZ-2.1b")
@pytest.mark.parametrize("seconds", [-1, 3601])
def test_a_time_outside_the_term_fails(world, seconds):
    start = at(world) + HOUR
    scope = delegated.scope(start, not_after=start + HOUR)
    time = start + seconds * SECOND
    signature = judge(world, scope, matter(), time=time, at=start + HOUR)
    assert lowered(signature) == [("seal_scope", "failed", "outside_term")]


def test_once_the_term_is_over_a_claimed_time_within_it_proves_nothing(world):
    """A former delegate still has seal and key, and may claim any time."""
    start = at(world)
    signature = judge(world, delegated.scope(start), matter(), at=start + 50 * DAY)
    assert outcome(signature, "seal_scope") == PASSES
    assert lowered(signature) == [("signing_time", "indeterminate", "no_proof_of_time")]


@pytest.mark.parametrize("lists", [(), (delegated.LIST + b"\n",), (b"\xff",)])
def test_a_list_that_is_not_at_hand_leaves_it_undecided(world, lists):
    signature = judge(world, delegated.only_listed(at(world)), matter(), lists=lists)
    assert lowered(signature) == [("seal_scope", "indeterminate", "matter_list_missing")]


def test_outside_the_term_no_list_is_needed(world):
    start = at(world)
    scope = delegated.only_listed(start, not_after=start + HOUR)
    signature = judge(world, scope, matter(), at=start + HOUR)
    assert lowered(signature) == [("seal_scope", "failed", "outside_term")]


def test_a_stamp_without_a_time_is_undecided(world):
    seal = seal_with(world, delegated.scope(at(world)).encode())
    timeless = codec.decode_signature(stamp(world, seal, matter()))
    timeless = replace(timeless, claimed_time=Instant("soon", None))
    (signature,) = world.report(replace(world.evidence(), stamp=timeless)).signatures
    assert outcome(signature, "seal_scope") == ("indeterminate", "no_signing_time")


def test_a_term_that_ends_before_it_starts_holds_no_time(world):
    start = at(world)
    scope = delegated.scope(start, not_before=start + 3 * HOUR, not_after=start)
    assert outcome(judge(world, scope, matter()), "seal_scope") == ("failed", "outside_term")


# --------------------------------------------------------------------------------------- unreadable


@pytest.mark.parametrize(
    "extension",
    [
        BROKEN,
        Extension(SealScope.OID, b""),
        Extension(SealScope.OID, write.utf8("a")),
    ],
)
def test_a_scope_that_cannot_be_read_fails(world, extension):
    signature = judge(world, extension, matter())
    assert lowered(signature) == [("seal_scope", "failed", "malformed")]


def test_a_truncated_scope_fails(world):
    good = delegated.scope(at(world)).encode()
    for size in (1, 2, 3, 5, 40, len(good.value) - 1):
        signature = judge(world, replace(good, value=good.value[:size]), matter())
        assert lowered(signature) == [("seal_scope", "failed", "malformed")]


def test_a_critical_scope_fails(world):
    critical = replace(delegated.scope(at(world)).encode(), critical=True)
    signature = judge(world, critical, matter())
    assert outcome(signature, "seal_scope") == ("failed", "malformed")
    assert signature.verdict is Verdict.FAILED


def test_two_scopes_fail(world):
    start = at(world)
    rows = [delegated.scope(start).encode(), delegated.scope(start, matters=()).encode()]
    signature = world.judge(stamp(world, seal_with(world, *rows), matter()))
    assert outcome(signature, "seal_scope") == ("failed", "malformed")


def test_a_scope_of_a_later_version_is_undecided(world):
    later = Extension(SealScope.OID, write.sequence(write.integer(2), write.utf8("a")))
    signature = judge(world, later, matter())
    assert lowered(signature) == [("seal_scope", "indeterminate", "unsupported")]


@pytest.mark.parametrize("scoped", [True, False])
@pytest.mark.parametrize("kind", [Matter, LedgerReference, ApprovalDigest, CounterStamp])
def test_a_statement_that_cannot_be_read_fails_with_and_without_scope(world, kind, scoped):
    scope = delegated.scope(at(world)) if scoped else None
    rows = [Extension(kind.OID, b"\x05\x00")]
    rows += [matter()] if kind is not Matter else []
    assert lowered(judge(world, scope, *rows)) == [("seal_scope", "failed", "malformed")]


@pytest.mark.parametrize("row", [matter(), delegated.LEDGER.encode()])
def test_a_statement_that_is_there_twice_fails(world, row):
    others = () if row.oid == Matter.OID else (matter(),)
    signature = judge(world, delegated.scope(at(world)), row, row, *others)
    assert lowered(signature) == [("seal_scope", "failed", "malformed")]


def test_a_scope_in_the_stamp_is_none_of_the_seal(world):
    wide = delegated.scope(at(world), matters=()).encode()
    signature = judge(world, delegated.scope(at(world)), wide, matter(delegated.OTHER))
    assert lowered(signature) == [("seal_scope", "failed", "outside_scope")]


# ------------------------------------------------------------------------------------------- report


def test_the_report_names_scope_matter_and_entry(world):
    start = at(world)
    rows = (matter(), delegated.LEDGER.encode())
    found = judge(world, delegated.scope(start), *rows).to_dict()
    assert found["matter"] == delegated.LISTED
    assert found["ledger"] == {
        "log": "测试县用印台账",
        "sequence": 41,
        "leaf": delegated.LEDGER.leaf.hex(),
    }
    assert found["seal"]["scope"] == {
        "delegator": delegated.CITY,
        "delegate": delegated.COUNTY,
        "region": "990001",
        "matters": list(delegated.MATTERS),
        "matter_list": None,
        "agreement": delegated.scope(start).agreement.hex(),
        "not_before": "2026-06-01T16:00:00+08:00",
        "not_after": "2026-07-01T16:00:00+08:00",
        "redelegation": False,
    }
    assert json.dumps(found)


def test_without_statements_the_report_has_none(world):
    found = judge(world, None).to_dict()
    assert (found["matter"], found["ledger"], found["seal"]["scope"]) == (None, None, None)


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        (
            "zh",
            (
                "用章范围",
                "委托期限",
                "用印事项",
                "台账记录",
                "第 41 条",
                "2026-06-01 至 2026-07-01",
            ),
        ),
        (
            "en",
            ("scope of the seal", "delegated", "matter", "entry 41", "2026-06-01 to 2026-07-01"),
        ),
    ],
)
def test_people_read_it_in_text_and_html(world, lang, texts):
    der = stamp(
        world,
        seal_with(world, delegated.scope(at(world)).encode()),
        *(matter(), delegated.LEDGER.encode()),
    )
    report = world.report(world.evidence(der))
    for page in (render_text(report, lang=lang), render_html(report, lang)):
        for text in (*texts, delegated.CITY, delegated.COUNTY, *delegated.MATTERS):
            assert text in page


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"matters": ()}, "协议所委托的事项", "what was delegated"),
        ({"matters": (), "matter_list": bytes(32)}, "事项清单所列事项", "the matters of its list"),
    ],
)
def test_a_scope_without_codes_says_what_stands_for_them(world, changes, zh, en):
    seal = seal_with(world, delegated.scope(at(world), **changes).encode())
    report = world.report(world.evidence(stamp(world, seal, matter())))
    assert zh in render_text(report, lang="zh")
    assert en in render_text(report, lang="en")


def test_codes_that_move_the_cursor_are_shown_as_escapes(world):
    seal = seal_with(world, delegated.scope(at(world), matters=("\x1b[2J<b>",)).encode())
    report = world.report(world.evidence(stamp(world, seal, matter())))
    assert report.verdict is Verdict.FAILED
    assert "\x1b" not in render_text(report)
    assert "<b>" not in render_html(report)
