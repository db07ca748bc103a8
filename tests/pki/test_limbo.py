"""The classes of C2SP's x509-limbo that bear on paths, made anew with SM2 keys.

Names and expectations are those of its modules rfc5280, pathlen and pathological (2026). What is
about TLS (names of servers, purposes of keys, strength asked by the CA/Browser Forum) is not here.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from govseal.asn1 import write
from govseal.errors import EncodingError
from govseal.pki import extensions as ext
from govseal.testing import x509
from path_builder import (
    AT,
    add,
    chain,
    constraints,
    directory,
    dns,
    drop,
    email,
    fields,
    ip,
    other_name,
    path_length,
    policy_constraints,
    put,
    put_critical,
    san,
    subject,
    usage,
)

YEAR = timedelta(days=365)
EXPIRED = (fields(not_before=AT - 2 * YEAR, not_after=AT - YEAR),)
UNKNOWN = (add(x509.encode_extension("1.2.156.10197.99.1", b"", is_critical=True)),)
PLAIN = ()
EXAMPLE = (san(dns("example.com")),)
NO_CA = x509.basic_constraints_extension(is_ca=False)
SOFT_CA = x509.encode_extension(
    ext.BASIC_CONSTRAINTS, write.sequence(write.boolean(value=True)), is_critical=False
)
CA_ISSUERS = write.sequence(write.sequence(write.oid("1.3.6.1.5.5.7.48.2"), dns("ca.example.com")))
SHA256_RSA = write.sequence(write.oid("1.2.840.113549.1.1.11"), write.null())


def nc(*permitted, excluded=(), **options):
    return (constraints(permitted, excluded, **options),)


def alt(*names, **options):
    return (san(*names, **options),)


CN_FOO, CN_OTHER = ("CN", "foo"), ("CN", "not-foo")
OUTSIDE, EXCLUDED = "outside what a CA above permits", "within what a CA above excludes"
DOUBT = "cannot be compared"

# Name; the levels from the root down; what the refusal says, empty where the path is valid.
CASES = [
    ("aki::self-signed-root-missing-aki", [[drop(ext.AUTHORITY_KEY_IDENTIFIER)], PLAIN], ""),
    ("validity::expired-root", [EXPIRED, PLAIN, PLAIN], "not valid after"),
    ("validity::expired-intermediate", [PLAIN, EXPIRED, PLAIN], "not valid after"),
    ("validity::expired-leaf", [PLAIN, PLAIN, EXPIRED], "not valid after"),
    ("validity::notbefore-exact", [PLAIN, [fields(not_before=AT)]], ""),
    ("validity::notafter-exact", [PLAIN, [fields(not_after=AT)]], ""),
    ("validity::notbefore-fractional", [PLAIN, [fields(not_before=AT + timedelta(seconds=1))]],
     "not valid before"),
    ("ee-empty-issuer", [PLAIN, [fields(issuer_der=b"\x30\x00")]], "no trusted certificate"),
    ("ca-empty-subject", [[subject()], PLAIN], "the issuer has no name"),
    ("unknown-critical-extension-ee", [PLAIN, UNKNOWN], "not understood"),
    ("unknown-critical-extension-root", [UNKNOWN, PLAIN], "not understood"),
    ("unknown-critical-extension-intermediate", [PLAIN, UNKNOWN, PLAIN], "not understood"),
    ("intermediate-ca-without-ca-bit", [PLAIN, [put(ext.BASIC_CONSTRAINTS, NO_CA)], PLAIN],
     "not a CA"),
    ("intermediate-ca-missing-basic-constraints", [PLAIN, [drop(ext.BASIC_CONSTRAINTS)], PLAIN],
     "not a CA"),
    ("root-missing-basic-constraints", [[drop(ext.BASIC_CONSTRAINTS)], PLAIN], "not a CA"),
    ("root-inconsistent-ca-extensions", [[usage()], PLAIN], "keyUsage"),
    ("ica-ku-keycertsign", [PLAIN, [path_length(0), usage()], PLAIN], "keyUsage"),
    ("ee-aia", [PLAIN, [add(x509.encode_extension(ext.AUTHORITY_INFORMATION, CA_ISSUERS))]], ""),
    ("no-keyusage", [PLAIN, [drop(ext.KEY_USAGE)]], ""),
    ("no-basicconstraints", [PLAIN, [drop(ext.BASIC_CONSTRAINTS)]], ""),
    # --- path lengths
    ("pathlen::ee-with-intermediate-pathlen-0", [PLAIN, [path_length(0)], PLAIN], ""),
    ("pathlen::ee-with-intermediate-pathlen-1", [PLAIN, [path_length(1)], PLAIN], ""),
    ("pathlen::validation-ignores-pathlen-in-leaf", [PLAIN, [path_length(0)], [path_length(0)]],
     ""),
    ("pathlen::intermediate-violates-pathlen-0",
     [PLAIN, [path_length(0)], [path_length(0)], PLAIN], "(pathLen)"),
    ("pathlen::intermediate-pathlen-may-increase",
     [PLAIN, [path_length(1)], [path_length(2)], PLAIN], ""),
    ("pathlen::intermediate-pathlen-too-long",
     [PLAIN, [path_length(1)], [path_length(0)], [path_length(0)], PLAIN], "(pathLen)"),
    # --- name constraints
    ("nc::permitted-dns-mismatch", [nc(dns("example.com")), alt(dns("not-example.com"))], OUTSIDE),
    ("nc::permitted-dns-match", [nc(dns("example.com")), EXAMPLE], ""),
    ("nc::permitted-dns-match-more", [nc(dns("example.com")), alt(dns("foo.bar.example.com"))], ""),
    ("nc::excluded-dns-match", [PLAIN, nc(excluded=[dns("example.com")]), EXAMPLE], EXCLUDED),
    ("nc::excluded-dns-match-second",
     [nc(excluded=[dns("no.example.com")]), alt(dns("example.com"), dns("no.example.com"))],
     EXCLUDED),
    ("nc::permitted-ip-mismatch", [nc(ip("192.0.2.0/255.255.255.0")), alt(ip("192.0.3.1"))],
     OUTSIDE),
    ("nc::permitted-ipv4-match", [nc(ip("192.0.2.0/255.255.255.0")), alt(ip("192.0.2.1"))], ""),
    ("nc::excluded-ipv4-match", [nc(excluded=[ip("192.0.2.0/255.255.255.0")]),
                                 alt(ip("192.0.2.1"))], EXCLUDED),
    ("nc::permitted-ipv6-match", [nc(ip("00" * 15 + "01" + "ff" * 16)), alt(ip("00" * 15 + "01"))],
     ""),
    ("nc::excluded-ipv6-match", [nc(excluded=[ip("00" * 15 + "01" + "ff" * 16)]),
                                 alt(ip("00" * 15 + "01"))], EXCLUDED),
    ("nc::permitted-dn-match", [nc(directory(CN_FOO)), [subject(CN_FOO), san(directory(CN_FOO))]],
     ""),
    ("nc::permitted-dn-mismatch", [nc(directory(CN_FOO)), [subject(CN_OTHER)]], OUTSIDE),
    ("nc::permitted-dn-match-subject-san-mismatch",
     [nc(directory(CN_FOO)), [subject(CN_OTHER), san(directory(CN_FOO))]], OUTSIDE),
    ("nc::excluded-dn-match", [nc(excluded=[directory(CN_FOO)]), [subject(CN_FOO)]], EXCLUDED),
    ("nc::excluded-dn-match-sub-mismatch",
     [nc(excluded=[directory(CN_FOO)]), [subject(CN_FOO), san(directory(CN_OTHER))]], EXCLUDED),
    ("nc::permitted-self-issued",
     [[subject(CN_OTHER), *nc(dns("example.com"))], [subject(CN_OTHER), *alt(dns("no.test"))],
      EXAMPLE], ""),
    ("nc::excluded-self-issued-leaf",
     [nc(dns("example.com")), [subject(CN_OTHER)], [subject(CN_OTHER), *alt(dns("no.test"))]],
     OUTSIDE),
    ("nc::excluded-match-permitted-and-excluded",
     [nc(dns("example.com"), excluded=[dns("example.com")]), EXAMPLE], EXCLUDED),
    ("nc::permitted-different-constraint-type",
     [nc(ip("192.0.2.0/255.255.255.0")), EXAMPLE], ""),
    ("nc::excluded-different-constraint-type",
     [nc(excluded=[ip("192.0.2.0/255.255.255.0")]), EXAMPLE], ""),
    ("nc::invalid-dnsname-wildcard", [nc(dns("*.example.com")), alt(dns("a.example.com"))], DOUBT),
    ("nc::invalid-dnsname-leading-period", [nc(dns(".example.com")), alt(dns("a.example.com"))],
     DOUBT),
    ("nc::invalid-ipv4-address", [nc(ip("127.0.0.1")), alt(ip("127.0.0.1"))], DOUBT),
    ("nc::invalid-ipv6-address", [nc(ip("00" * 15 + "01")), alt(ip("00" * 15 + "01"))], DOUBT),
    ("nc::invalid-email-address", [nc(email("a@b@example.com")), alt(email("a@example.com"))],
     DOUBT),
    ("nc::intermediate-with-san-rejected-by-intermediate-nc",
     [PLAIN, nc(dns("yes.test"), excluded=[dns("no.test")]), alt(dns("no.test")),
      alt(dns("yes.test"))], EXCLUDED),
    ("nc::intermediate-with-san-rejected-by-root-nc",
     [nc(dns("yes.test"), excluded=[dns("no.test")]), PLAIN, alt(dns("no.test")),
      alt(dns("yes.test"))], EXCLUDED),
    ("nc::restrictive-permits-in-intermediates-narrows",
     [PLAIN, nc(dns("a.test"), dns("b.test")), nc(dns("b.test")), alt(dns("a.test"))], OUTSIDE),
    ("nc::restrictive-permits-in-intermediates-widens",
     [PLAIN, nc(dns("b.test")), nc(dns("a.test"), dns("b.test")), alt(dns("a.test"))], OUTSIDE),
    ("nc::nc-permits-invalid-dns-san",
     [PLAIN, nc(dns("example.com")), alt(dns(".example.com"), dns("a.example.com"))], DOUBT),
    ("nc::nc-permits-invalid-ip-san",
     [PLAIN, nc(ip("192.0.2.0/255.255.255.0")), alt(ip("192.0.2.0/255.255.255.0"))], DOUBT),
    ("nc::nc-permits-invalid-email-san",
     [PLAIN, nc(email("example.com")), alt(email("a@example.com"), email("a@b@example.com"))],
     DOUBT),
    ("nc::nc-permits-email-exact", [PLAIN, nc(email("a@example.com")), alt(email("a@example.com"))],
     ""),
    ("nc::nc-permits-email-domain", [PLAIN, nc(email("example.com")), alt(email("a@example.com"))],
     ""),
    ("nc::nc-forbids-othername",
     [PLAIN, nc(dns("example.com"), excluded=[other_name()]), [*alt(dns("example.com"),
                                                                    other_name())]], DOUBT),
    ("nc::nc-forbids-othername-noop",
     [PLAIN, nc(dns("example.com"), excluded=[other_name()]), EXAMPLE], ""),
]  # fmt: skip

# Certificates that are not even read; what the refusal says.
UNREADABLE = [
    ("san::malformed", [add(x509.encode_extension(ext.SUBJECT_ALT_NAME, b"example.com"))],
     "longer than the bytes"),
    ("duplicate-extensions", [*EXAMPLE, *EXAMPLE], "occurs twice"),
    ("mismatching-signature-algorithm", [fields(inner_algorithm=SHA256_RSA)], "differ"),
]  # fmt: skip

# Paths that limbo wants refused and that pass here, with the reason.
READ = "form, not security: real CAs write it so, and the rules of RFC 5280, 6.1 do not ask for it"
HINT = "a key identifier only helps to find a path; the signature decides (RFC 5280, 6.1)"
NOT_CA = "means nothing in the last certificate of a path, and nothing is derived from it"
GAPS = [
    ("aki::critical-aki", [[put_critical(ext.AUTHORITY_KEY_IDENTIFIER)], PLAIN], READ),
    ("aki::leaf-missing-aki", [PLAIN, [drop(ext.AUTHORITY_KEY_IDENTIFIER)]], HINT),
    ("aki::intermediate-missing-aki", [PLAIN, [drop(ext.AUTHORITY_KEY_IDENTIFIER)], PLAIN], HINT),
    ("ski::critical-ski", [[put_critical(ext.SUBJECT_KEY_IDENTIFIER)], PLAIN], READ),
    ("ski::root-missing-ski", [[drop(ext.SUBJECT_KEY_IDENTIFIER)], PLAIN], HINT),
    ("ski::intermediate-missing-ski", [PLAIN, [drop(ext.SUBJECT_KEY_IDENTIFIER)], PLAIN], HINT),
    ("serial::too-long", [PLAIN, [fields(serial=1 << 200)]], READ),
    ("serial::zero", [PLAIN, [fields(serial=0)]], READ),
    ("san::noncritical-with-empty-subject", [PLAIN, [subject(), *EXAMPLE]], READ),
    ("pc::ica-noncritical-pc", [PLAIN, [policy_constraints(3, is_critical=False)], PLAIN], READ),
    ("nc::permitted-dns-match-noncritical",
     [nc(dns("example.com"), is_critical=False), EXAMPLE], READ),
    ("nc::not-allowed-in-ee-noncritical",
     [PLAIN, nc(dns("example.com"), is_critical=False)], NOT_CA),
    ("nc::not-allowed-in-ee-critical", [PLAIN, nc(dns("example.com"))], NOT_CA),
    ("root-non-critical-basic-constraints", [[put(ext.BASIC_CONSTRAINTS, SOFT_CA)], PLAIN], READ),
    ("leaf-ku-keycertsign", [PLAIN, [usage("digital_signature", "key_cert_sign")]], NOT_CA),
    ("ee-critical-aia-invalid", [PLAIN, [add(x509.encode_extension(
        ext.AUTHORITY_INFORMATION, CA_ISSUERS, is_critical=True))]], READ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "levels", "says"), CASES, ids=[case[0] for case in CASES])
def test_a_case_is_judged_as_limbo_says(name, levels, says):
    result = chain(*levels).judge()
    assert (result.outcome == "passed") is (not says), name
    assert says in " ".join(failure.detail for failure in result.failures)


@pytest.mark.parametrize(("name", "leaf", "says"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_a_malformed_certificate_is_not_read(name, leaf, says):
    with pytest.raises(EncodingError, match=says):
        chain(PLAIN, leaf)


@pytest.mark.parametrize(("name", "levels", "reason"), GAPS, ids=[case[0] for case in GAPS])
def test_a_known_gap_passes_here(name, levels, reason):
    assert reason
    assert chain(*levels).judge().outcome == "passed", name


def test_validity_is_compared_to_the_fraction_of_a_second():
    """limbo calls it ambiguous and lets five milliseconds pass; here the end is the end."""
    made = chain(PLAIN, [fields(not_after=AT)])
    result = made.judge(at=AT + timedelta(milliseconds=5))
    assert result.reason == "certificate_expired"


def test_no_name_occurs_twice_in_the_tables():
    names = [case[0] for case in (*CASES, *UNREADABLE, *GAPS)]
    assert len(names) == len(set(names))
