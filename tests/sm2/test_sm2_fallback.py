"""Where the compiled core is absent: verifying works and warns once, private keys do not exist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from govseal import sm2
from govseal.errors import SigningUnavailable
from govseal.sm2 import _fallback
from govseal.sm2.curve import SM2

MESSAGE = b"message"


def run(
    program: str, *options: str, backend: str = "reference"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", program],
        env=os.environ | {"GOVSEAL_SM2": backend},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def signed():
    key = sm2.PrivateKey.generate()
    return key.public_key.encode(), key.sign(MESSAGE)


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(_fallback, "_warned", True)


def test_the_tests_run_on_the_core():
    assert sm2.backend() in {"portable", "avx2", "ifma"}


def test_verifying_without_the_core(signed):
    encoded, signature = signed
    result = run(
        "import warnings\n"
        "from govseal import sm2\n"
        "from govseal.errors import InvalidSignature\n"
        "assert sm2.backend() == 'reference'\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        f"    key = sm2.PublicKey.decode({encoded!r})\n"
        f"    key.verify({signature!r}, b'message')\n"
        f"    key.verify_raw(sm2.decode_signature({signature!r}), b'message')\n"
        "    sm2.sm3(b'abc'); sm2.Sm3(b'abc').digest()\n"
        "assert [w.category for w in caught] == [RuntimeWarning], caught\n"
        "assert 'slower' in str(caught[0].message)\n"
        "try:\n"
        f"    key.verify({signature!r}, b'massage')\n"
        "except InvalidSignature:\n"
        "    print('refused')\n"
    )
    assert result.stdout == "refused\n", result.stderr


@pytest.mark.parametrize(
    "call", ["sm2.PrivateKey.generate()", "sm2.PrivateKey.from_bytes(bytes(31) + b'\\1')"]
)
def test_no_private_keys_without_the_core(call):
    result = run(
        "from govseal import sm2\n"
        "from govseal.errors import SigningUnavailable\n"
        "try:\n"
        f"    {call}\n"
        "except SigningUnavailable as error:\n"
        "    print(error)\n",
        "-W",
        "error",
    )
    assert "need the compiled core" in result.stdout, result.stderr


def test_no_encrypting_without_the_core(signed):
    """k would be told by timing, and with it the plaintext."""
    result = run(
        "from govseal import sm2\n"
        "from govseal.errors import SigningUnavailable\n"
        "try:\n"
        f"    sm2.PublicKey.decode({signed[0]!r}).encrypt(b'secret')\n"
        "except SigningUnavailable as error:\n"
        "    print(error)\n",
    )
    assert "encrypting with SM2 needs the compiled core" in result.stdout, result.stderr


def test_importing_does_not_warn():
    assert run("import govseal.sm2", "-W", "error").returncode == 0


def test_the_core_brings_no_slow_modules():
    program = (
        "import sys, govseal.errors\n"
        "before = set(sys.modules)\n"
        "import govseal.sm2\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    names = (
        "",
        "._backend",
        "._core",
        ".ahead",
        ".batch",
        ".digest",
        ".encoding",
        ".encryption",
        ".keys",
        ".params",
    )
    assert result.stdout.split() == ["govseal.sm2" + name for name in names]


def test_first_use_warns():
    _fallback._warned = False
    try:
        with pytest.warns(RuntimeWarning, match="not installed"):
            _fallback.sm3(b"abc")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _fallback.sm3(b"abc")
    finally:
        _fallback._warned = False


def test_edges_as_the_core_answers(quiet, edge):
    key = _fallback.load_public(bytes.fromhex(edge["public"]), 0)
    raw, digest = bytes.fromhex(edge["r"] + edge["s"]), bytes.fromhex(edge["e"])
    assert key.verify_digest(raw, digest) == edge["valid"]
    assert _fallback.prepare(key).verify_digest(raw, digest) == edge["valid"]


def test_same_surface(quiet, signed):
    encoded, signature = signed
    key, core = _fallback.load_public(encoded, 0), sm2.PublicKey.decode(encoded)._key
    assert key.encode() == core.encode() == encoded
    for user_id in (None, b"", b"x", bytes(8191)):
        assert key.identity_digest(user_id) == core.identity_digest(user_id)
    assert key.verify(signature, MESSAGE, None)
    assert not key.verify(signature, MESSAGE, b"")
    assert not key.verify(signature[:-1], MESSAGE, None)
    assert not key.verify_raw(signature, MESSAGE, None)
    assert not key.verify_digest(b"", bytes(32))
    prepared = _fallback.prepare(key)
    assert prepared.verify(signature, MESSAGE, None)
    assert not prepared.verify(signature, MESSAGE, b"")
    assert not prepared.verify_raw(signature, MESSAGE, None)
    for ours, theirs in ((key, core), (prepared, sm2._backend.core.prepare(core))):
        methods = {name for name in dir(ours) if not name.startswith("_")}
        assert methods == {name for name in dir(theirs) if not name.startswith("_")}
    names = {name for name in dir(sm2._backend.core) if not name.startswith("_")}
    only_compiled = {"PrivateKey", "tier", "use_tier"}
    assert names - only_compiled <= set(dir(_fallback))


def test_batches_one_by_one(quiet, signed):
    encoded, signature = signed
    key = _fallback.load_public(encoded, 0)
    keys = [key, _fallback.prepare(key), key]
    answers = _fallback.verify_many(
        keys, [signature, signature, b""], [MESSAGE] * 3, None, threads := 2
    )
    assert answers == [True, True, False]
    assert _fallback.verify_many(key, [signature], [b"other"], b"", 1) == [False]
    digest = sm2.sm3(key.identity_digest(None) + MESSAGE)
    records = 2 * (digest + sm2.decode_signature(signature)) + bytes(96)
    assert _fallback.verify_digests(keys, records, None, threads) == b"\1\1\0"
    out = bytearray(b"\7\7\7")
    assert _fallback.verify_digests(keys[1], records, out, 1) is out
    assert out == b"\1\1\0"


@pytest.mark.parametrize("backend", [_fallback, sm2._backend.core], ids=["fallback", "core"])
def test_batches_refuse_alike(quiet, signed, backend):
    encoded, signature = signed
    key = backend.load_public(encoded, 0)
    many, digests = backend.verify_many, backend.verify_digests
    for call, arguments, error in (
        (many, (key, [], [], None, 0), "threads is 1 to 256"),
        (many, ([key], [], [], None, 1), "one key"),
        (many, (key, [signature], [], None, 1), "one message"),
        (many, (key, [signature], [b""], bytes(8192), 1), "8191"),
        (digests, (key, b"", None, 257), "threads is 1 to 256"),
        (digests, (key, bytes(95), None, 1), "records are 96 bytes"),
        (digests, ([], bytes(96), None, 1), "one key"),
        (digests, (key, bytes(96), bytearray(2), 1), "out is to be 1"),
    ):
        with pytest.raises(ValueError, match=error):
            call(*arguments)
    for call, arguments in (
        (many, ([3], [signature], [b""], None, 1)),
        (many, (3, [signature], [b""], None, 1)),
        (many, (key, [3], [b""], None, 1)),
        (many, (key, [signature], ["text"], None, 1)),
        (digests, (key, "text", None, 1)),
        (digests, (key, bytes(96), bytes(1), 1)),
        (digests, (key, bytes(96), None, 1.5)),
    ):
        with pytest.raises(TypeError):
            call(*arguments)


BAD_POINTS = [
    b"",
    b"\0",
    b"\4" + bytes(64),
    b"\2" + bytes(31) + b"\5",
    b"\6" + bytes(64),
    b"\4" + SM2.gx.to_bytes(32, "big") + (SM2.p - SM2.gy).to_bytes(32, "big"),
    b"\3" + SM2.gx.to_bytes(32, "big"),
    b"\2" + b"\xff" * 32,
]


@pytest.mark.parametrize("encoded", BAD_POINTS, ids=range(len(BAD_POINTS)))
@pytest.mark.parametrize("allow_compressed", [0, 1])
def test_same_refusals(quiet, encoded, allow_compressed):
    texts = []
    for backend in (_fallback, sm2._backend.core):
        with pytest.raises(ValueError, match=r"point|form") as caught:
            backend.load_public(encoded, allow_compressed)
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_limits_of_the_fallback(quiet, signed):
    key = _fallback.load_public(signed[0], 0)
    with pytest.raises(ValueError, match="8191"):
        key.identity_digest(bytes(8192))
    with pytest.raises(ValueError, match="32 bytes"):
        key.verify_digest(bytes(64), bytes(31))
    with pytest.raises(TypeError):
        key.verify(3, MESSAGE, None)
    with pytest.raises(SigningUnavailable):
        _fallback.generate_private()


def test_streaming_without_openssl(quiet, monkeypatch):
    monkeypatch.setattr(_fallback, "_HAS_OPENSSL_SM3", False)
    hasher = _fallback.new_sm3()
    hasher.update(b"ab")
    copy = hasher.copy()
    hasher.update(bytearray(b"c"))
    assert hasher.digest() == sm2.sm3(b"abc") == _fallback.sm3(memoryview(b"abc"))
    assert copy.digest() == sm2.sm3(b"ab")


@pytest.mark.parametrize("tier", sorted({"portable", sm2.backend()}))
def test_the_environment_asks_for_a_tier(tier):
    done = run("from govseal import sm2; print(sm2.backend())", backend=tier)
    assert done.stdout.strip() == tier


def test_a_tier_above_that_of_the_tables_is_refused():
    done = run(
        "from govseal import sm2\n"
        "from govseal.sm2 import _core\n"
        "best = _core.tier()\n"
        "_core.use_tier('portable')\n"
        "sm2.PrivateKey.generate()\n"
        "try:\n"
        "    _core.use_tier(best)\n"
        "except ValueError as error:\n"
        "    assert 'built for portable' in str(error)\n"
        "else:\n"
        "    assert best == 'portable'\n",
        backend="",
    )
    assert done.returncode == 0, done.stderr


def test_a_second_import_keeps_the_tier():
    done = run(
        "import sys\n"
        "from govseal import sm2\n"
        "key = sm2.PrivateKey.generate()\n"
        "del sys.modules['govseal.sm2._core'], sm2._core\n"
        "from govseal.sm2 import _core\n"
        "assert _core.tier() == 'portable', _core.tier()\n"
        "key.public_key.prepare().verify(key.sign(b'message'), b'message')\n",
        backend="portable",
    )
    assert done.returncode == 0, done.stderr


def test_a_tier_without_the_core_is_refused(tmp_path):
    package = Path(sm2.__file__).parents[1]
    shutil.copytree(package, tmp_path / "govseal", ignore=shutil.ignore_patterns("*.so", "*.h"))
    done = subprocess.run(
        [sys.executable, "-c", "from govseal import sm2; print(sm2.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"GOVSEAL_SM2": "portable", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "GOVSEAL_SM2=portable: the compiled core is not installed" in done.stderr


def test_a_tier_that_nobody_knows_is_refused_by_name():
    done = run("from govseal import sm2", backend="fastest")
    assert done.returncode != 0
    assert "GOVSEAL_SM2=fastest: the names are reference, portable, avx2 and ifma" in done.stderr
