"""Every tier of this processor gives the same multiples of G and the same signatures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal import sm2
from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2

N = SM2.n
TIERS = ["portable", "avx2", "ifma"]
AVAILABLE = TIERS[: TIERS.index(sm2._backend.core.tier()) + 1]
NATIVE = Path(__file__).resolve().parents[1] / "native"


def from_digits(digits: list[int]) -> int:
    return sum(digit << 6 * i for i, digit in enumerate(digits))


def digits_of(odd: int) -> list[int]:
    """43 odd digits, as ecmult_gen.h writes a number."""
    bits = (odd - 1) // 2 + 2**257
    return [2 * (bits >> 6 * i & 63) - 63 for i in range(43)]


# The last addition of the comb doubles; so does the last one of eight lanes that share a scalar,
# where the even rows less the odd rows come to n.
LAST_ROW = 30 * 2**252 - N
LAST_LANES = from_digits([-d if i % 2 else d for i, d in enumerate(digits_of(N))])
CRAFTED = [k for odd in (LAST_ROW, LAST_LANES) for k in (odd, N - odd, odd + 2, odd - 2)]
EDGES = [
    1, 2, 3, 4, 5, N - 5, N - 4, N - 2, N - 1, (N - 1) // 2, (N + 1) // 2, *CRAFTED,
    *(2**k + i for k in (6, 12, 48, 64, 128, 192, 240, 246, 252, 255) for i in (-1, 0, 1)),
]  # fmt: skip
SCALARS = st.sampled_from(EDGES) | st.integers(1, N - 1)


@pytest.fixture(scope="module")
def changing_core(testing_core):
    """``testing_core`` for a test that changes the tier by itself."""
    testing_core.generate_private()  # builds the tables, those of the highest tier too
    best = testing_core.tier()
    yield testing_core
    testing_core.use_tier(best)


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


def expected_multiple(k: int) -> bytes:
    point = reference.multiply(k, reference.generator())
    assert point is not None
    return pack(point.x) + pack(point.y)


def test_digits_stand_for_the_number():
    assert from_digits(digits_of(N)) == N
    assert 0 < LAST_LANES < N


@pytest.mark.slow
def test_edges_alone_and_side_by_side(tiered_core):
    wanted = [expected_multiple(k) for k in EDGES]
    assert [tiered_core.base_multiply(pack(k)) for k in EDGES] == wanted
    together = tiered_core.base_multiply_many(b"".join(map(pack, EDGES)))
    assert together == b"".join(point[:32] for point in wanted)


@given(k=SCALARS)
def test_one_scalar(changing_core, k):
    wanted = expected_multiple(k)
    for tier in AVAILABLE:
        changing_core.use_tier(tier)
        assert changing_core.base_multiply(pack(k)) == wanted


@given(scalars=st.lists(SCALARS, min_size=1, max_size=20))
def test_scalars_side_by_side(changing_core, scalars):
    changing_core.use_tier("portable")
    alone = [changing_core.base_multiply(pack(k))[:32] for k in scalars]
    for tier in AVAILABLE:
        changing_core.use_tier(tier)
        assert changing_core.base_multiply_many(b"".join(map(pack, scalars))) == b"".join(alone)


@pytest.mark.parametrize("k", [LAST_ROW, N - LAST_ROW], ids=["odd", "even"])
def test_the_accident_side_by_side_is_done_again(tiered_core, k):
    before = tiered_core.path_counts()
    assert tiered_core.base_multiply_many(pack(7) + pack(k)) == b"".join(
        expected_multiple(each)[:32] for each in (7, k)
    )
    after = tiered_core.path_counts()
    assert after["add_last_double"] == before["add_last_double"] + 1
    in_lanes = tiered_core.tier() == "ifma"
    assert after["gen_lanes_redone"] == before["gen_lanes_redone"] + in_lanes


@pytest.mark.parametrize("k", [LAST_LANES, N - LAST_LANES], ids=["odd", "even"])
def test_the_accident_of_one_scalar_over_the_lanes_is_done_again(tiered_core, k):
    before = tiered_core.path_counts()
    assert tiered_core.base_multiply(pack(k)) == expected_multiple(k)
    after = tiered_core.path_counts()
    in_lanes = tiered_core.tier() == "ifma"
    assert after["gen_lanes_redone"] == before["gen_lanes_redone"] + in_lanes
    assert after["add_last_double"] == before["add_last_double"]


@given(d=st.integers(1, N - 2), e=st.integers(0, 2**256 - 1), k=SCALARS)
def test_same_signature_of_a_given_nonce(changing_core, d, e, k):
    signatures = set()
    for tier in AVAILABLE:
        changing_core.use_tier(tier)
        signatures.add(changing_core.sign_with_nonce(pack(d), pack(e), pack(k)))
    assert len(signatures) == 1


def test_same_answers_to_the_crafted_signatures(all_edges):
    """In the product's own build: an answer of each tier in a process of its own."""
    program = (
        "import json, sys\n"
        "from govseal.sm2 import _backend\n"
        "answers = []\n"
        "for edge in json.load(open(sys.argv[1], encoding='utf-8')):\n"
        "    key = _backend.core.load_public(bytes.fromhex(edge['public']), 0)\n"
        "    raw = bytes.fromhex(edge['r'] + edge['s'])\n"
        "    answers.append(key.verify_digest(raw, bytes.fromhex(edge['e'])))\n"
        "print(json.dumps(answers))\n"
    )
    vectors = NATIVE.parent / "vectors" / "sm2_edges.json"
    for tier in AVAILABLE:
        done = subprocess.run(
            [sys.executable, "-c", program, str(vectors)],
            env=os.environ | {"GOVSEAL_SM2": tier},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str([edge["valid"] for edge in all_edges]).lower()


@pytest.mark.prove
def test_lanes_against_the_portable_code(record_property):
    cases = 10_000_000
    done = subprocess.run(
        ["make", "-s", "-C", NATIVE, "lanes-proof", f"CASES={cases}"],
        capture_output=True,
        text=True,
        check=True,
    )
    tier, _, rest = done.stdout.splitlines()[-1].partition(": ")
    assert tier == AVAILABLE[-1]
    count = int(rest.split()[0])
    assert count >= cases
    record_property("examples", count)
