"""The compiled core with its test entry points, and the vectors."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

import nativecore

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def testing_core() -> ModuleType:
    """module.c built with -DGOVSEAL_TESTING -DGOVSEAL_VERIFY (tests/native/entry_points.h)."""
    return nativecore.load()


@pytest.fixture(params=["portable", "avx2", "ifma"])
def tiered_core(testing_core, request):
    """``testing_core`` in each of the tiers that the processor has."""
    testing_core.generate_private()  # builds the tables, those of the highest tier too
    best = testing_core.tier()
    try:
        testing_core.use_tier(request.param)
    except ValueError as error:
        pytest.skip(str(error))
    yield testing_core
    testing_core.use_tier(best)


def load_vectors(name: str):
    return json.loads((TESTS / "vectors" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def all_edges():
    return load_vectors("sm2_edges.json")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Fills ``edge``, ``sm3_vector``, ``hmac_vector``, ``signature_vector`` from the vectors."""
    if "edge" in metafunc.fixturenames:
        cases = load_vectors("sm2_edges.json")
        metafunc.parametrize("edge", cases, ids=[case["name"] for case in cases])
    if "sm3_vector" in metafunc.fixturenames:
        cases = load_vectors("sm3.json")
        metafunc.parametrize("sm3_vector", cases, ids=[case["digest"][:8] for case in cases])
    if "hmac_vector" in metafunc.fixturenames:
        cases = load_vectors("hmac_sm3.json")
        metafunc.parametrize("hmac_vector", cases, ids=[case["tag"][:8] for case in cases])
    if "signature_vector" in metafunc.fixturenames:
        loaded = load_vectors("sm2_signatures.json")
        cases = [
            case | {"parameters": loaded["curves"][case["curve"]]} for case in loaded["signatures"]
        ]
        metafunc.parametrize("signature_vector", cases, ids=[case["curve"] for case in cases])
