"""``govseal pki request``: a certificate request for a CA."""

from __future__ import annotations

import argparse

from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output, add_password
from govseal.cli.files import check_output, write_output
from govseal.cli.keys import key_file, signing_key
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.errors import FormatError
from govseal.pki.encoding import parse_name
from govseal.pki.extensions import KEY_USAGE_NAMES
from govseal.pki.request import SIGNER_USAGE, government_subject, make_request
from govseal.seal.naming import read_credit_code
from govseal.verification.render.printable import printable


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal pki request``."""
    parser.option(
        "--key",
        zh="私钥：文件（PEM、PKCS#8、PKCS#12、.sm2），或设备中的密钥 pkcs11:…、sdf:…",
        en="the private key: a file (PEM, PKCS#8, PKCS#12, .sm2), or in a device: pkcs11:…, sdf:…",
        metavar="KEY",
        required=True,
    )
    parser.option(
        "--subject",
        zh="证书主体，例如 “C=CN, O=单位, CN=名称”",
        en="the subject, such as “C=CN, O=unit, CN=name”",
        metavar="NAME",
    )
    parser.option(
        "--credit-code",
        zh="统一社会信用代码；与 --unit、--seal-code 同用，代替 --subject",
        en="credit code; with --unit and --seal-code instead of --subject",
        metavar="CODE",
    )
    parser.option("--unit", zh="单位名称", en="name of the unit", metavar="NAME")
    parser.option(
        "--seal-code", zh="印章编码，14 位数字", en="the 14 digits of the seal", metavar="CODE"
    )
    parser.option(
        "--usage",
        zh="请求的密钥用途，可重复（缺省为签名用途）",
        en="a key usage to ask for, may be repeated (those of signatures by default)",
        metavar="USAGE",
        action="append",
        choices=KEY_USAGE_NAMES,
    )
    parser.option(
        "--purpose",
        zh="请求的扩展密钥用途，可重复（time_stamping 等，或 OID）",
        en="a purpose to ask for, may be repeated (time_stamping …, or an OID)",
        metavar="PURPOSE",
        action="append",
        default=[],
    )
    add_output(parser, zh="证书请求（PEM）", en="the request (PEM)")
    add_password(parser)
    parser.add_common()


def _subject(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    parts = (options.credit_code, options.unit, options.seal_code)
    if (options.subject is None) is (parts == (None, None, None)) or (
        options.subject is None and None in parts
    ):
        raise UsageError(
            say(
                "需要 --subject，或者 --credit-code、--unit 和 --seal-code 三项",
                "--subject is needed, or --credit-code, --unit and --seal-code together",
            )
        )
    try:
        if options.subject is not None:
            return parse_name(options.subject)
        read_credit_code(options.credit_code)
        return government_subject(*parts)
    except (ValueError, FormatError) as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> UsageError:
    return UsageError(say(f"证书请求的内容不可用（{error}）", f"not fit for a request: {error}"))


def run(options: argparse.Namespace) -> int:
    """Make the request and write it."""
    subject = _subject(options)
    check_output(options.output, (key_file(options.key), options.password_file))
    with signing_key(options.key, options) as key:
        try:
            request = make_request(
                key,
                subject,
                key_usage=options.usage or SIGNER_USAGE,
                extended_key_usage=options.purpose,
            )
        except ValueError as error:
            raise _unusable(error) from None
    write_output(options.output, request.to_pem())
    if options.json:
        problems.print_json(
            {
                "schema": "govseal.request/1",
                "file": str(options.output),
                "subject": request.subject,
                "algorithm": key.algorithm.name,
                "key_usage": sorted(request.key_usage or ()),
            }
        )
    elif str(options.output) != "-":
        print(
            say(
                f"已写入 {options.output}：{printable(request.subject)}（{key.algorithm.name}）",
                f"wrote {options.output}: {printable(request.subject)} ({key.algorithm.name})",
            )
        )
    return 0
