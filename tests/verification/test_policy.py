"""Policies from files: what they may say, and what is refused."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from govseal.errors import FormatError, LimitExceeded
from govseal.seal.binding import load_profile
from govseal.verification.policy import MAX_POLICY_BYTES, Policy

NO_OIDS = (
    *("", "1", "3.1", "1.40", "1.2.", ".1.2", "1..2", "1.02", "1.-2", "1.2_3", "1.２"),
    *("any", " 1.2", "2.5.29.32.0 ", "1.2," + "9" * 80, "1." + ".".join("9" * 80)),
)


def test_a_policy_is_read_from_toml():
    policy = Policy.from_toml('name = "bureau"\nrequire_seal = true\nmin_rsa_bits = 3072\n')
    assert policy == Policy(name="bureau", require_seal=True, min_rsa_bits=3072)


def test_digests_can_be_added_but_weak_ones_not_allowed_again():
    policy = Policy.from_toml('forbidden_digests = ["SHA224"]')
    assert policy.forbidden_digests == {"md5", "sha1", "sha224"}


def test_certificate_policies_are_read_from_toml():
    text = """
        allow_mixed = true
        signer_policies = ["1.2.156.99999.1", "2.5.29.32.0"]
        maker_policies = ["2.999.3"]
        inhibit_policy_mapping = true
        inhibit_any_policy = true
    """
    policy = Policy.from_toml(text)
    assert policy == Policy(
        allow_mixed=True,
        signer_policies=frozenset({"1.2.156.99999.1", "2.5.29.32.0"}),
        maker_policies=frozenset({"2.999.3"}),
        inhibit_policy_mapping=True,
        inhibit_any_policy=True,
    )


@pytest.mark.parametrize("wrong", [frozenset(), ["1"], "1.2.3", [None]])
def test_a_policy_made_in_python_is_held_to_the_same(wrong):
    with pytest.raises(ValueError, match=r"^signer_policies: "):
        Policy(signer_policies=wrong)


def test_every_setting_of_a_file_is_told_as_it_was_given():
    settings = {
        "require_seal": True,
        "require_status": True,
        "strict": True,
        "forbidden_digests": ["md5", "sha1", "sha224"],
        "min_rsa_bits": 3072,
        "allow_mixed": True,
        "signer_policies": ["1.2.3"],
        "maker_policies": ["1.2.4"],
        "inhibit_policy_mapping": True,
        "inhibit_any_policy": True,
        "binding": "jincheng",
    }
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    assert Policy.from_toml(text).settings == settings
    named = {field.name for field in fields(Policy)} - {"name", "makers", "tsas", "cas"}
    assert settings.keys() == named


def test_a_file_is_utf_8_and_of_a_size(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("allow_mixed = true", encoding="utf-8-sig")
    assert Policy.from_file(path).settings == {"allow_mixed": True}
    path.write_bytes(b"strict = true\n" + b"#" * MAX_POLICY_BYTES)
    with pytest.raises(LimitExceeded, match="larger than 1048576 bytes"):
        Policy.from_file(path)
    path.write_bytes(b'name = "\xb2\xdf\xc2\xd4"')
    with pytest.raises(FormatError, match="not a text in UTF-8"):
        Policy.from_file(path)
    with pytest.raises(FileNotFoundError):
        Policy.from_file(tmp_path / "absent.toml")


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
        ("allow_mixed = 1", "allow_mixed: bool was expected"),
        ('allow_mixed = "true"', "allow_mixed: bool was expected"),
        ("inhibit_any_policy = 0", "inhibit_any_policy: bool was expected"),
        ('signer_policies = "1.2.3"', "signer_policies: list was expected"),
        ("signer_policies = []", "signer_policies: a list of one or more OIDs"),
        ("maker_policies = [1.2]", "maker_policies: 1.2 is not an object identifier"),
        *(
            (f'maker_policies = ["1.2.3", "{text}"]', f"maker_policies: {text!r} is not an object")
            for text in NO_OIDS
        ),
    ],
)
def test_what_no_policy_says_is_refused(text, message):
    with pytest.raises(FormatError, match=message):
        Policy.from_toml(text)
