"""Time stamps, as the commands that make seals and stamps ask for them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser
from govseal.cli.clock import now
from govseal.cli.files import speaking_of
from govseal.cli.keys import key_file, load_key
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.pki.algorithms import SM3
from govseal.pki.devices import is_device_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from govseal.pki.algorithms import SignatureAlgorithm
    from govseal.pki.signer import TimestampSource
    from govseal.pki.timestampterms import TimestampNotice, TimestampTerms


def add_timestamp(parser: Parser, *, zh: str, en: str) -> None:
    """``--timestamp``."""
    parser.option("--timestamp", zh=zh, en=en, metavar="URL|KEY")


def add_terms(parser: Parser) -> None:
    """``--timestamp`` of a stamp, with ``--tsa`` and ``--level``."""
    add_timestamp(
        parser,
        zh="给签章加时间戳：服务的网址，或密钥和证书，同 --key；密码亦同。取不到时照样签章并提示",
        en="who time-stamps the stamp: a URL, or a key as of --key, same password; where none is "
        "given the stamp is made without, and a note says so",
    )
    parser.option(
        "--tsa",
        zh="只用这些根证书之下的时间戳服务，可重复；缺省由验证者判断",
        en="take time stamps under these roots alone, repeatable; whoever verifies judges if not",
        metavar="PEM|DIR",
        action="append",
    )
    parser.option(
        "--level",
        zh="t 必须有时间戳，取不到就不签章；b 不加时间戳",
        en="t insists on the time stamp: no stamp without; b is a stamp without one",
        choices=("b", "t"),
    )


def check_terms(options: argparse.Namespace) -> None:
    """Refuse options that do not go together; what they name is not touched."""
    if options.timestamp is None:
        for name, is_given in (("--tsa", options.tsa), ("--level t", options.level == "t")):
            if is_given:
                raise UsageError(
                    say(f"{name} 须与 --timestamp 同用", f"{name} goes with --timestamp")
                )
    elif options.level == "b":
        raise UsageError(say("--level b 不能与 --timestamp 同用", "--level b excludes --timestamp"))


def files_of(options: argparse.Namespace) -> tuple[Path | None, ...]:
    """The files that the options name: no output is one."""
    return (key_file(options.timestamp), *map(Path, options.tsa or ()))


def terms_of(
    options: argparse.Namespace,
    algorithm: SignatureAlgorithm,
    on_notice: Callable[[TimestampNotice], None],
) -> TimestampTerms | None:
    """The terms that ``--timestamp``, ``--tsa`` and ``--level`` state; None for no time stamp."""
    source = source_of(options, algorithm)
    if source is None:
        return None
    from govseal.pki.timestampterms import TimestampTerms  # noqa: PLC0415 - start-up
    from govseal.pki.trust import TrustStore  # noqa: PLC0415 - start-up

    return TimestampTerms(
        source,
        tsas=None if options.tsa is None else TrustStore.from_paths(options.tsa),
        is_required=options.level == "t",
        on_notice=on_notice,
        clock=now,
    )


def source_of(options: argparse.Namespace, algorithm: SignatureAlgorithm) -> TimestampSource | None:
    """The authority behind ``--timestamp``; None where none is asked for.

    One across a network is told a digest of the kind that goes with the signer's ``algorithm``.
    """
    if options.timestamp is None:
        return None
    from govseal.pki import timestamping  # noqa: PLC0415 - start-up

    if "://" not in options.timestamp or is_device_uri(options.timestamp):
        key = load_key(options.timestamp, options)
        with speaking_of(key_file(options.timestamp) or Path("--timestamp")):
            return timestamping.SignerTimestampSource(key, clock=now)
    from govseal.pki.fetch import EVERYWHERE, HttpFetcher  # noqa: PLC0415 - start-up
    from govseal.pki.timestamp import MAX_TOKEN_BYTES  # noqa: PLC0415 - start-up

    # The caller names the authority, which may well be one of the house.
    return timestamping.HttpTimestampSource(
        options.timestamp,
        HttpFetcher(max_bytes=2 * MAX_TOKEN_BYTES, allowed_networks=EVERYWHERE, max_redirects=0),
        algorithm=algorithm.digest or SM3,
    )
