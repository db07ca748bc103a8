"""Policies from files: what they may say, and what is refused."""

from __future__ import annotations

import pytest

from govseal.errors import FormatError
from govseal.seal.binding import load_profile
from govseal.verification.policy import Policy


def test_a_policy_is_read_from_toml():
    policy = Policy.from_toml('name = "bureau"\nrequire_seal = true\nmin_rsa_bits = 3072\n')
    assert policy == Policy(name="bureau", require_seal=True, min_rsa_bits=3072)


def test_digests_can_be_added_but_weak_ones_not_allowed_again():
    policy = Policy.from_toml('forbidden_digests = ["SHA224"]')
    assert policy.forbidden_digests == {"md5", "sha1", "sha224"}


def test_a_shipped_profile_is_named():
    policy = Policy.from_toml('binding = "jincheng"')
    assert policy.binding == load_profile("jincheng")
    assert policy.cas is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name =", "not TOML"),
        ("min_rsa_bits = " + "9" * 5000, "not TOML"),
        ("unknown = 1", "no setting 'unknown'"),
        ('makers = "x"', "no setting 'makers'"),
        ('tsas = "x"', "no setting 'tsas'"),
        ("require_seal = 1", "bool was expected"),
        ("min_rsa_bits = true", "int was expected"),
        ("name = 5", "str was expected"),
        ("forbidden_digests = [1]", "names were expected"),
        ('cas = "x"', "no setting 'cas'"),
        ("binding = 1", "str was expected"),
        ('binding = "nowhere"', "'nowhere' is no shipped profile"),
        ('binding = "own.toml"', "'own.toml' is no shipped profile"),
    ],
)
def test_what_no_policy_says_is_refused(text, message):
    with pytest.raises(FormatError, match=message):
        Policy.from_toml(text)
