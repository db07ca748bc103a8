"""Writes sm2_edges.json: signatures at the edges of the verification equation.

How they are crafted without hashing: choose r, s and P; then X = [s]G + [r+s]P and e = (r - x1)
mod n. For a wanted x1, take a point X that has it, and P = [1/t](X - [s]G) with r = t - s.

Usage: python tests/vectors/make_sm2_edges.py > tests/vectors/sm2_edges.json
"""

from __future__ import annotations

import json
import sys

from govseal.sm2 import _reference as ec
from govseal.sm2.curve import SM2

N, G = SM2.n, ec.generator()
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
KEY = ec.public_point(D)
CASES: list[dict[str, str | bool]] = []


def number(value: int) -> str:
    return f"{value:064x}"


def case(name: str, public: ec.Point, e: int, r: int, s: int, *, valid: bool) -> None:
    point = "04" + number(public.x) + number(public.y)
    values = {"public": point, "e": number(e), "r": number(r), "s": number(s)}
    CASES.append({"name": name, **values, "valid": valid})


def digest_for(public: ec.Point, r: int, s: int) -> int:
    """The e that makes (r, s) satisfy the equation; infinity counts as x1 = 0."""
    total = ec.add(ec.multiply(s, G), ec.multiply((r + s) % N, public))
    return (r - (total.x if total else 0)) % N


def key_for(point: ec.Point, s: int, t: int) -> ec.Point:
    """The public key with [s]G + [t]P = point."""
    public = ec.multiply(pow(t, -1, N), ec.add(point, ec.negate(ec.multiply(s, G))))
    assert public is not None
    return public


def extreme_sizes() -> None:
    for r, s in ((1, 1), (N - 1, N - 1), (1, N - 2), (N - 2, 1)):
        case(f"r={number(r)} s={number(s)}", KEY, digest_for(KEY, r, s), r, s, valid=True)
    e = digest_for(KEY, 1, 1)
    case("r+n", KEY, e, 1 + N, 1, valid=False)
    case("s+n", KEY, e, 1, 1 + N, valid=False)
    case("r and s swapped", KEY, digest_for(KEY, 5, 9), 9, 5, valid=False)
    case("n-s", KEY, digest_for(KEY, 5, 9), 5, N - 9, valid=False)


def forbidden_values() -> None:
    e = digest_for(KEY, N - 5, 5)
    case("r+s=n, though the equation holds", KEY, e, N - 5, 5, valid=False)
    s = -7 * D % N
    r = (7 - s) % N
    case("infinity, e=r", KEY, r, r, s, valid=False)
    case("r=0, the equation holds", KEY, digest_for(KEY, 0, 9), 0, 9, valid=False)
    case("s=0, the equation holds", KEY, digest_for(KEY, 9, 0), 9, 0, valid=False)
    case("r=0 s=0", KEY, 0, 0, 0, valid=False)
    for name, value in (("n", N), ("n+1", N + 1), ("2^256-1", 2**256 - 1)):
        case(f"r={name}", KEY, digest_for(KEY, value % N, 9), value, 9, valid=False)
        case(f"s={name}", KEY, digest_for(KEY, 9, value % N), 9, value, valid=False)


def extreme_digests() -> None:
    for name, e in (("0", 0), ("n", N), ("n-1", N - 1), ("2^256-1", 2**256 - 1)):
        signature = ec.sign_digest(e, D, 0x59276E27D506861A16680F3AD9C02DCC)
        assert signature is not None
        case(f"e={name}", KEY, e, *signature, valid=True)


def extreme_coordinates() -> None:
    s, t = 12345, 67891
    r = t - s
    above = next(p for x in range(N, N + 100) if (p := ec.lift_x(x, is_odd=False)))
    highest = next(p for x in range(SM2.p - 1, 0, -1) if (p := ec.lift_x(x, is_odd=True)))
    zero = ec.lift_x(0, is_odd=False)
    assert zero is not None
    for name, point in (("smallest x1>=n", above), ("largest x1", highest), ("x1=0", zero)):
        case(name, key_for(point, s, t), (r - point.x) % N, r, s, valid=True)
    # x1 differs from r-e by n in one direction only: the other point must not pass
    case("x1>=n, e off by one", key_for(above, s, t), (r - above.x + 1) % N, r, s, valid=False)
    case("x(P)=0", zero, digest_for(zero, 9, 5), 9, 5, valid=True)
    case("P=G", G, digest_for(G, 9, 5), 9, 5, valid=True)
    last = ec.public_point(N - 2)
    case("P=[n-2]G", last, digest_for(last, 9, 5), 9, 5, valid=True)


def degenerate_sums() -> None:
    for s, t in ((1000, 77), (1, 1), (3, 5), (N - 1, 7), (2**255, 2**254 + 1)):
        r = (t - s) % N
        if r == 0:
            continue
        equal = ec.multiply(s * pow(t, -1, N), G)  # [t]P = [s]G
        assert equal is not None
        case(f"[s]G=[t]P s={s:x}", equal, digest_for(equal, r, s), r, s, valid=True)
        opposite = ec.negate(equal)
        assert opposite is not None
        case(f"[s]G=-[t]P s={s:x}", opposite, r, r, s, valid=False)


def cases() -> list[dict[str, str | bool]]:
    """All of them, in order."""
    CASES.clear()
    extreme_sizes()
    forbidden_values()
    extreme_digests()
    extreme_coordinates()
    degenerate_sums()
    return CASES


def main() -> None:
    json.dump(cases(), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
