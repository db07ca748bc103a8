"""Whom a command trusts, and by what it judges: the options that several commands share."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser, network
from govseal.cli.files import speaking_of
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.verification.policy import Policy

if TYPE_CHECKING:
    from govseal.pki.fetch import Fetcher


def add_anchors(parser: Parser) -> None:
    """The roots, the lists and answers, and the profile that several commands take."""
    parser.option(
        "--trust",
        zh="受信任的根证书，可重复",
        en="trusted roots, repeatable",
        metavar="PEM|DIR",
        action="append",
        default=[],
    )
    parser.option(
        "--system-trust",
        zh="也信任操作系统的根证书；它们不用于制章人",
        en="trust the roots of the operating system too; they serve no seal makers",
        action="store_true",
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
        "--ocsp",
        zh="OCSP 应答，可重复；目录取其中的 .ocsp 文件",
        en="OCSP response, repeatable; of a directory its .ocsp files",
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
    options_of_many = ("trust", "makers", "tsa", "crl", "ocsp", "ca")
    named = [item for name in options_of_many for item in getattr(options, name, None) or ()]
    if options.profile is not None:
        from govseal.seal.binding import profile_names  # noqa: PLC0415 - start-up

        named += [options.profile] if options.profile not in profile_names() else []
    paths = list(map(Path, named))
    return paths + [file for path in paths if path.is_dir() for file in path.iterdir()]


def add_online(parser: Parser) -> None:
    """``--online`` and ``--allow-network``."""
    parser.option(
        "--online",
        zh="吊销信息不足时，向证书所载的地址联网查询（缺省不联网）",
        en="ask the addresses in certificates for revocation data that is missing (offline if not)",
        action="store_true",
    )
    parser.option(
        "--allow-network",
        zh="与 --online 同用：也可访问的内部网络，可重复",
        en="with --online: a network that may be asked though it is not public, repeatable",
        metavar="CIDR",
        action="append",
        type=network,
        default=[],
    )


def trust_of(options: argparse.Namespace) -> TrustStore:
    """The roots of ``--trust``, and with ``--system-trust`` those of the system."""
    store = TrustStore.from_paths(options.trust)
    return store | TrustStore.from_system() if options.system_trust else store


def materials_of(options: argparse.Namespace) -> Materials:
    """The revocation lists of ``--crl`` and the responses of ``--ocsp``."""
    return Materials.from_files(*_files(options.crl, ".crl"), *_files(options.ocsp, ".ocsp"))


def fetcher_of(options: argparse.Namespace) -> Fetcher | None:
    """Who reaches the network with ``--online``; None without."""
    if not options.online:
        if options.allow_network:
            raise UsageError(
                say("--allow-network 须与 --online 同用", "--allow-network goes with --online")
            )
        return None
    from govseal.pki.fetch import HttpFetcher  # noqa: PLC0415 - start-up

    return HttpFetcher(allowed_networks=options.allow_network)


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


def _files(paths: list[str], suffix: str) -> list[Path]:
    """The files themselves, and of directories the files with that suffix in them."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found.extend(sorted(p for p in path.iterdir() if p.suffix.lower() == suffix))
        else:
            found.append(path)
    return found
