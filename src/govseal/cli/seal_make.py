"""``govseal seal make``: 制章."""

from __future__ import annotations

import argparse
import re
import struct
from pathlib import Path

from govseal import facade
from govseal.cli import problems
from govseal.cli.arguments import Parser, add_output, add_password, moment, only, size_mm
from govseal.cli.facts import seal_facts
from govseal.cli.files import check_output, write_output
from govseal.cli.keys import load_key
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.errors import FormatError
from govseal.pki.certificate import Certificate, load_certificates
from govseal.seal.picture import MAX_BYTES, SealPicture, load_picture

_SVG_ROOT = re.compile(rb"<(?:svg:)?svg\b[^>]{0,4000}>")
_SVG_SIZE = re.compile(rb"""\s(width|height)=["'](\d{1,3})(?:\.0+)?mm["']""")
_SIDES = ("width", "height")
_PNG_METRE = 1
_MM_PER_METRE = 1000
_MAX_CERTIFICATE_FILE = 1024 * 1024


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal make``."""
    parser.option(
        "--maker",
        zh="制章人的密钥和证书",
        en="key and certificate of the maker",
        metavar="M.p12",
        type=Path,
        required=True,
    )
    parser.option(
        "--signer",
        zh="授权的签章人证书",
        en="certificates that may use the seal",
        metavar="U.pem",
        dest="signers",
        type=Path,
        action="extend",
        nargs="+",
        required=True,
    )
    parser.option("--name", zh="印章名称", en="name of the seal", required=True)
    parser.option(
        "--picture",
        zh="印模：PNG、SVG、JPEG、GIF、BMP 或 OFD",
        en="imprint: PNG, SVG, JPEG, GIF, BMP or OFD",
        metavar="P",
        type=Path,
        required=True,
    )
    parser.option(
        "--size-mm",
        zh="印模的宽和高，整毫米；缺省取图像所注明的尺寸",
        en="width and height of the imprint in whole millimetres; what it states by default",
        metavar="W,H",
        type=size_mm,
    )
    parser.option(
        "--id", zh="印章编码（ASCII）", en="seal code (ASCII)", dest="es_id", metavar="ES_ID"
    )
    parser.option(
        "--type", zh="印章类型", en="seal type", dest="seal_type", metavar="CODE", type=int
    )
    parser.option("--from", zh="有效期起", en="valid from", dest="start", metavar="T", type=moment)
    parser.option("--to", zh="有效期止", en="valid to", dest="end", metavar="T", type=moment)
    parser.option(
        "--generation",
        zh="标准：2020 即 GB/T 38540-2020",
        en="the standard: 2020 is GB/T 38540-2020",
        metavar="2020",
        type=only(
            "2020",
            "本版本只制作 GB/T 38540-2020 的印章，取值 2020",
            "this version makes seals of GB/T 38540-2020 only, which is 2020",
        ),
        default="2020",
    )
    add_password(parser)
    add_output(parser, zh="seal.esl", en="seal.esl")
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Make the seal and write it."""
    inputs = (options.maker, options.picture, *options.signers, options.password_file)
    check_output(options.output, inputs)
    _check_values(options)
    picture = _picture(options)
    signers = [_certificate(path) for path in options.signers]
    maker = load_key(options.maker, options)
    seal = facade.make_seal(
        maker,
        name=options.name,
        picture=picture,
        signers=signers,
        es_id=options.es_id,
        seal_type=options.seal_type,
        not_before=options.start,
        not_after=options.end,
    )
    write_output(options.output, seal.der)
    if options.json:
        problems.print_json(
            {"schema": "govseal.seal/1", "file": options.output.name, **seal_facts(seal)}
        )
    return 0


def _check_values(options: argparse.Namespace) -> None:
    if options.es_id is not None and not re.fullmatch(r"[!-~]{1,64}", options.es_id):
        raise UsageError(
            say(
                "--id 为 1 到 64 个 ASCII 字符，不含空格",
                "--id is 1 to 64 ASCII characters without a blank",
            )
        )
    if options.seal_type is not None and not 0 <= options.seal_type < 1 << 31:
        raise UsageError(say("--type 为非负整数", "--type is a number from 0"))


def _certificate(path: Path) -> Certificate:
    with path.open("rb") as file:
        data = file.read(_MAX_CERTIFICATE_FILE)
    try:
        found = load_certificates(data)
    except FormatError as error:
        raise FormatError(f"{path}: {error}", code=error.code, part=str(path)) from error
    if not found:
        raise FormatError(f"{path}: no certificate in it", part=str(path))
    return found[0]


def _picture(options: argparse.Namespace) -> SealPicture:
    with options.picture.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    size = options.size_mm or stated_size_mm(data)
    if size is None:
        raise UsageError(
            say("印模没有注明尺寸", "the picture states no size"),
            say("用 --size-mm 宽,高 指定", "give it with --size-mm W,H"),
        )
    try:
        return load_picture(data, *size)
    except ValueError as error:
        raise UsageError(f"--size-mm{say('：', ': ')}{error}") from None


def stated_size_mm(data: bytes) -> tuple[int, int] | None:
    """The size that a PNG (pHYs) or an SVG (in mm) states, in whole millimetres."""
    picture = SealPicture("", data, 1, 1)
    if picture.kind == "svg":
        root = _SVG_ROOT.search(data[:8192])
        sizes = {name: int(size) for name, size in _SVG_SIZE.findall(root[0])} if root else {}
        return (sizes[b"width"], sizes[b"height"]) if len(sizes) == len(_SIDES) else None
    if picture.kind != "png":
        return None
    at = data.find(b"pHYs", 0, max(0, data.find(b"IDAT")))
    if at < 0 or len(data) < at + 13:
        return None
    pixels = picture.pixel_size() or (0, 0)
    across, down, unit = struct.unpack_from(">IIB", data, at + 4)
    if unit != _PNG_METRE or not across or not down:
        return None
    width = round(pixels[0] * _MM_PER_METRE / across)
    height = round(pixels[1] * _MM_PER_METRE / down)
    return (width, height) if width and height else None
