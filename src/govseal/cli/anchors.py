"""Whom a command trusts, and by what it judges: the options that several commands share."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from govseal.cli.arguments import Parser
from govseal.cli.files import speaking_of
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.verification.policy import Policy


def add_anchors(parser: Parser) -> None:
    """``--trust``, ``--makers``, ``--crl``, ``--profile`` and ``--ca``."""
    parser.option(
        "--trust",
        zh="受信任的根证书，可重复",
        en="trusted roots, repeatable",
        metavar="PEM|DIR",
        action="append",
        default=[],
    )
    parser.option(
        "--makers",
        zh="制章人的根证书，可重复；缺省同 --trust",
        en="roots of seal makers, repeatable; those of --trust by default",
        metavar="PEM|DIR",
        action="append",
    )
    parser.option(
        "--crl",
        zh="吊销列表，可重复；目录取其中的 .crl 文件",
        en="revocation list, repeatable; of a directory its .crl files",
        metavar="F|DIR",
        action="append",
        default=[],
    )
    parser.option(
        "--profile",
        zh="按该规定检查印章绑定的内容：名称，或自己的 TOML 文件",
        en="judge what seals bind by that regulation: a name, or a TOML file of your own",
        metavar="NAME|F",
    )
    parser.option(
        "--ca",
        zh="允许的电子认证服务机构证书，与 --profile 同用，可重复",
        en="the certification authorities allowed, with --profile, repeatable",
        metavar="PEM|DIR",
        action="append",
    )


def add_tsa(parser: Parser) -> None:
    """``--tsa``."""
    parser.option(
        "--tsa",
        zh="时间戳服务的根证书，可重复；缺省同 --trust",
        en="roots of time stamp authorities, repeatable; those of --trust by default",
        metavar="PEM|DIR",
        action="append",
    )


def anchor_files(options: argparse.Namespace) -> list[Path]:
    """The files that the options above name, those in directories too: no output is one."""
    options_of_many = ("trust", "makers", "tsa", "crl", "ca")
    named = [item for name in options_of_many for item in getattr(options, name, None) or ()]
    if options.profile is not None:
        from govseal.seal.binding import profile_names  # noqa: PLC0415 - start-up

        named += [options.profile] if options.profile not in profile_names() else []
    paths = list(map(Path, named))
    return paths + [file for path in paths if path.is_dir() for file in path.iterdir()]


def trust_of(options: argparse.Namespace) -> TrustStore:
    """The roots of ``--trust``."""
    return TrustStore.from_paths(options.trust)


def materials_of(options: argparse.Namespace) -> Materials:
    """The revocation lists of ``--crl``."""
    return Materials.from_files(*_crl_files(options.crl))


def policy_of(options: argparse.Namespace, policy: Policy) -> Policy:
    """``policy`` with the anchors and the profile that the options name."""
    if options.makers is not None:
        policy = replace(policy, makers=TrustStore.from_paths(options.makers))
    if getattr(options, "tsa", None) is not None:
        policy = replace(policy, tsas=TrustStore.from_paths(options.tsa))
    if options.profile is not None:
        from govseal.seal.binding import load_profile  # noqa: PLC0415 - start-up

        with speaking_of(Path(options.profile)):
            policy = replace(policy, binding=load_profile(options.profile))
    if options.ca is not None:
        if policy.binding is None:
            raise UsageError(say("--ca 须与 --profile 同用", "--ca goes with --profile"))
        policy = replace(policy, cas=TrustStore.from_paths(options.ca))
    return policy


def _crl_files(paths: list[str]) -> list[Path]:
    """The files themselves, and of directories the ``.crl`` files in them."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found.extend(sorted(p for p in path.iterdir() if p.suffix.lower() == ".crl"))
        else:
            found.append(path)
    return found
