"""Delegated seals: which scopes may be made, and what a scope permits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import delegated
from govseal import sm2
from govseal.asn1 import write
from govseal.errors import EncodingError, FormatError, LimitExceeded, SealError
from govseal.seal.delegation import (
    Statements,
    check_scope,
    covers,
    read_matter_list,
    read_statements,
    state_use,
)
from govseal.seal.extensions import (
    OIDS,
    ApprovalDigest,
    CounterStamp,
    LedgerReference,
    Matter,
    SealScope,
)
from govseal.seal.model import Extension
from govseal.testing import Hierarchy

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
END = AT + 30 * DAY


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def pki(request):
    return Hierarchy.create(request.param, at=AT)


@pytest.fixture(scope="module")
def sealed():
    """Makes a seal with such a scope, or none."""
    pki = Hierarchy.create("sm2", at=AT)

    def make(scope, *more):
        rows = () if scope is None else (scope.encode(),)
        return delegated.seal(pki, *rows, *more, at=AT)

    return make


# ------------------------------------------------------------------------------------------- making


@pytest.mark.req("R-GZ-1.1")
def test_the_scope_travels_in_the_seal_and_is_signed_by_the_maker(pki):
    scope = delegated.scope(AT)
    seal = delegated.seal(pki, scope.encode(), at=AT)
    assert SealScope.find(seal.extensions) == scope
    assert scope.delegator != scope.delegate
    assert [item.critical for item in seal.extensions] == [False]
    assert scope.encode().value in seal.signed


def test_a_seal_made_within_a_second_may_have_a_term_from_that_second(pki):
    at = AT + timedelta(microseconds=700)
    seal = delegated.seal(pki, delegated.scope(at).encode(), at=at)
    assert SealScope.find(seal.extensions).not_before == AT


def test_no_matters_and_no_list_is_any_delegated_matter(pki):
    seal = delegated.seal(pki, delegated.scope(AT, matters=()).encode(), at=AT)
    assert covers(SealScope.find(seal.extensions), "any")


INCOHERENT = [
    ({"delegate": delegated.CITY}, "E_NOT_OWNER"),
    pytest.param({"redelegation": True}, "E_NO_SUBDELEGATION", marks=pytest.mark.req("R-GZ-3.2.5")),
    ({"not_after": AT + 1000 * DAY}, "E_VALIDITY_MISMATCH"),
    ({"not_after": AT}, "E_VALIDITY_MISMATCH"),
    ({"not_after": AT - DAY}, "E_VALIDITY_MISMATCH"),
    ({"matters": ("a", "b", "a")}, "E_SEAL_SCOPE"),
    ({"matters": ("",)}, "E_SEAL_SCOPE"),
    ({"matters": ("a\n",)}, "E_SEAL_SCOPE"),
    ({"matters": ("\u202ea",)}, "E_SEAL_SCOPE"),
    ({"matters": ("a" * 101,)}, "E_SEAL_SCOPE"),
]


@pytest.mark.parametrize(("changes", "code"), INCOHERENT)
def test_an_incoherent_scope_goes_into_no_seal(sealed, changes, code):
    scope = delegated.scope(AT, **changes)
    with pytest.raises(SealError) as caught:
        sealed(scope)
    assert caught.value.code == code
    with pytest.raises(SealError) as caught:
        check_scope(scope, not_before=AT, not_after=END)
    assert caught.value.code == code


def test_a_term_may_have_begun_before_the_seal():
    """The seal is made on the first day of the term, or renewed within it."""
    check_scope(delegated.scope(AT, not_before=AT - 20 * DAY), not_before=AT, not_after=END)


def test_a_term_that_is_over_goes_into_no_new_seal():
    over = delegated.scope(AT - 40 * DAY)
    with pytest.raises(SealError, match="does not end within") as caught:
        check_scope(over, not_before=AT, not_after=END)
    assert caught.value.code == "E_VALIDITY_MISMATCH"


def test_a_scope_may_last_as_long_as_the_seal():
    check_scope(delegated.scope(AT), not_before=AT, not_after=END)
    with pytest.raises(SealError, match="does not end within"):
        check_scope(delegated.scope(AT), not_before=AT, not_after=END - SECOND)


@pytest.mark.parametrize(
    "extensions",
    [
        (Extension(SealScope.OID, b"\x05\x00"),),
        (Extension(SealScope.OID, write.sequence(write.integer(2))),),
        (replace(delegated.scope(AT).encode(), critical=True),),
        (delegated.scope(AT).encode(), delegated.scope(AT, region="990002").encode()),
        (delegated.scope(AT, matters=tuple(map(str, range(20_001)))).encode(),),
    ],
    ids=["another type", "another version", "critical", "twice", "too many matters"],
)
def test_a_scope_that_nobody_could_read_is_the_callers_mistake(sealed, extensions):
    with pytest.raises(ValueError, match=r"SealScope|elements"):
        sealed(None, *extensions)


# ------------------------------------------------------------------------------------------- a list


def test_a_list_has_one_code_to_a_line():
    assert read_matter_list(delegated.LIST) == {"360700-0001", "360700-0003"}
    assert read_matter_list("a b\n\n事项\u2028x".encode()) == {"a b", "事项\u2028x"}
    assert read_matter_list(b"") == frozenset()


def test_a_list_that_cannot_be_read():
    with pytest.raises(EncodingError):
        read_matter_list("事项".encode("gb18030"))
    with pytest.raises(LimitExceeded):
        read_matter_list(b"\n" * (4 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("changes", "matter", "codes", "expected"),
    [
        ({}, delegated.LISTED, None, True),
        ({}, delegated.OTHER, None, False),
        ({}, delegated.LISTED.lower() + " ", None, False),
        ({"matter_list": bytes(32)}, delegated.OTHER, frozenset({delegated.OTHER}), False),
        ({"matters": ()}, "any", None, True),
        ({"matters": (), "matter_list": bytes(32)}, "any", None, None),
        ({"matters": (), "matter_list": bytes(32)}, "any", frozenset(), False),
        ({"matters": (), "matter_list": bytes(32)}, "any", frozenset({"any"}), True),
    ],
)
def test_what_a_scope_permits(changes, matter, codes, expected):
    assert covers(delegated.scope(AT, **changes), matter, codes) is expected


# -------------------------------------------------------------------------------------------- using


def use(seal, **how):
    return state_use(seal, **{"at": AT + DAY} | how)


@pytest.mark.req("R-GZ-1.1")
def test_a_use_states_matter_entry_and_approvals(sealed):
    stated = use(
        sealed(delegated.scope(AT)),
        matter=delegated.LISTED,
        ledger=delegated.LEDGER,
        approvals=delegated.APPROVALS,
        extensions=[Extension("1.2.3", b"\x05\x00")],
    )
    assert Matter.find(stated) == Matter(delegated.LISTED)
    assert LedgerReference.find(stated) == delegated.LEDGER
    assert ApprovalDigest.find(stated) == ApprovalDigest(delegated.APPROVALS)
    assert stated[-1].oid == "1.2.3"


def test_a_matter_among_the_extensions_counts(sealed):
    seal = sealed(delegated.scope(AT))
    row = Matter(delegated.LISTED).encode()
    assert use(seal, extensions=[row]) == (row,)
    with pytest.raises(SealError) as caught:
        use(seal, extensions=[Matter(delegated.OTHER).encode()])
    assert caught.value.code == "E_ITEM_NOT_DELEGATED"


@pytest.mark.parametrize("form", [delegated.LIST, delegated.LIST.decode()])
def test_the_list_that_the_seal_names_decides(sealed, form):
    seal = sealed(delegated.only_listed(AT))
    assert use(seal, matter="360700-0003", matter_list=form)
    with pytest.raises(SealError) as caught:
        use(seal, matter="360700-0002", matter_list=form)
    assert caught.value.code == "E_ITEM_NOT_DELEGATED"


def test_a_seal_without_scope_may_state_a_matter_or_none(sealed):
    assert use(sealed(None)) == ()
    assert use(sealed(None), matter="any") == (Matter("any").encode(),)


def test_the_last_second_of_the_term_belongs_to_it(sealed):
    assert use(sealed(delegated.scope(AT)), matter=delegated.LISTED, at=AT)
    at = END + timedelta(microseconds=999_999)
    assert use(sealed(delegated.scope(AT)), matter=delegated.LISTED, at=at)


@pytest.mark.parametrize(
    ("make", "how", "code"),
    [
        pytest.param(
            delegated.scope,
            {"matter": delegated.OTHER},
            "E_ITEM_NOT_DELEGATED",
            marks=pytest.mark.req("R-GZ-1.1"),
        ),
        pytest.param(delegated.scope, {}, "E_SEAL_SCOPE", marks=pytest.mark.req("R-GZ-1.3a")),
        pytest.param(
            delegated.scope,
            {"matter": delegated.LISTED, "at": END + SECOND},
            "E_AGREEMENT_EXPIRED",
            marks=pytest.mark.req("R-GZ-2.1b"),
        ),
        (delegated.scope, {"matter": delegated.LISTED, "at": AT - SECOND}, "E_TOO_EARLY"),
        (delegated.scope, {"matter": delegated.LISTED, "matter_list": "a"}, "E_SEAL_SCOPE"),
        (delegated.only_listed, {"matter": delegated.LISTED}, "E_SEAL_SCOPE"),
        (
            delegated.only_listed,
            {"matter": delegated.LISTED, "matter_list": delegated.LIST + b"\n360700-0009"},
            "E_SEAL_SCOPE",
        ),
        (delegated.only_listed, {"matter_list": delegated.LIST}, "E_SEAL_SCOPE"),
    ],
)
def test_a_use_outside_the_scope_is_refused(sealed, make, how, code):
    with pytest.raises(SealError) as caught:
        use(sealed(make(AT)), **how)
    assert caught.value.code == code


def test_a_list_for_a_seal_without_scope_is_refused(sealed):
    with pytest.raises(SealError) as caught:
        use(sealed(None), matter="a", matter_list="a")
    assert caught.value.code == "E_SEAL_SCOPE"


def test_a_list_that_the_seal_names_and_nobody_can_read(sealed):
    text = "事项".encode("gb18030")
    seal = sealed(delegated.scope(AT, matters=(), matter_list=sm2.sm3(text)))
    with pytest.raises(EncodingError):
        use(seal, matter="a", matter_list=text)


def test_a_seal_whose_scope_cannot_be_read_is_not_used(sealed):
    broken = replace(sealed(None), extensions=(Extension(SealScope.OID, b"\x05\x00"),))
    with pytest.raises(FormatError):
        use(broken, matter="a")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"matter": "a\n"}, "printable"),
        ({"approvals": b""}, "32 bytes"),
        ({"matter": "a", "extensions": [Matter("b").encode()]}, "twice"),
        ({"extensions": [CounterStamp(bytes(32)).encode()] * 2}, "twice"),
        ({"extensions": [Extension(Matter.OID, b"a")]}, "Matter|element"),
        ({"extensions": [replace(Matter("a").encode(), critical=True)]}, "critical"),
        ({"extensions": [delegated.scope(AT).encode()]}, "no extension of a stamp"),
    ],
)
def test_statements_that_nobody_could_read_are_the_callers_mistake(sealed, how, why):
    with pytest.raises(ValueError, match=why):
        use(sealed(None), **how)


# ------------------------------------------------------------------------------------------ reading


def test_what_cannot_be_read_is_a_problem_and_no_exception():
    scope, broken = delegated.scope(AT), Extension(ApprovalDigest.OID, b"\x04\x00")
    found = read_statements([Matter("a").encode(), broken], [scope.encode()])
    assert (found.scope, found.matter) == (scope, Matter("a"))
    assert found.problem.code == "malformed"
    assert read_statements([], [Extension(SealScope.OID, b"")]).scope is None
    assert read_statements([], []) == Statements()


@given(
    st.lists(st.tuples(st.sampled_from(sorted(OIDS.values())), st.binary(max_size=60)), max_size=5)
)
def test_any_extensions_are_read_or_a_problem(rows):
    extensions = [Extension(oid, value) for oid, value in rows]
    found = read_statements(extensions, extensions)
    assert found.problem is None or found.problem.__traceback__ is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(data):
    try:
        codes = read_matter_list(data)
    except EncodingError:
        return
    assert not codes & {"", "\n"}
