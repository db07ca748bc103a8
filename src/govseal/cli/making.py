"""What making and renewing a seal ask for alike: keys, signers, terms, a time stamp."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.anchors import add_anchors, anchor_files, materials_of, policy_of, trust_of
from govseal.cli.arguments import Parser, moment
from govseal.cli.files import check_output, speaking_of
from govseal.cli.keys import key_file
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.timestamps import add_timestamp
from govseal.errors import FormatError
from govseal.pki.certificate import Certificate, load_certificates
from govseal.verification.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    from govseal.seal.binding import BindingTerms
    from govseal.seal.picture import SealPicture

GENERATIONS = ("2014", "2020", "2025")
LISTS = ("certificates", "digests")
_MAX_CERTIFICATE_FILE = 1024 * 1024


def add_parties(parser: Parser, *, is_alone: bool = True) -> None:
    """``--maker`` and ``--signer``; beside a file that stands alone, one certificate to each."""
    parser.option(
        "--maker",
        zh="制章人的密钥和证书：文件，或设备中的密钥 pkcs11:…、sdf:…",
        en="key and certificate of the maker: a file, or pkcs11:… or sdf:… for one in a device",
        metavar="KEY",
        required=True,
    )
    parser.option(
        "--signer",
        zh="授权的签章人证书，可重复",
        en="certificates that may use the seal, repeatable",
        metavar="U.pem",
        dest="signers",
        type=Path,
        required=True,
        # Several to one option would take the file that follows for another.
        **({"action": "extend", "nargs": "+"} if is_alone else {"action": "append"}),
    )


def add_form(parser: Parser, *, zh: str, en: str) -> None:
    """``--from``, ``--to``, ``--generation``, ``--list`` and ``--timestamp``."""
    parser.option("--from", zh="有效期起", en="valid from", dest="start", metavar="T", type=moment)
    parser.option("--to", zh="有效期止", en="valid to", dest="end", metavar="T", type=moment)
    parser.option("--generation", zh=zh, en=en, choices=GENERATIONS)
    parser.option(
        "--list",
        zh="授权列表的形式：certificates 证书，digests 证书杂凑值（2014 没有）",
        en="how signers are listed: certificates, or digests of them (not in 2014)",
        dest="signer_list",
        choices=LISTS,
    )
    add_timestamp(
        parser,
        zh="给印章加时间戳（仅 2025）：服务的网址，或密钥和证书，同 --maker；密码亦同",
        en="who time-stamps the seal (2025 only): a URL, or a key as of --maker, same password",
    )


def add_terms(parser: Parser) -> None:
    """The options by which a new seal is held to a regulation."""
    add_anchors(parser)
    parser.option(
        "--imprint",
        zh="备案印模；印章图像须与之一致，与 --profile 同用",
        en="the imprint on file, which the picture has to show, with --profile",
        metavar="F",
        type=Path,
    )
    parser.option(
        "--region",
        zh="使用单位的行政区划代码（与所属单位不同时），与 --profile 同用",
        en="division code of the unit that uses the seal, if another than the owner's",
        metavar="CODE",
    )


def terms_of(
    options: argparse.Namespace,
    imprint: SealPicture | None = None,
    *,
    alone: tuple[str, ...] = (),
) -> BindingTerms | None:
    """The terms that ``--profile`` and its companions name; None without a profile.

    ``alone`` are the companions that this command uses without one too.
    """
    if options.profile is None:
        for name in ("imprint", "region", "trust", "makers", "crl", "ca"):
            if getattr(options, name) and name not in alone:
                raise UsageError(
                    say(f"--{name} 须与 --profile 同用", f"--{name} goes with --profile")
                )
        return None
    from govseal.seal.binding import BindingTerms  # noqa: PLC0415 - start-up

    policy = policy_of(options, DEFAULT_POLICY)
    if policy.binding is None:  # the profile was just loaded
        raise AssertionError
    return BindingTerms(
        policy.binding,
        trust_of(options),
        materials=materials_of(options),
        cas=policy.cas,
        makers=policy.makers,
        imprint=imprint,
        region=options.region,
    )


def check_files(options: argparse.Namespace, *inputs: Path | None) -> None:
    """Refuse an output that would overwrite what the command reads: ``inputs``, keys, terms."""
    keys = (key_file(options.maker), key_file(options.timestamp))
    own = (*keys, *options.signers, options.password_file, options.imprint)
    sources = (*inputs, *own, *anchor_files(options))
    check_output(options.output, sources, json=options.json)


def load_certificate(path: Path) -> Certificate:
    """The first certificate in a file.

    Raises:
        FormatError: there is none in it.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(_MAX_CERTIFICATE_FILE)
    with speaking_of(path):
        found = load_certificates(data)
        if not found:
            raise FormatError("no certificate in it", part=str(path))
    return found[0]
