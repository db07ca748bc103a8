"""Bursts of one Python package, timed from inside: the protocol is in ../field.py.

Usage: python_worker.py PACKAGE, with a path on which that package alone is installed.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

MESSAGE = bytes(200)
DATA = bytes(16384)
USER_ID = b"1234567812345678"
Tasks = dict[str, Callable[[], object]]


def gmssl() -> Tasks:
    from gmssl import func, sm3
    from gmssl.sm2 import CryptSM2

    private = secrets.token_hex(32)
    public = CryptSM2(private, "")._kg(int(private, 16), CryptSM2(private, "").ecc_table["g"])
    key = CryptSM2(private, public)
    signature = key.sign_with_sm3(MESSAGE)
    cipher = CryptSM2(private, public, mode=1)
    ciphertext = cipher.encrypt(MESSAGE[:32])
    data = func.bytes_to_list(DATA)
    return {
        "sign": lambda: key.sign_with_sm3(MESSAGE),
        "verify": lambda: require(key.verify_with_sm3(signature, MESSAGE)),
        "encrypt": lambda: cipher.encrypt(MESSAGE[:32]),
        "decrypt": lambda: cipher.decrypt(ciphertext),
        "sm3": lambda: sm3.sm3_hash(data),
    }


def gmssl_pyx() -> Tasks:
    import gmssl_pyx as package

    public, private = package.sm2_key_generate()
    signature = package.sm2_sign(private, public, MESSAGE)
    ciphertext = package.sm2_encrypt(public, MESSAGE[:32])
    return {
        "encrypt": lambda: package.sm2_encrypt(public, MESSAGE[:32]),
        "decrypt": lambda: package.sm2_decrypt(private, ciphertext),
        "sign": lambda: package.sm2_sign(private, public, MESSAGE),
        "verify": lambda: require(package.sm2_verify(public, MESSAGE, signature)),
        "sm3": lambda: package.sm3_hash(DATA),
    }


def tongsuopy() -> Tasks:
    from tongsuopy.crypto import hashes
    from tongsuopy.crypto.asymciphers import ec

    private = ec.generate_private_key(ec.SM2())
    public = private.public_key()
    algorithm = ec.ECDSA(hashes.SM3())
    signature = private.sign(MESSAGE, algorithm)

    def sm3() -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(DATA)
        return digest.finalize()

    return {
        "sign": lambda: private.sign(MESSAGE, algorithm),
        "verify": lambda: public.verify(signature, MESSAGE, algorithm),
        "sm3": sm3,
    }


def easy_gmssl() -> Tasks:
    from easy_gmssl.gmssl import Sm2Key, Sm2Signature, Sm3

    key = Sm2Key()
    key.generate_key()

    def start(*, signing: bool) -> Sm2Signature:
        signature = Sm2Signature(key, USER_ID.decode(), signing)
        signature.update(MESSAGE)
        return signature

    signed = start(signing=True).sign()

    def sm3() -> bytes:
        digest = Sm3()
        digest.update(DATA)
        return digest.digest()

    return {
        "sign": lambda: start(signing=True).sign(),
        "verify": lambda: require(start(signing=False).verify(signed)),
        "sm3": sm3,
    }


def snowland_smx() -> Tasks:
    from pysmx.SM2 import Sign, Verify, generate_keypair
    from pysmx.SM3 import hash_msg

    pair = generate_keypair()
    public, private = pair.publicKey, pair.privateKey

    def sign() -> bytes:
        return Sign(MESSAGE, private, secrets.token_hex(32), 64, uid=USER_ID)

    signature = sign()
    return {
        "sign": sign,
        "verify": lambda: require(Verify(signature, MESSAGE, public, uid=USER_ID)),
        "sm3": lambda: hash_msg(DATA),
    }


def gmalg() -> Tasks:
    import gmalg as package

    private, public = package.SM2().generate_keypair()
    key = package.SM2(private, USER_ID, public)
    r, s = key.sign(MESSAGE)
    ciphertext = key.encrypt(MESSAGE[:32])

    def sm3() -> bytes:
        digest = package.SM3()
        digest.update(DATA)
        return digest.value()

    return {
        "sign": lambda: key.sign(MESSAGE),
        "verify": lambda: require(key.verify(MESSAGE, r, s)),
        "encrypt": lambda: key.encrypt(MESSAGE[:32]),
        "decrypt": lambda: key.decrypt(ciphertext),
        "sm3": sm3,
    }


PACKAGES = {
    "gmssl": gmssl,
    "easy-gmssl": easy_gmssl,
    "gmssl-pyx": gmssl_pyx,
    "tongsuopy": tongsuopy,
    "snowland-smx": snowland_smx,
    "gmalg": gmalg,
}


def require(is_valid: object) -> None:
    if not is_valid:
        raise RuntimeError("a signature did not verify")


def main() -> None:
    name = sys.argv[1]
    tasks = PACKAGES[name]()
    print(f"ready {name} {version(name)}", flush=True)
    for line in sys.stdin:
        task, count = line.split()
        run = tasks.get(task)
        if run is None:
            print("unknown", flush=True)
            continue
        begin = time.perf_counter()
        for _ in range(int(count)):
            run()
        print(f"{time.perf_counter() - begin:.9f}", flush=True)


if __name__ == "__main__":
    main()
