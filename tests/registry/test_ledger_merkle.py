"""The tree and its proofs against RFC 9162 and against a plain tree that hashes everything."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import naivetree
from govseal.errors import RegistryError
from govseal.registry.ledger.merkle import (
    EMPTY_ROOT,
    completed,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    peaks,
    range_places,
    root_of_peaks,
)
from govseal.registry.ledger.proofs import verify_consistency, verify_inclusion

ENTRIES = [b"entry %d" % number for number in range(70)]
sizes = st.integers(1, len(ENTRIES))


class Tree:
    """All complete subtrees, built one leaf at a time as the ledger builds them."""

    def __init__(self, entries: list[bytes]) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        for number, entry in enumerate(entries):
            self.nodes[0, number] = hash_ = leaf_hash(entry)
            for place, left in completed(number):
                self.nodes[place] = hash_ = node_hash(self.nodes[left], hash_)

    def hash(self, start: int, end: int) -> bytes:
        return root_of_peaks([self.nodes[place] for place in range_places(start, end)])

    def inclusion(self, number: int, size: int) -> list[bytes]:
        return [self.hash(*found) for found in inclusion_ranges(number, size)]

    def consistency(self, old: int, size: int) -> list[bytes]:
        return [self.hash(*found) for found in consistency_ranges(old, size)]


TREE = Tree(ENTRIES)


# The example of RFC 9162, 2.1.5, as ranges of its seven leaves d0 … d6: a is d0, g is [d0, d2),
# i [d4, d6), k [d0, d4), l [d4, d7).
B, C, D, F, J = (1, 2), (2, 3), (3, 4), (5, 6), (6, 7)
G, H, I_, K, L = (0, 2), (2, 4), (4, 6), (0, 4), (4, 7)


@pytest.mark.parametrize(
    ("leaf", "path"), [(0, [B, H, L]), (3, [C, G, L]), (4, [F, J, K]), (6, [I_, K])]
)
def test_the_audit_paths_of_rfc_9162(leaf, path):
    assert inclusion_ranges(leaf, 7) == path


@pytest.mark.parametrize(("old", "path"), [(3, [C, D, G, L]), (4, [L]), (6, [I_, J, K])])
def test_the_consistency_proofs_of_rfc_9162(old, path):
    assert consistency_ranges(old, 7) == path


KNOWN_LEAF = "2daef60e7a0b8f5e024c81cd2ab3109f2b4f155cf83adeb2ae5532f74a157fdf"
KNOWN_NODE = "5ec1420cd14f308650cb6ac8dcd6bab89589f1f3dced7c1a17345f269e605291"


def test_known_hashes():
    """Made with ``openssl dgst -sm3`` over the bytes in the comments."""
    assert EMPTY_ROOT.hex() == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    assert leaf_hash(b"").hex() == KNOWN_LEAF  # 00
    assert node_hash(bytes(32), bytes(32)).hex() == KNOWN_NODE  # 01, 64 times 00


def test_a_tree_is_its_peaks():
    assert list(peaks(0)) == []
    assert list(peaks(11)) == [(3, 0), (1, 4), (0, 10)]
    assert root_of_peaks([]) == EMPTY_ROOT


@given(sizes, st.data())
def test_inclusion_is_what_the_plain_tree_says(size, data):
    number = data.draw(st.integers(0, size - 1))
    entries = ENTRIES[:size]
    path = TREE.inclusion(number, size)
    assert path == naivetree.path(number, entries)
    root = TREE.hash(0, size)
    assert root == naivetree.root(entries)
    verify_inclusion(leaf_hash(entries[number]), number, size, root, path)


@given(sizes, st.data())
def test_consistency_is_what_the_plain_tree_says(size, data):
    old = data.draw(st.integers(1, size))
    path = TREE.consistency(old, size)
    assert path == naivetree.proof(old, ENTRIES[:size])
    verify_consistency(old, TREE.hash(0, old), size, TREE.hash(0, size), path)


def refused(check, *arguments) -> str:
    with pytest.raises(RegistryError) as error:
        check(*arguments)
    assert error.value.code == "proof_invalid"
    return str(error.value)


@given(sizes, st.data())
def test_a_bent_inclusion_proof_proves_nothing(size, data):
    number = data.draw(st.integers(0, size - 1))
    leaf, root = leaf_hash(ENTRIES[number]), TREE.hash(0, size)
    path = TREE.inclusion(number, size)
    other = data.draw(st.integers(0, size + 2).filter(lambda found: found != number))
    refused(verify_inclusion, leaf, other, size, root, path)
    refused(verify_inclusion, leaf_hash(b"other"), number, size, root, path)
    refused(verify_inclusion, leaf, number, size, bytes(32), path)
    refused(verify_inclusion, leaf, number, size, root, [*path, bytes(32)])
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        refused(verify_inclusion, leaf, number, size, root, path[:at] + path[at + 1 :])
        bent = [*path[:at], bytes(32), *path[at + 1 :]]
        refused(verify_inclusion, leaf, number, size, root, bent)


@given(st.integers(2, len(ENTRIES)), st.data())
def test_a_bent_consistency_proof_proves_nothing(size, data):
    old = data.draw(st.integers(1, size - 1))
    before, after = TREE.hash(0, old), TREE.hash(0, size)
    path = TREE.consistency(old, size)
    refused(verify_consistency, old, bytes(32), size, after, path)
    refused(verify_consistency, old, before, size, bytes(32), path)
    refused(verify_consistency, old, before, size, after, [*path, bytes(32)])
    at = data.draw(st.integers(0, len(path) - 1))
    refused(verify_consistency, old, before, size, after, path[:at] + path[at + 1 :])
    refused(verify_consistency, old, before, size, after, [*path[:at], bytes(32), *path[at + 1 :]])


def test_a_tree_that_shrank_or_split_is_refused():
    one, two = TREE.hash(0, 1), TREE.hash(0, 2)
    assert "shrank" in refused(verify_consistency, 2, two, 1, one, [])
    refused(verify_consistency, 2, two, 2, one, [])
    refused(verify_consistency, 2, two, 2, two, [bytes(32)])
    refused(verify_consistency, 0, one, 2, two, [])
    verify_consistency(0, EMPTY_ROOT, 2, two, [])
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_ranges(2, 2)
    with pytest.raises(ValueError, match="grows"):
        consistency_ranges(3, 2)


def test_a_leaf_is_never_taken_for_a_node():
    """0x00 and 0x01 keep an entry of 64 bytes from passing for two subtrees."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_proofs_are_checked_without_a_database():
    """What an auditor runs loads no SQLAlchemy."""
    code = (
        "import sys; sys.modules['sqlalchemy'] = None;"
        "from govseal.registry.ledger import proofs; print(proofs.InclusionProof.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "InclusionProof\n", done.stderr
