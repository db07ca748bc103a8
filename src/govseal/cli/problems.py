"""Errors as the command line tells them: one line, a hint where one helps, an exit status."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from govseal.cli.language import say
from govseal.errors import (
    DeviceError,
    FileChanged,
    FormatError,
    GovsealError,
    InvalidSignature,
    KeyLoadError,
    RegistryError,
    SealError,
    SigningFault,
    SigningUnavailable,
    StampError,
)
from govseal.seal.refusals import REFUSALS
from govseal.verification.render.printable import MAX_SHOWN, printable

if TYPE_CHECKING:
    from govseal.pki.timestampterms import TimestampNotice
    from govseal.seal.binding import Violation

REFUSED = 1
UNUSABLE = 2

_Pair = tuple[str, str]
# What stops a stamp, in Chinese; the library's own sentence in English follows.
_STAMP_PROBLEMS: dict[str, str] = {
    "no_such_page": "文件没有该页",
    "outside_page": "印章不在页面之内",
    "keyword_not_found": "文件中没有找到该关键字",
    "keyword_ambiguous": "关键字在文件中不止一处",
    "too_few_pages": "骑缝章至少要跨两页",
    "strip_too_narrow": "页数太多，骑缝章分到每页的部分太窄",
    "too_many_places": "盖章位置太多",
    "seam_unsupported": "PDF 的签名只能显示在一处，不能加盖骑缝章",
    "whole_protected": "已有签章保护整个文件，不能再签章",
    "not_first": "已有签名，不能再保护整个文件",
    "not_permitted": "文件的权限设置不允许签章",
    "algorithm_forbidden": "不允许用该算法签章",
    "no_timestamp_room": "准备签章时没有给时间戳留出位置",
}
# Why a stamp gets no time stamp.
_TIMESTAMP_PROBLEMS: dict[str, str] = {
    "timestamp_unavailable": "时间戳服务没有给出时间戳",
    "timestamp_refused": "时间戳服务拒绝",
    "timestamp_invalid": "时间戳无效",
    "timestamp_imprint_mismatch": "时间戳不是对本签章的",
    "timestamp_too_early": "时间戳的时间早于签章",
    "timestamp_untrusted": "不是 --tsa 所指定的时间戳服务",
    "timestamp_too_large": "时间戳太大",
}
_KEY_PROBLEMS: dict[str, _Pair] = {
    "wrong_password": ("密码不正确或缺少密码", "the password is wrong or missing"),
    "wrong_container": ("不是密钥文件", "not a key file"),
    "wrong_key": ("密钥信封不是发给这个密钥的", "the envelope was made for another key"),
    "unsupported": ("不支持的密钥形式", "a form of key that is not supported"),
    "wrong_certificate": ("证书不属于该密钥", "the certificate is that of another key"),
    "no_certificate": ("缺少密钥的证书", "the key's certificate is not there"),
    "damaged": ("密钥文件不可用", "the key file cannot be used"),
    "absent": ("找不到密钥", "the key is not there"),
    "unsafe_file": ("密钥文件的权限不安全", "the key file is open to others"),
}
# What is not right with a device before it answers; the English particulars say it by themselves.
_DEVICE_PROBLEMS: dict[str, str] = {
    "invalid_uri": "密钥的 URI 不正确",
    "invalid_settings": "PKCS#11 设置文件不正确",
    "no_library": "设备厂商的接口库不能用",
    "no_token": "没有符合的令牌",
    "several_tokens": "符合的令牌不止一个",
    "no_key": "设备中没有符合的私钥",
    "several_keys": "符合的私钥不止一个",
    "no_certificate": "缺少设备中密钥的证书",
    "several_certificates": "设备中该密钥的证书不止一个",
    "no_public_key": "设备没有给出该密钥的公钥",
    "no_pin": "设备需要 PIN 或密码",
    "unsupported": "不支持设备的这种用法",
    "bad_answer": "设备的应答不合接口标准",
}
# What a device answers (PKCS#11; GM/T 0018, annex A); every other answer is told by its name alone.
_DEVICE_ANSWERS: dict[str, _Pair] = {
    "CKR_PIN_INCORRECT": ("PIN 不正确", "the PIN is wrong"),
    "CKR_PIN_INVALID": ("PIN 不正确", "the PIN is wrong"),
    "CKR_PIN_LEN_RANGE": ("PIN 的长度不正确", "the PIN has a wrong length"),
    "CKR_PIN_EXPIRED": ("PIN 已过期", "the PIN has expired"),
    "CKR_PIN_LOCKED": ("PIN 已锁定", "the PIN is locked"),
    "CKR_MECHANISM_INVALID": ("设备没有该签名机制", "the device lacks this mechanism"),
    "CKR_DEVICE_REMOVED": ("令牌已被拔出", "the token was taken out"),
    "CKR_TOKEN_NOT_PRESENT": ("令牌不在", "there is no token"),
    "SDR_NOTSUPPORT": ("密码设备不支持该接口调用", "the device does not offer this call"),
    "SDR_COMMFAIL": ("与密码设备通信失败", "the device cannot be reached"),
    "SDR_HARDFAIL": ("密码设备硬件故障", "the hardware of the device failed"),
    "SDR_OPENDEVICE": ("不能打开密码设备", "the device cannot be opened"),
    "SDR_OPENSESSION": ("不能与密码设备建立会话", "no session with the device"),
    "SDR_PARDENY": (
        "没有私钥使用权限，或密码不正确",
        "no right to use the key, or the password is wrong",
    ),
    "SDR_KEYNOTEXIST": ("设备中没有该索引的密钥", "no key with this index in the device"),
    "SDR_ALGNOTSUPPORT": ("密码设备不支持该算法", "the device lacks this algorithm"),
    "SDR_PKOPERR": ("密码设备公钥运算失败", "the device failed with a public key"),
    "SDR_SKOPERR": ("密码设备私钥运算失败", "the device failed with the private key"),
    "SDR_SIGNERR": ("密码设备签名失败", "the device failed to sign"),
    "SDR_STEPERR": ("多步运算的步骤错误", "the steps came in another order than the device wants"),
    "SDR_KEYTYPEERR": ("该索引的密钥类型不对", "the key with this index is of another type"),
    "SDR_KEYERR": ("该索引的密钥有错误", "the key with this index is faulty"),
    "SDR_RANDERR": ("密码设备产生随机数失败", "the device failed to make random numbers"),
    "SDR_NOBUFFER": ("密码设备内存不足", "the device is out of memory"),
    "SDR_INARGERR": ("密码设备不接受输入参数", "the device takes no such input"),
    "SDR_OUTARGERR": ("密码设备不接受输出参数", "the device takes no such output"),
}
_FORMAT_PROBLEMS: dict[str, str] = {
    "malformed": "文件不符合格式要求",
    "unsupported": "不支持或无法识别的格式",
    "container_damaged": "文件包已损坏",
    "container_unsafe_name": "文件包内有越界或非法的文件名",
    "container_duplicate_name": "文件包内有重名文件",
    "container_too_large": "文件超出允许的大小、数量或压缩比",
    "signature_unlisted": "文件包内有未列入签名列表的签章",
    "xml_forbidden": "XML 含有禁止的文档类型声明、实体或脚本",
}
_HINTS: dict[str, _Pair] = {
    "wrong_password": (
        "用 --password-env 或 --password-file 提供密码",
        "give the password with --password-env or --password-file",
    ),
    "no_pin": (
        "用 --password-env、--password-file 或 URI 中的 pin-source 提供",
        "give it with --password-env, --password-file, or pin-source in the URI",
    ),
    "keyword_not_found": (
        "用 --place 指定位置；只有字形编号的文字和图片中的文字查找不到",
        "name the place with --place; glyph numbers and text in pictures are not searched",
    ),
    "keyword_ambiguous": (
        "用 --occurrence 指明第几处、last 或 all，或用 --pages 限定页",
        "say which with --occurrence N, last or all, or name the pages with --pages",
    ),
    "strip_too_narrow": (
        "用 --seam-group 指定每枚印章分给多少页",
        "say with --seam-group how many pages share a seal",
    ),
    "seam_unsupported": (
        "骑缝章请用 OFD（govseal convert 可转换）；PDF 请用 --place 或 --keyword 逐处签章",
        "use OFD for a seam (govseal convert makes one); stamp a PDF with --place or --keyword",
    ),
    "no_timestamp_room": (
        "准备时（--prepare）也写上 --timestamp",
        "name --timestamp when preparing (--prepare) too",
    ),
    "file_changed": (
        "等写入完成后再试，或先复制一份",
        "try again when the writing is done, or take a copy first",
    ),
    "no_certificate": (
        "签章时用 --cert 指定证书；制章和时间戳的 SDF 密钥在 URI 中写 cert=文件",
        "name it with --cert to stamp, else with cert=FILE in the URI of an SDF key",
    ),
    "wrong_certificate": (
        "核对密钥（URI 中的 index、object、id）和 --cert 指定的证书是否相配",
        "check that key (index, object, id in the URI) and certificate (--cert) belong together",
    ),
    "no_library": (
        "核对路径；接口库须符合 URI 所用的接口（PKCS#11 或 GM/T 0018），并与本机架构相同",
        "check the path: a library of PKCS#11 or GM/T 0018, as the URI says, for this machine",
    ),
    "SDR_OPENDEVICE": (
        "核对设备是否开机、联网，厂商的配置文件是否在位",
        "check that the device is on and connected, and its maker's settings are in place",
    ),
    "SDR_OPENSESSION": (
        "设备的会话可能已用完：结束其他程序，或减小 URI 中的 sessions",
        "its sessions may be used up: end other programs, or lower sessions in the URI",
    ),
    "SDR_PARDENY": (
        "核对访问控制码和 URI 中的 index：每个密钥有自己的访问控制码",
        "check the password and index in the URI: each key has a password of its own",
    ),
    "SDR_KEYNOTEXIST": (
        "核对 URI 中的 index：应为签名密钥的索引，向设备管理员查询",
        "check index in the URI, of the signing key: who runs the device knows it",
    ),
    "ecc_max_bits": (
        "多半是结构大小不同：在 URI 中写 ecc-max-bits=256，或去掉它",
        "structures of another size, mostly: write ecc-max-bits=256 into the URI, or leave it out",
    ),
    "vendor_right": (
        "多半是访问控制码不正确；这是厂商自定义的错误码，见厂商手册",
        "the password is wrong, mostly; this answer is its maker's own: see the maker's manual",
    ),
    "vendor_answer": (
        "这是厂商自定义的错误码，见厂商手册",
        "this answer is its maker's own: see the maker's manual",
    ),
    "signing_unavailable": (
        "安装 C 编译器后重新安装 govseal",
        "install a C compiler, then install govseal again",
    ),
}


class UsageError(Exception):
    """The command was called in a way it does not offer."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Problem:
    """One error, ready to be told."""

    status: int
    code: str
    message: str
    hint: str = ""
    violations: tuple[Violation, ...] = ()
    """Where a profile refuses: the rules that are not met, that of ``code`` first."""
    more: Mapping[str, object] = field(default_factory=dict)
    """Further members for ``--json``."""

    def to_dict(self, file: str | None = None) -> dict[str, object]:
        """The error as ``--json`` shows it (schema ``govseal.error/1``)."""
        about = {} if file is None else {"file": file}
        found: dict[str, object] = {
            "schema": "govseal.error/1",
            **about,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }
        if self.violations:
            found["clause"] = self.violations[0].clause
            found["violations"] = [asdict(item) for item in self.violations]
        return {**found, **self.more}


def explain(error: Exception) -> Problem:
    """What an exception means to the one who called the command."""
    if isinstance(error, UsageError):
        return Problem(UNUSABLE, "usage", str(error), error.hint)
    if isinstance(error, SealError) and error.violations:
        return _refusal(error)
    if isinstance(error, SealError | StampError):
        meaning = _joined(_meaning(error.code), str(error))
        return Problem(
            REFUSED, error.code, f"{error.code}{say('：', ': ')}{meaning}", _hint(error.code)
        )
    if isinstance(error, KeyLoadError | DeviceError | InvalidSignature | SigningFault):
        return _key_problem(error)
    if isinstance(error, FormatError):
        message = _joined(_meaning(error.code), str(error))
        return Problem(UNUSABLE, error.code, message, _hint(error.code))
    if isinstance(error, FileChanged):
        message = _joined("读取期间文件被改动，未作任何判断", str(error))
        return Problem(UNUSABLE, "file_changed", message, _hint("file_changed"))
    if isinstance(error, SigningUnavailable):
        message = _joined("没有编译好的核心，不能用软件密钥进行 SM2 签名", str(error))
        return Problem(UNUSABLE, "signing_unavailable", message, _hint("signing_unavailable"))
    if isinstance(error, RegistryError):
        from govseal.cli.registry.refused import explain_registry  # noqa: PLC0415 - start-up

        return explain_registry(error)
    if isinstance(error, OSError):
        return Problem(UNUSABLE, "io", _os_message(error))
    return Problem(UNUSABLE, "error", str(error))


def _key_problem(error: KeyLoadError | DeviceError | InvalidSignature | SigningFault) -> Problem:
    """What is wrong with a key, with the device that holds it, or with what it signed."""
    if isinstance(error, KeyLoadError):
        zh, en = _KEY_PROBLEMS.get(error.kind, _KEY_PROBLEMS["damaged"])
        message = say(_joined(zh, str(error)), str(error) or en)
        return Problem(UNUSABLE, f"key_{error.kind}", message, _hint(error.kind))
    if isinstance(error, DeviceError):
        return _device_problem(error)
    if isinstance(error, InvalidSignature):
        message = _joined("签名值与密钥和待签名数据不符", str(error))
        return Problem(REFUSED, "signature_invalid", message)
    return Problem(UNUSABLE, "signing_fault", _joined("签名未能通过验证，已弃用", str(error)))


def _device_problem(error: DeviceError) -> Problem:
    """What a device answers in words, the function and the answer's name beside them."""
    code, text = error.code, str(error)
    if code in _DEVICE_ANSWERS:
        zh, en = _DEVICE_ANSWERS[code]
        message = say(f"{zh}（{text}）", f"{en} ({text})")
    else:
        message = _joined(_DEVICE_PROBLEMS.get(code, "密码设备拒绝"), text)
    hint = code
    if code == "bad_answer" and "ecc-max-bits" in text:
        hint = "ecc_max_bits"
    elif code.startswith("0x"):
        is_right = error.call == "SDF_GetPrivateKeyAccessRight"
        hint = "vendor_right" if is_right else "vendor_answer"
    return Problem(UNUSABLE, code, message, _hint(hint))


def _refusal(error: SealError) -> Problem:
    """A profile's refusal: every rule that is not met with its code, and what helps."""
    parts = []
    for item in error.violations:
        meaning = _joined(_meaning(item.code), f"{item.detail} ({item.clause})")
        parts.append(f"{item.code}{say('：', ': ')}{meaning}")
    hints = dict.fromkeys(_hint(item.code) for item in error.violations)
    message, hint = say("；", "; ").join(parts), say("；", "; ").join(filter(None, hints))
    return Problem(REFUSED, error.code, message, hint, error.violations)


def _joined(zh: str, en: str) -> str:
    """The Chinese sentence with the library's English particulars, or those alone."""
    return say(f"{zh}（{en}）" if zh and en else zh or en, en)


def _meaning(code: str) -> str:
    """What a code means, in Chinese."""
    if code in REFUSALS:
        return REFUSALS[code].zh
    if code in _TIMESTAMP_PROBLEMS:
        return f"{_TIMESTAMP_PROBLEMS[code]}，没有签章"
    return _STAMP_PROBLEMS.get(code) or _FORMAT_PROBLEMS.get(code) or "不能处理"


def _hint(code: str) -> str:
    if code in REFUSALS:
        return say(REFUSALS[code].hint_zh, REFUSALS[code].hint_en)
    if code in _TIMESTAMP_PROBLEMS:
        return say("不写 --level t 时照样签章", "without --level t the stamp is made all the same")
    return say(*_HINTS[code]) if code in _HINTS else ""


def _os_message(error: OSError) -> str:
    what = f"{error.filename}{say('：', ': ')}" if error.filename else ""
    known: tuple[tuple[type[OSError], _Pair], ...] = (
        (FileNotFoundError, ("找不到文件", "no such file")),
        (PermissionError, ("没有权限", "permission denied")),
        (IsADirectoryError, ("是目录，不是文件", "a directory, not a file")),
        (NotADirectoryError, ("路径中有一段不是目录", "a part of the path is not a directory")),
        (FileExistsError, ("已经存在", "exists already")),
    )
    for kind, pair in known:
        if isinstance(error, kind):
            return what + say(*pair)
    return what + (error.strerror or str(error))


def tell(problem: Problem) -> None:
    """Write the error, and its hint if there is one, to standard error."""
    # A profile may refuse for many reasons, and none of them is cut off.
    limit = MAX_SHOWN + 2 * MAX_SHOWN * len(problem.violations)
    print(f"govseal: error: {printable(problem.message, limit=limit)}", file=sys.stderr)
    if problem.hint:
        # Hints are our own words: the longest lists the levels of seals.
        hint = printable(problem.hint, limit=10 * MAX_SHOWN)
        print(f"govseal: hint: {hint}", file=sys.stderr)


def note(text: str) -> None:
    """Write on standard error what is no error, and should be known."""
    print(f"govseal: note: {printable(text, limit=2 * MAX_SHOWN)}", file=sys.stderr)


def note_no_timestamp(
    notice: TimestampNotice, done: _Pair = ("签章", "stamped")
) -> dict[str, object]:
    """Tell on standard error that a stamp has no time stamp; what ``--json`` says of it.

    ``done`` says what was made without one.
    """
    meaning = _joined(_TIMESTAMP_PROBLEMS[notice.code], notice.detail)
    text = say(f"{done[0]}没有加上时间戳：{meaning}", f"{done[1]} without a time stamp: {meaning}")
    note(text)
    return {"code": notice.code, "message": text}


def print_json(value: dict[str, object], *, indent: int | None = None) -> None:
    """Write one JSON object and a line end, in UTF-8 or escaped where the stream is not."""
    import json  # noqa: PLC0415 - start-up

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    try:
        text.encode("utf-8")  # a file name may hold bytes that are no characters
        is_plain = encoding == "utf8"
    except UnicodeEncodeError:
        is_plain = False
    print(text if is_plain else json.dumps(value, indent=indent))


def is_expected(error: Exception) -> bool:
    """Whether an exception is one that the command line explains."""
    return isinstance(error, UsageError | GovsealError | OSError)
