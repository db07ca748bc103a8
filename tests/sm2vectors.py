"""Runs the Wycheproof-style vectors of SM2 through the library, or through the reference.

Usage: python tests/sm2vectors.py FILE…    (GOVSEAL_SM2 chooses the tier)
Prints one JSON object: how many tests ran, how many there was no core for, and what failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govseal import sm2
from govseal.errors import (
    EncodingError,
    GovsealError,
    InvalidCiphertext,
    InvalidSignature,
    SigningUnavailable,
)
from govseal.sm2 import _reference as reference

VECTORS = Path(__file__).resolve().parent / "vectors"
FILES = tuple(f"sm2_{name}_test.json" for name in ("verify", "decrypt", "key"))

Test = dict[str, Any]
Answer = Callable[[Test, Test], str]
"""From a group and a test to ``valid``, ``invalid``, ``acceptable``, or what went wrong."""


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def data(fields: Test, name: str) -> bytes:
    return bytes.fromhex(fields[name])


# --- through the library -----------------------------------------------------------------------


def verify(group: Test, test: Test) -> str:
    key = sm2.PublicKey.decode(data(group["publicKey"], "uncompressed"))
    try:
        if group["type"] == "Sm2VerifyDigest":
            key.verify_digest(data(test, "sig"), data(test, "digest"))
        else:
            check = key.verify if group["type"] == "Sm2Verify" else key.verify_raw
            check(data(test, "sig"), data(test, "msg"), user_id=data(group, "userId"))
    except InvalidSignature:
        return "invalid"
    return "valid"


def decrypt(group: Test, test: Test) -> str:
    key, ct = sm2.PrivateKey.from_bytes(data(group, "privateKey")), data(test, "ct")
    is_old = group["type"] == "Sm2DecryptRawC1C2C3"
    try:
        if group["type"] == "Sm2DecryptAsn1":
            plain = key.decrypt(ct)
        else:
            plain = key.decrypt_raw(ct, old_order=is_old)
    except (EncodingError, InvalidCiphertext):
        return "invalid"
    if plain != data(test, "msg"):
        return f"decrypted to {plain.hex()}"
    return "acceptable" if is_old else "valid"


def public_key(group: Test, test: Test) -> str:
    answers = []
    for allow_compressed in (False, True):
        try:
            sm2.PublicKey.decode(data(test, "encoded"), allow_compressed=allow_compressed)
        except EncodingError:
            answers.append("invalid")
        else:
            answers.append("valid")
    return answers[0] if answers[0] == answers[1] else "acceptable"


def public_key_info(group: Test, test: Test) -> str:
    from govseal.pki.keys import EC_PUBLIC_KEY, decode_public_key  # noqa: PLC0415 - not for tiers

    try:
        key = decode_public_key(data(test, "encoded"))
    except EncodingError:
        return "invalid"
    if key.kind != "sm2":
        return "invalid"
    return "valid" if key.algorithm_oid == EC_PUBLIC_KEY else "acceptable"


def private_key(group: Test, test: Test) -> str:
    try:
        key = sm2.PrivateKey.from_bytes(data(test, "encoded"))
    except EncodingError:
        return "invalid"
    return "valid" if key.public_key.encode() == data(test, "public") else "another public key"


LIBRARY: dict[str, Answer] = {
    "Sm2Verify": verify,
    "Sm2VerifyRaw": verify,
    "Sm2VerifyDigest": verify,
    "Sm2DecryptRaw": decrypt,
    "Sm2DecryptAsn1": decrypt,
    "Sm2DecryptRawC1C2C3": decrypt,
    "Sm2PublicKey": public_key,
    "Sm2PublicKeyInfo": public_key_info,
    "Sm2PrivateKey": private_key,
}


# --- through the reference, whatever has a secret ------------------------------------------------


def decrypt_by_reference(group: Test, test: Test) -> str:
    raw = data(test, "ct")
    try:
        if group["type"] == "Sm2DecryptAsn1":
            raw = sm2.decode_ciphertext(raw)
    except EncodingError:
        return "invalid"
    is_old = group["type"] == "Sm2DecryptRawC1C2C3"
    if is_old:
        raw = raw[:65] + raw[-32:] + raw[65:-32]
    plain = reference.decrypt(raw, int(group["privateKey"], 16))
    if plain is None:
        return "invalid"
    if plain != data(test, "msg"):
        return f"decrypted to {plain.hex()}"
    return "acceptable" if is_old else "valid"


REFERENCE: dict[str, Answer] = {
    kind: decrypt_by_reference for kind, answer in LIBRARY.items() if answer is decrypt
}


# --- all of a file -------------------------------------------------------------------------------


def run(name: str, answers: dict[str, Answer] = LIBRARY) -> dict[str, Any]:
    """The failures of one file; tests of a kind without an answer are left out."""
    ran, unavailable, failures = 0, 0, []
    for group in load(name)["testGroups"]:
        answer = answers.get(group["type"])
        for test in group["tests"] if answer else ():
            try:
                got = answer(group, test)
            except SigningUnavailable:
                unavailable += 1
                continue
            except (GovsealError, ValueError, TypeError, ArithmeticError) as error:
                got = repr(error)
            ran += 1
            if got != test["result"]:
                failures.append(f"{name} {test['tcId']} ({test['comment']}): {got}")
    return {"ran": ran, "unavailable": unavailable, "failures": failures}


if __name__ == "__main__":
    print(json.dumps([sm2.backend(), [run(name) for name in sys.argv[1:]]]))  # noqa: T201
