"""The gate of PKITS once more, on its structure made anew with SM2 keys."""

from __future__ import annotations

import pytest

import pkits
import pkits_sm2
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.revocation import Crl

pytestmark = pytest.mark.skipif(not pkits.FOLDER.is_dir(), reason=pkits.ABSENT)

every_case = pytest.mark.parametrize(
    "case", pkits.cases(), ids=lambda case: case.name.replace(" ", "_")
)


# Every day the rules are held to the original; that keys change nothing is for `make test`.
@pytest.fixture(scope="module")
def suite():
    return pkits_sm2.Suite()


@pytest.mark.slow
@every_case
def test_the_path_is_judged_as_the_document_says(case, suite):
    path = pkits.judge_path(case, suite.file)
    expected = case.is_valid or not case.is_decided_by_path
    assert (path.outcome == "passed") is expected
    assert case.test not in pkits.gaps("path", "sm2")


@pytest.mark.slow
@every_case
def test_the_path_with_its_lists_is_judged_as_the_document_says(case, suite):
    if case.test in pkits.gaps("revocation", "sm2"):
        assert case.is_valid, "a gap may refuse too much, never accept"
        assert not pkits.is_accepted(case, suite.file)
    else:
        assert pkits.is_accepted(case, suite.file) is case.is_valid


def test_nothing_changed_but_keys_signatures_and_key_identifiers(suite):
    for name in pkits.names("certs"):
        if name in pkits.UNREADABLE:
            continue
        old, new = (Certificate.from_der(files(name)) for files in (pkits.original, suite.file))
        assert (new.public_key.kind, new.signature_algorithm.name) == ("sm2", "sm2-sm3")
        for field in ("serial", "issuer_der", "subject_der", "not_before", "not_after"):
            assert getattr(new, field) == getattr(old, field), name
        identifiers = {ext.AUTHORITY_KEY_IDENTIFIER, ext.SUBJECT_KEY_IDENTIFIER}
        kept = [item for item in old.extensions if item.oid not in identifiers]
        assert [item for item in new.extensions if item.oid not in identifiers] == kept, name


def test_the_lists_say_what_they_said(suite):
    for name in pkits.names("crls"):
        if name not in pkits.UNREADABLE:
            old, new = (Crl.from_der(files(name)) for files in (pkits.original, suite.file))
            assert new.signature_algorithm.name == "sm2-sm3"
            assert (new.entries, new.scope, new.number) == (old.entries, old.scope, old.number)


def test_the_signatures_that_are_wrong_in_the_original_are_wrong_here(suite):
    for test in ("4.1.2", "4.1.3", "4.1.6"):
        case = next(case for case in pkits.cases() if case.test == test)
        path = pkits.judge_path(case, suite.file)
        assert (path.outcome, path.reason) == ("failed", "chain_broken")
        assert "signature" in path.detail
