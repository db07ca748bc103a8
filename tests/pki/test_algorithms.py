"""The tables of algorithms: every spelling seen in the field, and nothing by accident."""

from __future__ import annotations

import hashlib

import pytest

from govseal.pki import algorithms
from govseal.pki.algorithms import digest_algorithm, signature_algorithm


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("sm3", "sm3"),
        ("SM3", "sm3"),
        (" SM3 ", "sm3"),
        ("1.2.156.10197.1.401", "sm3"),
        ("1.2.156.10197.1.401.1", "sm3"),
        ("1.2.156.10197.1.401.2", "sm3"),
        ("SHA1", "sha1"),
        ("SHA-1", "sha1"),
        ("1.3.14.3.2.26", "sha1"),
        ("MD5", "md5"),
        ("SHA-256", "sha256"),
        ("sha256", "sha256"),
        ("2.16.840.1.101.3.4.2.3", "sha512"),
    ],
)
def test_spellings_of_a_digest(spelling, name):
    assert digest_algorithm(spelling).name == name


@pytest.mark.parametrize("spelling", ["", "sm4", "SHA-3", "1.2.156.10197.1.104", "sm3\0", "SM-3"])
def test_what_is_no_digest_is_none(spelling):
    assert digest_algorithm(spelling) is None


def test_digests_compute_what_hashlib_computes():
    for algorithm in algorithms.DIGEST_ALGORITHMS:
        if algorithm.name in hashlib.algorithms_available:
            expected = hashlib.new(algorithm.name, b"abc", usedforsecurity=False).digest()
            assert algorithm.digest(b"abc") == expected
        assert len(algorithm.digest(b"")) == algorithm.size


def test_sm3_in_pieces_is_the_vector_of_the_standard():
    # GB/T 32905, A.1
    hasher = digest_algorithm("sm3").new()
    hasher.update(b"a")
    hasher.update(b"bc")
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hasher.digest().hex() == expected


def test_weak_are_md5_and_sha1_alone():
    weak = {a.name for a in algorithms.DIGEST_ALGORITHMS if a.weak}
    assert weak == {"md5", "sha1"}
    weak = {a.name for a in algorithms.SIGNATURE_ALGORITHMS if a.weak}
    assert weak == {"rsa-md5", "rsa-sha1", "ecdsa-sha1"}


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("1.2.156.10197.1.501", "sm2-sm3"),
        ("1.2.156.10197.1.301.1", "sm2-sm3"),
        ("1.2.840.113549.1.1.5", "rsa-sha1"),
        ("1.2.840.113549.1.1.11", "rsa-sha256"),
        ("1.2.840.113549.1.1.12", "rsa-sha384"),
        ("1.2.840.113549.1.1.13", "rsa-sha512"),
        ("1.2.840.113549.1.1.1", "rsa"),
        ("1.2.840.10045.4.1", "ecdsa-sha1"),
        ("1.2.840.10045.4.3.2", "ecdsa-sha256"),
        ("1.2.840.10045.4.3.3", "ecdsa-sha384"),
        ("1.2.840.10045.4.3.4", "ecdsa-sha512"),
    ],
)
def test_signature_algorithms_by_oid(oid, name):
    assert signature_algorithm(oid).name == name


@pytest.mark.parametrize(
    "oid", ["1.2.840.10045.4.3", "1.2.156.10197.501", "1.2.840.113549.1.1.10", "", "sm2-sm3"]
)
def test_unknown_signature_algorithms_are_none(oid):
    assert signature_algorithm(oid) is None


def test_bare_rsa_takes_the_digest_named_beside_it():
    algorithm = signature_algorithm("1.2.840.113549.1.1.1").with_digest(algorithms.SHA256)
    assert (algorithm.name, algorithm.digest) == ("rsa-sha256", algorithms.SHA256)
    assert algorithms.SM2_SM3.with_digest(algorithms.SM3) is algorithms.SM2_SM3


def test_a_digest_in_conflict_is_refused():
    with pytest.raises(ValueError, match="sm2-sm3 does not go with sha256"):
        algorithms.SM2_SM3.with_digest(algorithms.SHA256)
