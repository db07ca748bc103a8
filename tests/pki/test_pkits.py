"""The gate of NIST's PKITS: every test of its document, on its own certificates (RSA)."""

from __future__ import annotations

import pytest

import pkits
from govseal.errors import EncodingError
from govseal.pki.certificate import Certificate
from govseal.pki.revocation import Crl

pytestmark = pytest.mark.skipif(not pkits.FOLDER.is_dir(), reason=pkits.ABSENT)

CASES = pkits.cases()
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))


def test_the_table_has_every_test_of_the_document():
    sections = {1: 6, 2: 8, 3: 11, 4: 21, 5: 8, 6: 17, 7: 5, 8: 20, 9: 8, 10: 14, 11: 11}
    sections |= {12: 10, 13: 38, 14: 35, 15: 10, 16: 2}
    every = {f"4.{section}.{n + 1}" for section, size in sections.items() for n in range(size)}
    assert {case.test for case in CASES} == every


@every_case
def test_the_path_is_judged_as_the_document_says(case):
    path = pkits.judge_path(case, pkits.original)
    is_passed = path is not None and path.outcome == "passed"
    # Where the lists decide, the path itself is sound.
    expected = case.is_valid or not case.is_decided_by_path
    if case.test in pkits.gaps("path", "rsa"):
        assert (path.outcome, is_passed, expected) == ("indeterminate", False, True)
    else:
        assert is_passed is expected


@every_case
def test_the_path_with_its_lists_is_judged_as_the_document_says(case):
    if case.test in pkits.gaps("revocation", "rsa"):
        assert case.is_valid, "a gap may refuse too much, never accept"
        assert not pkits.is_accepted(case, pkits.original)
    else:
        assert pkits.is_accepted(case, pkits.original) is case.is_valid


@pytest.mark.parametrize(
    ("test", "reason", "detail"),
    [
        ("4.2.2", "certificate_not_yet_valid", "not valid before 2047"),
        ("4.2.6", "certificate_expired", "not valid after 2011"),
        ("4.3.1", "no_trust_anchor", "no trusted certificate"),
        ("4.6.1", "chain_broken", "not a CA (basicConstraints)"),
        ("4.6.5", "chain_broken", "(pathLen)"),
        ("4.7.1", "chain_broken", "(keyUsage)"),
        ("4.8.7", "chain_broken", "no policy is valid"),
        ("4.10.7", "chain_broken", "anyPolicy is mapped"),
        ("4.13.2", "chain_broken", "outside what a CA above permits"),
        ("4.13.7", "chain_broken", "within what a CA above excludes"),
        ("4.16.2", "chain_broken", "critical extensions that are not understood"),
    ],
)
def test_the_rule_that_is_broken_is_named(test, reason, detail):
    case = next(case for case in CASES if case.test == test)
    path = pkits.judge_path(case, pkits.original)
    assert path.reason == reason
    assert detail in path.detail


@pytest.mark.parametrize(("place", "reader"), [("certs", Certificate), ("crls", Crl)])
def test_every_file_is_read_but_those_whose_signature_is_no_octet_string(place, reader):
    for name in pkits.names(place):
        if name in pkits.UNREADABLE:
            with pytest.raises(EncodingError, match="whole octets"):
                reader.from_der(pkits.original(name))
        else:
            assert reader.from_der(pkits.original(name)).signature, name


def test_the_gaps_name_tests_that_there_are_and_give_reasons():
    known = {case.test for case in CASES}
    for gate in ("path", "revocation"):
        for keys in ("rsa", "sm2"):
            rows = pkits.gaps(gate, keys)
            assert rows.keys() <= known
            assert all(rows.values())
    assert not pkits.gaps("path", "sm2")
