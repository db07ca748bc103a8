"""Name constraints: within is within, a doubt never lets a name through, and work is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.asn1 import write
from govseal.errors import EncodingError, LimitExceeded
from govseal.pki import extensions as ext
from govseal.pki.effort import MAX_STEPS, Effort
from govseal.pki.extensions import GeneralName, read_alt_names, read_name_constraints
from govseal.testing import x509
from path_builder import (
    add,
    chain,
    constraints,
    directory,
    dns,
    email,
    fields,
    ip,
    other_name,
    san,
    subject,
    uri,
)

OUTSIDE, EXCLUDED = "outside what a CA above permits", "within what a CA above excludes"
DOUBT = "cannot be compared"
BUREAU = (("C", "CN"), ("O", "测试市行政审批服务管理局"))


def says(base, name, *, excluded=False):
    """What is said of ``name`` below a CA with one base; empty where it passes."""
    rule = constraints(excluded=[base]) if excluded else constraints([base])
    result = chain((), (rule,), (san(name),)).judge()
    assert result.reason in (None, "chain_broken")
    return result.detail


def permits(base, name):
    return says(base, name) == ""


# --- domain names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("gov.test", "gov.test"),
        ("gov.test", "seal.gov.test"),
        ("GOV.test", "Seal.gov.TEST"),
        ("gov.test", "*.gov.test"),
        ("", "gov.test"),
    ],
)
def test_a_domain_name_within_is_permitted(base, name):
    assert permits(dns(base), dns(name))
    assert EXCLUDED in says(dns(base), dns(name), excluded=True)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("gov.test", "notgov.test"),
        ("gov.test", "test"),
        ("seal.gov.test", "*.gov.test"),
        ("gov.test", "gov.test.example"),
    ],
)
def test_a_domain_name_beside_is_outside(base, name):
    assert OUTSIDE in says(dns(base), dns(name))


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("gov.test", "gov.test."),
        ("gov.test", "gov..test"),
        ("gov.test", ""),
        ("gov.test", "gov.test\0.example"),
        ("gov.test", "政"),
        ("gov.test", "a.*.gov.test"),
        ("gov.test", "*gov.test"),
        ("gov.test", "a" * 300 + ".gov.test"),
        (".gov.test", "a.gov.test"),
        ("*.gov.test", "a.gov.test"),
    ],
)
def test_a_domain_name_that_is_none_is_refused_both_ways(base, name):
    encoded = write.element(0x82, name.encode())
    for excluded in (False, True):
        assert DOUBT in says(dns(base), encoded, excluded=excluded)


def test_a_wildcard_beside_an_excluded_name_stands_for_it_too():
    assert EXCLUDED in says(dns("seal.gov.test"), dns("*.gov.test"), excluded=True)
    assert says(dns("a.seal.gov.test"), dns("*.gov.test"), excluded=True) == ""
    assert says(dns("other.test"), dns("*.gov.test"), excluded=True) == ""


# --- mailboxes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("clerk@gov.test", "clerk@GOV.test"),
        ("gov.test", "clerk@gov.test"),
        (".gov.test", "clerk@seal.gov.test"),
        ("", "clerk@gov.test"),
    ],
)
def test_a_mailbox_within_is_permitted(base, name):
    assert permits(email(base), email(name))
    assert EXCLUDED in says(email(base), email(name), excluded=True)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("clerk@gov.test", "Clerk@gov.test"),
        ("clerk@gov.test", "other@gov.test"),
        ("clerk@gov.test", "clerk@seal.gov.test"),
        ("gov.test", "clerk@seal.gov.test"),
        (".gov.test", "clerk@gov.test"),
    ],
)
def test_a_mailbox_beside_is_outside(base, name):
    assert OUTSIDE in says(email(base), email(name))


def test_the_case_of_a_mailbox_does_not_evade_an_exclusion():
    assert EXCLUDED in says(email("clerk@gov.test"), email("CLERK@gov.test"), excluded=True)


@pytest.mark.parametrize(
    "name", ['"clerk"@gov.test', "a@b@gov.test", "gov.test", "@gov.test", "clerk@", "é@gov.test"]
)
def test_a_mailbox_that_is_none_is_refused_both_ways(name):
    for excluded in (False, True):
        assert DOUBT in says(email("gov.test"), email(name), excluded=excluded)


def test_a_mailbox_in_the_subject_is_a_name_too():
    inside, outside = (subject(("emailAddress", f"clerk@{host}")) for host in ("a.test", "b.test"))
    rule = constraints([email("a.test")])
    assert chain((), (rule,), (inside,)).judge().outcome == "passed"
    assert OUTSIDE in chain((), (rule,), (outside,)).judge().detail


# --- URIs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("gov.test", "http://gov.test"),
        ("gov.test", "https://gov.test:8443/a?b#c"),
        ("gov.test", "ldap://clerk@gov.test/cn=a"),
        (".gov.test", "http://seal.gov.test/"),
    ],
)
def test_a_uri_within_is_permitted(base, name):
    assert permits(uri(base), uri(name))
    assert EXCLUDED in says(uri(base), uri(name), excluded=True)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("gov.test", "http://seal.gov.test/"),
        (".gov.test", "http://gov.test/"),
        ("gov.test", "http://evil.test/gov.test"),
        ("gov.test", "http://gov.test@evil.test/"),
        ("gov.test", "http://evil.test#@gov.test"),
        ("gov.test", "http://evil.test?@gov.test"),
    ],
)
def test_a_uri_beside_is_outside(base, name):
    assert OUTSIDE in says(uri(base), uri(name))


@pytest.mark.parametrize(
    "name",
    ["urn:gov.test", "gov.test", "://gov.test", "http:///a", "http://192.0.2.1/", "http://[::1]/",
     "http://evil.test\\@gov.test", "http://gov.test:x/", "http://*.gov.test/"],
)  # fmt: skip
def test_a_uri_without_a_host_name_is_refused_both_ways(name):
    for excluded in (False, True):
        assert DOUBT in says(uri("gov.test"), uri(name), excluded=excluded)


# --- addresses --------------------------------------------------------------------------------


def test_an_address_is_within_its_network():
    network = ip("192.0.2.0/255.255.255.0")
    assert permits(network, ip("192.0.2.255"))
    assert OUTSIDE in says(network, ip("192.0.3.0"))
    assert OUTSIDE in says(network, ip("00" * 16))
    assert permits(ip("0.0.0.0/0.0.0.0"), ip("192.0.2.1"))


@pytest.mark.parametrize("base", ["192.0.2.0/255.0.255.0", "192.0.2.1", "00"])
def test_a_network_that_is_none_is_refused_both_ways(base):
    for excluded in (False, True):
        assert DOUBT in says(ip(base), ip("192.0.2.1"), excluded=excluded)


@pytest.mark.parametrize("name", ["", "c00002", "c000020100"])
def test_an_address_that_is_none_is_refused_both_ways(name):
    for excluded in (False, True):
        assert DOUBT in says(ip("192.0.2.0/255.255.255.0"), ip(name), excluded=excluded)


# --- directory names --------------------------------------------------------------------------


def test_the_subject_must_be_within_the_directory_name():
    rule = constraints([directory(*BUREAU)])
    assert chain((rule,), ()).judge().outcome == "passed"
    assert OUTSIDE in chain((rule,), (subject(("C", "CN"), ("O", "别的局")),)).judge().detail
    assert OUTSIDE in chain((rule,), (subject(("C", "CN")),)).judge().detail
    assert OUTSIDE in chain((rule,), (subject(*reversed(BUREAU)),)).judge().detail


def test_an_empty_directory_name_holds_every_name():
    assert chain((constraints([directory()]),), ()).judge().outcome == "passed"
    assert EXCLUDED in chain((constraints(excluded=[directory()]),), ()).judge().detail


def test_an_empty_subject_is_not_judged():
    rule = constraints([directory(*BUREAU)])
    assert chain((rule,), (subject(),)).judge().outcome == "passed"


def name_of(tag, text, codec):
    value = write.element(tag, text.encode(codec))
    return write.sequence(write.set_of(write.sequence(write.oid("2.5.4.10"), value)))


@pytest.mark.parametrize(
    ("tag", "text", "codec"),
    [
        (0x13, "TEST  bureau", "ascii"),
        (0x1E, "Test Bureau", "utf-16-be"),
        (0x14, "test bureau", "ascii"),
        (0x16, "Test Bureau\0", "ascii"),
        (0x0C, "Ｔｅｓｔ Bureau", "utf-8"),
    ],
)
def test_another_spelling_does_not_evade_an_excluded_directory_name(tag, text, codec):
    rule = constraints(excluded=[directory(("O", "Test Bureau"))])
    made = chain((rule,), (fields(subject_der=name_of(tag, text, codec)),))
    assert EXCLUDED in made.judge().detail


@pytest.mark.parametrize(
    ("tag", "text", "codec"),
    [
        (0x1E, "Test Bureau", "utf-16-be"),
        (0x0C, "Ｔｅｓｔ Bureau", "utf-8"),
        (0x0C, "TestBureau", "utf-8"),
    ],
)
def test_another_spelling_is_not_permitted(tag, text, codec):
    rule = constraints([directory(("O", "Test Bureau"))])
    made = chain((rule,), (fields(subject_der=name_of(tag, text, codec)),))
    assert OUTSIDE in made.judge().detail


# --- rules ------------------------------------------------------------------------------------


def test_a_name_constraint_counts_though_it_is_not_critical():
    rule = constraints([dns("gov.test")], is_critical=False)
    assert OUTSIDE in chain((), (rule,), (san(dns("evil.test")),)).judge().detail


def test_the_certificate_with_the_wrong_name_is_told():
    made = chain((constraints([dns("gov.test")]),), (san(dns("evil.test")),), ())
    result = made.judge()
    assert result.problem_certificate == made.certificates[1]
    assert result.detail == (
        "dNSName evil.test is outside what a CA above permits (nameConstraints)"
    )


def test_the_constraints_of_a_ca_do_not_judge_the_ca_itself():
    made = chain((), (constraints([dns("gov.test")]), san(dns("evil.test"))), ())
    assert made.judge().outcome == "passed"


def test_a_minimum_or_maximum_is_never_passed_over():
    for behind in (b"\x80\x01\x01", b"\x81\x01\x05"):
        rule = constraints([dns("gov.test")], behind=behind)
        result = chain((), (rule,), (san(dns("gov.test")),)).judge()
        assert (result.reason, "minimum or maximum" in result.detail) == ("chain_broken", True)
    rule = constraints([dns("gov.test")], behind=b"\x80\x01\x00")
    assert chain((), (rule,), (san(dns("gov.test")),)).judge().outcome == "passed"


def test_a_name_of_a_kind_that_does_not_exist_is_refused_below_any_constraint():
    name = write.element(0xA2, b"")
    assert chain((), (), (san(name),)).judge().outcome == "passed"
    result = chain((), (constraints([dns("gov.test")]),), (san(name),)).judge()
    assert "of a kind that does not exist" in result.detail


def test_what_is_shown_of_a_name_hides_nothing():
    result = chain((constraints([email("gov.test")]),), (san(email("a\x1b[2J@evil.test")),)).judge()
    assert "\\1B" in result.detail
    result = chain((constraints([ip("192.0.2.0/255.255.255.0")]),), (san(ip("c0000301")),)).judge()
    assert "iPAddress #c0000301 " in result.detail


# --- work -------------------------------------------------------------------------------------


def test_many_names_below_many_constraints_are_given_up():
    """A thousand names and a thousand constraints: a million comparisons are not made."""
    rule = constraints(excluded=[dns(f"a{n}.test") for n in range(1000)])
    made = chain((), (rule,), (san(*(dns(f"b{n}.test") for n in range(1000))),))
    result = made.judge()
    assert (result.outcome, result.reason) == ("indeterminate", "unsupported")
    assert "too many names" in result.detail


def test_a_long_name_costs_more_than_a_short_one():
    rule = constraints(excluded=[email(f"a{n}.test") for n in range(200)])
    made = chain((), (rule,), (san(email("a" * 100_000 + "@b.test")),))
    assert made.judge().reason == "unsupported"


def test_effort_is_spent_once():
    effort = Effort()
    effort.spend(MAX_STEPS)
    for _ in range(2):
        with pytest.raises(LimitExceeded) as caught:
            effort.spend(1)
        assert caught.value.limit == MAX_STEPS


# --- reading ----------------------------------------------------------------------------------


def test_name_constraints_are_read():
    row = write.sequence(
        write.element(0xA0, write.sequence(dns("a.test"), b"\x80\x01\x00")),
        write.element(0xA1, write.sequence(directory(*BUREAU)) + write.sequence(other_name())),
    )
    found = read_name_constraints(row)
    assert found.permitted == (GeneralName("dNSName", b"a.test"),)
    assert [name.kind for name in found.excluded] == ["directoryName", "otherName"]
    assert found.excluded[0].value == x509.encode_name(BUREAU)
    assert not found.has_distances
    assert read_name_constraints(write.sequence()) == ext.NameConstraints()


A_SUBTREE = write.sequence(dns("a.test"))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"junk",
        write.null(),
        write.sequence(A_SUBTREE),
        write.sequence(write.element(0xA2, A_SUBTREE)),
        write.sequence(write.element(0xA0, A_SUBTREE), write.element(0xA0, A_SUBTREE)),
        write.sequence(write.element(0xA1, A_SUBTREE), write.element(0xA0, A_SUBTREE)),
        write.sequence(write.element(0xA0, write.sequence())),
        write.sequence(write.element(0xA0, dns("a.test"))),
        write.sequence(write.element(0x80, b"")),
        write.sequence(write.element(0xA0, write.sequence(write.explicit(4, write.null())))),
    ],
)
def test_malformed_name_constraints_are_not_read(value):
    with pytest.raises(EncodingError):
        read_name_constraints(value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        write.null(),
        dns("a.test"),
        write.sequence(write.element(0xA4, b"")),
        write.sequence(write.explicit(4, write.sequence(write.null()))),
    ],
)
def test_malformed_alternative_names_are_not_read(value):
    with pytest.raises(EncodingError):
        read_alt_names(value)


def test_a_certificate_tells_its_names():
    made = chain((), (san(dns("a.test"), uri("http://a.test/")),))
    kinds = [name.kind for name in made.certificates[0].alt_names]
    assert kinds == ["dNSName", "uniformResourceIdentifier"]
    assert made.certificates[1].alt_names == ()
    assert made.certificates[1].name_constraints is None


LABEL = st.sampled_from(("a", "b", "test", "*", "", "A", "-", "é", "a@a", "://a", "."))
TEXT = st.lists(LABEL, max_size=4).map(".".join) | st.text(max_size=12)


@given(st.sampled_from((0x81, 0x82, 0x86, 0x87, 0x88)), TEXT, TEXT)
def test_what_is_permitted_would_be_excluded(tag, base, name):
    """Of one base and one name, whatever they are, one of the two refuses."""
    base, name = (write.element(tag, text.encode()) for text in (base, name))
    passes = [says(base, name, excluded=excluded) == "" for excluded in (False, True)]
    assert passes in ([True, False], [False, True], [False, False])


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_content_of_the_two_extensions_does_harm(rule, names):
    """There is a verdict, or the certificate is not read."""
    rows = (
        add(x509.encode_extension(ext.NAME_CONSTRAINTS, write.element(0x30, rule))),
        add(x509.encode_extension(ext.SUBJECT_ALT_NAME, write.element(0x30, names))),
    )
    try:
        made = chain((), rows[:1], rows[1:])
    except EncodingError:
        return
    assert made.judge().outcome in ("passed", "failed")
