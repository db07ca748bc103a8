"""Every vector of tests/vectors/sm2_*_test.json through every tier, the fallback and the reference.

The files are made by programs beside them, which never touch the compiled core; they are made again
here, byte for byte. Other implementations give their answers where they have the scheme.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import gmalg
import pytest
from gmssl.sm2 import CryptSM2

import sm2vectors
from govseal import sm2
from govseal.asn1 import write
from sm2vectors import FILES, VECTORS, data, load

TIERS = ("portable", "avx2", "ifma")
AVAILABLE = TIERS[: TIERS.index(sm2.backend()) + 1]
EVERY = [
    (name, group, test)
    for name in FILES
    for group in load(name)["testGroups"]
    for test in group["tests"]
]


def run_as(tier: str) -> list[dict]:
    """The answers of another process that has this tier alone."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", Path(sm2vectors.__file__), *FILES],
        env=os.environ | {"GOVSEAL_SM2": tier},
        capture_output=True,
        text=True,
        check=True,
    )
    backend, results = json.loads(done.stdout)
    assert backend == tier
    return results


@pytest.mark.parametrize("tier", AVAILABLE)
def test_every_vector_through_the_core(tier):
    for name, result in zip(FILES, run_as(tier), strict=True):
        assert not result["failures"]
        assert result["unavailable"] == 0
        assert result["ran"] == load(name)["numberOfTests"]


@pytest.mark.slow
def test_every_vector_through_the_fallback():
    """What has a secret is refused as a whole; all else answers as the core does."""
    for name, result in zip(FILES, run_as("reference"), strict=True):
        assert not result["failures"]
        secret = sum(
            group["type"].startswith("Sm2Decrypt")
            or (group["type"] == "Sm2PrivateKey" and len(data(test, "encoded")) == 32)
            for file, group, test in EVERY
            if file == name
        )
        assert result["unavailable"] == secret
        assert result["ran"] == load(name)["numberOfTests"] - secret


@pytest.mark.slow
@pytest.mark.measured
def test_every_ciphertext_through_the_reference():
    result = sm2vectors.run("sm2_decrypt_test.json", sm2vectors.REFERENCE)
    assert not result["failures"]
    assert result["ran"] == load("sm2_decrypt_test.json")["numberOfTests"]


def test_a_wrong_answer_is_seen(monkeypatch):
    """The runner itself can fail: it is asked for what nobody answers."""
    monkeypatch.setitem(sm2vectors.LIBRARY, "Sm2PrivateKey", lambda *_: "valid")
    failures = sm2vectors.run("sm2_key_test.json")["failures"]
    assert len(failures) == sum(
        test["result"] == "invalid" for _, group, test in EVERY if group["type"] == "Sm2PrivateKey"
    )


# --- the files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sm2_edges.json",
        "sm2_key_test.json",
        pytest.param("sm2_verify_test.json", marks=pytest.mark.slow),
        pytest.param("sm2_decrypt_test.json", marks=pytest.mark.slow),
    ],
)
def test_the_generator_makes_the_file_again(name):
    maker = VECTORS / f"make_{name.removesuffix('.json').removesuffix('_test')}.py"
    done = subprocess.run(
        [sys.executable, maker], capture_output=True, check=True, env=os.environ | BLIND
    )
    assert done.stdout == (VECTORS / name).read_bytes()


# A generator that so much as loaded the core would say so.
BLIND = {"GOVSEAL_SM2": "reference", "PYTHONWARNINGS": "error"}


@pytest.mark.parametrize("name", FILES)
def test_the_numbers_are_in_order(name):
    content = load(name)
    numbers = [test["tcId"] for group in content["testGroups"] for test in group["tests"]]
    assert numbers == list(range(1, content["numberOfTests"] + 1))
    flags = {flag for g in content["testGroups"] for test in g["tests"] for flag in test["flags"]}
    assert flags == set(content["notes"])


@pytest.mark.parametrize("name", FILES)
def test_no_test_stands_twice(name):
    names = ("msg", "sig", "ct", "encoded", "digest")
    inputs = [
        json.dumps([{**group, "tests": ()}, [test.get(key) for key in names]])
        for group in load(name)["testGroups"]
        for test in group["tests"]
    ]
    assert len(inputs) == len(set(inputs))


def problems(value, schema, root, at="$"):
    """What of JSON Schema these schemas use, no more."""
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    if "anyOf" in schema:
        tries = [problems(value, choice, root, at) for choice in schema["anyOf"]]
        return [] if [] in tries else min(tries, key=len)
    assert set(schema) <= KNOWN, schema
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r}"]
    kind = {"object": dict, "array": list, "string": str, "integer": int}[schema["type"]]
    if not isinstance(value, kind):
        return [f"{at}: not {schema['type']}"]
    found = []
    if kind is dict:
        found += [f"{at}: no {name}" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            rest = schema.get("additionalProperties")
            known = schema.get("properties", {}).get(name, rest)
            found += problems(item, known, root, f"{at}.{name}") if known else [f"{at}: {name}"]
    elif kind is list:
        found += [f"{at}: too few"] * (len(value) < schema.get("minItems", 0))
        for number, item in enumerate(value):
            found += problems(item, schema["items"], root, f"{at}[{number}]")
    elif kind is str and not re.search(schema.get("pattern", ""), value):
        found.append(f"{at}: {value!r}")
    return found


KNOWN = {
    "$schema", "$defs", "title", "type", "enum", "required", "properties", "additionalProperties",
    "items", "minItems", "minimum", "pattern",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_file_fits_its_schema(name):
    content = load(name)
    schema = load(content["schema"])
    assert problems(content, schema, schema) == []
    group = content["testGroups"][0]
    for damaged in ({**group, "more": 1}, {**group, "tests": []}, {**group, "type": "Sm9"}):
        assert problems(content | {"testGroups": [damaged]}, schema, schema)


# --- other implementations -----------------------------------------------------------------------


def integers(der: bytes) -> tuple[bytes, bytes]:
    raw = sm2.decode_signature(der)
    return raw[:32], raw[32:]


def readable_signatures():
    """Signatures over messages that are DER: what implementations get to see that take r and s."""
    for name, group, test in EVERY:
        if name == FILES[0] and group["type"] == "Sm2Verify":
            try:
                yield group, test, integers(data(test, "sig"))
            except sm2vectors.EncodingError:
                continue


@pytest.mark.slow
def test_gmalg_verifies_as_we_do():
    count = 0
    for group, test, (r, s) in readable_signatures():
        if not 0 < len(data(group, "userId")) < 4096:
            continue  # gmalg takes no others
        key = data(group["publicKey"], "uncompressed")
        user = gmalg.SM2(uid=data(group, "userId"), pk=key)
        count += 1
        assert user.verify(data(test, "msg"), r, s) == (test["result"] == "valid"), test["tcId"]
    assert count > 150


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["Sm2DecryptRaw", "Sm2DecryptRawC1C2C3"])
def test_others_decrypt_what_is_valid(mode):
    """gmalg knows the new order, gmssl both."""
    count = 0
    for _, group, test in EVERY:
        if group["type"] != mode or test["result"] == "invalid":
            continue
        d, ct, msg = data(group, "privateKey"), data(test, "ct"), data(test, "msg")
        gmssl = CryptSM2(d.hex(), group["publicKey"]["uncompressed"][2:], mode=mode[-1] == "w")
        assert gmssl.decrypt(ct[1:]) == msg, test["tcId"]
        if mode == "Sm2DecryptRaw":
            assert gmalg.SM2(d).decrypt(ct) == msg, test["tcId"]
        count += 1
    assert count >= 5


def test_others_encrypt_for_us():
    while (key := sm2.PrivateKey.generate()).public_key.encode()[1] == 4:
        pass  # gmssl takes such an x for the mark of the uncompressed form
    encoded = key.public_key.encode()
    for size in (8, 31, 32, 33, 200):  # gmssl gives up where a short key stream is zero
        message = bytes(range(size))
        assert key.decrypt_raw(gmalg.SM2(pk=encoded).encrypt(message)) == message
        new = CryptSM2("", encoded[1:].hex(), mode=1).encrypt(message)
        assert key.decrypt_raw(b"\4" + new) == message
        old = CryptSM2("", encoded[1:].hex(), mode=0).encrypt(message)
        assert key.decrypt_raw(b"\4" + old, old_order=True) == message


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is not installed")
    folder = tmp_path_factory.mktemp("openssl")

    def run(*words: str, **files: bytes) -> bytes | None:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        done = subprocess.run([program, *words], capture_output=True, cwd=folder, check=False)
        return done.stdout if done.returncode == 0 else None

    return run


def ec_private_key(d: bytes, encoded: bytes) -> bytes:
    curve = write.explicit(0, write.oid("1.2.156.10197.1.301"))
    public = write.explicit(1, write.bits(encoded))
    return write.sequence(write.integer(1), write.octets(d), curve, public)


def test_openssl_and_we_read_one_another(openssl):
    key = sm2.PrivateKey.generate()
    private = ec_private_key(key.to_bytes(), key.public_key.encode())
    words = ("pkeyutl", "-inkey", "key", "-keyform", "DER", "-in", "in")
    for size in (1, 16, 32, 33, 127, 500):
        message = bytes(i & 0xFF for i in range(size))
        ours = key.public_key.encrypt(message)
        assert openssl(*words, "-decrypt", **{"key": private, "in": ours}) == message
        theirs = openssl(*words, "-encrypt", **{"key": private, "in": message})
        assert key.decrypt(theirs) == message


# What is asked of OpenSSL: classes in which there is only one answer for everybody.
ARITHMETIC = {
    "PublishedVector", "ValidCiphertext", "SpecialPoint", "PointOffCurve", "WrongDigest",
    "DigestConfusion", "WrongKeyStream", "ModifiedCiphertext", "WrongKey",
}  # fmt: skip


@pytest.mark.slow
def test_openssl_decrypts_as_we_do(openssl):
    words = ("pkeyutl", "-decrypt", "-inkey", "key", "-keyform", "DER", "-in", "in")
    for _, group, test in EVERY:
        if group["type"] == "Sm2DecryptAsn1" and set(test["flags"]) <= ARITHMETIC:
            d, encoded = data(group, "privateKey"), data(group["publicKey"], "uncompressed")
            files = {"key": ec_private_key(d, encoded), "in": data(test, "ct")}
            wanted = data(test, "msg") if test["result"] == "valid" else None
            assert openssl(*words, **files) == wanted, test["tcId"]


@pytest.mark.slow
def test_openssl_verifies_as_we_do(openssl):
    """pkeyutl takes the digest itself: the cases that no message has are asked."""
    words = ("pkeyutl", "-verify", "-pubin", "-inkey", "key", "-keyform", "DER")
    for _, group, test in EVERY:
        if group["type"] == "Sm2VerifyDigest":
            files = {"key": data(group, "publicKeyDer"), "sig": data(test, "sig")}
            answer = openssl(
                *words, "-in", "in", "-sigfile", "sig", **files, **{"in": data(test, "digest")}
            )
            assert (answer is not None) == (test["result"] == "valid"), test["tcId"]
