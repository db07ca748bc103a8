"""``govseal stamp`` in two steps, for a key that sits elsewhere: ``--prepare`` and ``--finish``."""

from __future__ import annotations

import argparse
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from govseal import facade
from govseal.cli import places, problems, timestamps
from govseal.cli.arguments import Parser
from govseal.cli.clock import now
from govseal.cli.files import STANDARD_OUTPUT, check_output, read_matter_file, write_output
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.pki.certificate import load_certificates
from govseal.pki.files import read_source

if TYPE_CHECKING:
    from govseal.pki.timestampterms import TimestampNotice
    from govseal.stamping.pending import PendingStamp

_MAX_CERTIFICATE_BYTES = 1024 * 1024
_MAX_SIGNATURE_BYTES = 16 * 1024
_NAMES = {"file": "FILE", "output": "-o"}


def add_arguments(parser: Parser) -> None:
    """``--prepare``, ``--finish`` and ``--signature``."""
    parser.option(
        "--prepare",
        zh="密钥在别处时的第一步：写出待签章数据（JSON），显示待签名的杂凑值；用 --cert 代替 --key",
        en="first step for a key that is elsewhere: write what waits (JSON) and show the digest to "
        "be signed; with --cert instead of --key",
        metavar="P.json",
        type=Path,
    )
    parser.option(
        "--finish",
        zh="第二步：用 --signature 完成待签章的数据，写到 -o",
        en="second step: finish what waits with --signature, into -o",
        metavar="P.json",
        type=Path,
    )
    parser.option(
        "--signature",
        zh="签名值：DER、r‖s（64 字节）或 RSA 签名，也可为其十六进制或 Base64 文本",
        en="the signature value: DER, raw r and s of 64 bytes, or RSA; or these in hexadecimal or "
        "Base64",
        metavar="SIG",
        type=Path,
    )


def require(options: argparse.Namespace, names: Iterable[str]) -> None:
    """Refuse a call that lacks one of these options, as argparse does."""
    lacking = [_option(name) for name in names if getattr(options, name) is None]
    if lacking:
        listed = ", ".join(lacking)
        raise UsageError(
            say(f"缺少参数：{listed}", f"the following arguments are required: {listed}"),
            say("参见 govseal stamp --help", "see govseal stamp --help"),
        )


def exclude(options: argparse.Namespace, step: str, names: Iterable[str]) -> None:
    """Refuse options that have no place in a step."""
    for name in names:
        value = getattr(options, name)
        if value is not None and value is not False:
            one = _option(name)
            raise UsageError(
                say(f"{step} 不能与 {one} 同用", f"{step} excludes {one}")
                if step
                else say(f"{one} 须与 --finish 同用", f"{one} goes with --finish")
            )


def exclude_terms(options: argparse.Namespace) -> None:
    """Refuse, in the first step, terms of the time stamp: what waits does not hold them."""
    for name, is_given in (("--tsa", options.tsa), ("--level t", options.level == "t")):
        if is_given:
            raise UsageError(
                say(f"--prepare 不能与 {name} 同用", f"--prepare excludes {name}"),
                say(f"{name} 在 --finish 时写明", f"state {name} with --finish"),
            )


def _option(name: str) -> str:
    return _NAMES.get(name, f"--{name.replace('_', '-')}")


def prepare(options: argparse.Namespace) -> int:
    """Write the stamp that waits, and show what has to be signed."""
    from govseal.pki.timestampterms import DEFAULT_MAX_BYTES  # noqa: PLC0415 - start-up

    at = now()
    data = read_source(options.cert, max_bytes=_MAX_CERTIFICATE_BYTES)
    matter_list = read_matter_file(options.matter_list) if options.matter_list else None
    waiting = facade.prepare_stamp(
        options.file,
        options.seal,
        load_certificates(data),
        None if options.detached else places.places_of(options),
        at=at,
        protect=options.protect or "continue",
        matter=options.matter,
        matter_list=matter_list,
        timestamp_bytes=DEFAULT_MAX_BYTES if options.timestamp is not None else 0,
    )
    write_output(options.prepare, waiting.to_json())
    name, digest = waiting.algorithm.name, waiting.digest.hex()
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.prepare/1",
                "file": options.prepare.name,
                "algorithm": name,
                "digest": digest,
                "message": b64encode(waiting.message).decode("ascii"),
                "seal": waiting.plan.seal.name,
                "signed_at": at.isoformat(),
                "matter": options.matter,
            }
        )
    elif options.prepare != STANDARD_OUTPUT:
        print(f"{name}  {digest}")
    return 0


def finish(options: argparse.Namespace) -> int:
    """Put the signature value in, and write the stamped file."""
    require(options, ("signature", "output"))
    names = ("file", "seal", "key", "cert", *places.PLACES, "detached", "protect", "matter")
    # The password is that of the time stamp authority's key.
    password = () if options.timestamp is not None else ("password_env", "password_file")
    exclude(options, "--finish", (*names, "matter_list", "prepare", *password))
    timestamps.check_terms(options)
    if options.json and options.output == STANDARD_OUTPUT:
        raise UsageError(say("--json 不能与 -o - 同用", "--json excludes -o -"))
    own = (options.finish, options.signature, options.password_file)
    check_output(options.output, (*own, *timestamps.files_of(options)))
    from govseal.stamping.pending import PendingStamp  # noqa: PLC0415 - start-up

    most = 2 * DEFAULT_LIMITS.max_file_bytes
    waiting = PendingStamp.from_json(read_source(options.finish, max_bytes=most))
    value = read_source(options.signature, max_bytes=_MAX_SIGNATURE_BYTES)
    _check_level(options, waiting)
    notices: list[TimestampNotice] = []
    terms = timestamps.terms_of(options, waiting.algorithm, notices.append)
    data = waiting.finish(_signature(value), timestamp=terms)
    write_output(options.output, data)
    told = list(map(problems.note_no_timestamp, notices))
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.stamp/1",
                "file": options.output.name,
                "size": len(data),
                "seal": waiting.plan.seal.name,
                "signed_at": waiting.plan.at.isoformat(),
                "level": "b" if terms is None or told else "t",
                "notices": told,
            }
        )
    return 0


def _check_level(options: argparse.Namespace, waiting: PendingStamp) -> None:
    """Refuse to forget, in the second step, the time stamp that the first one provided for."""
    if waiting.plan.timestamp_bytes and options.timestamp is None and options.level != "b":
        raise UsageError(
            say("准备时写明了要加时间戳", "it was prepared for a time stamp"),
            say(
                "用 --timestamp 指定时间戳服务，或用 --level b 放弃",
                "name the authority with --timestamp, or do without by --level b",
            ),
        )


def _signature(data: bytes) -> bytes:
    """The signature value itself, or the one that a text in hexadecimal or Base64 stands for."""
    text = b"".join(data.split())
    try:
        if re.fullmatch(rb"(?:[0-9A-Fa-f]{2})+", text):
            return bytes.fromhex(text.decode("ascii"))
        return b64decode(text, validate=True) or data
    except ValueError:
        return data
