"""Writes the pages of docs/ that are made from the code; with --check, compares them instead."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path

from govseal.cli.registry import FAMILIES, steps_of
from govseal.registry.refusals import REFUSALS as BUREAU
from govseal.seal.binding import load_profile, profile_names
from govseal.seal.binding.profile import BindingProfile
from govseal.seal.binding.rule import Setting
from govseal.seal.binding.table import RULES
from govseal.seal.refusals import REFUSALS, Refusal
from govseal.verification.checks import CHECKS, document
from govseal.verification.checks.filelist import file_list
from govseal.verification.reasons import REASONS
from govseal.verification.verifier import _COVERAGE_CLAUSE

DOCS = Path(__file__).resolve().parents[1] / "docs"
# What a rule asks, in Chinese, and the codes that it refuses with.
ASKS = {
    "certificate_present": ("印章绑定了证书", "E_NO_CERT"),
    "certificate_period": ("证书在该时间有效", "E_EXPIRED E_TOO_EARLY"),
    "certificate_usage": ("证书用于签名；`stated` 要求证书写明", "E_KEY_USAGE"),
    "certificate_ca": (
        "证书经允许的电子认证服务机构追溯到受信任的根；`named` 要求指明机构",
        "E_CA_NOT_ALLOWED",
    ),
    "certificate_revocation": (
        "证书链上没有已吊销的证书，且有据可查",
        "E_CERT_REVOKED E_NO_REVOCATION_DATA",
    ),
    "certificate_name": ("证书中的单位名称与印章名称一致", "E_CERT_NAME_MISMATCH"),
    "seal_period": (
        "印章有效期在证书有效期之内（`within`）或与之相同（`equal`）",
        "E_VALIDITY_MISMATCH",
    ),
    "seal_number": ("印章编码合乎格式，并与证书 CN 相同", "E_SEAL_NUMBER"),
    "credit_code": ("证书 O 以校验正确的统一社会信用代码开头", "E_CREDIT_CODE"),
    "division": (
        "印章编码前六位是当时的行政区划代码，且与信用代码一致",
        "E_DIVISION_CODE",
    ),
    "seal_prefix": ("印章名称以单位法定名称开头", "E_SEAL_NAME"),
    "seal_name": ("印章名称符合规定的式样", "E_SEAL_NAME"),
    "seal_sequence": ("序号在表内，且属于使用单位所在的县（市、区）", "E_SEAL_NUMBER"),
    "seal_type": ("印章类型和用途允许用于所办事项", "E_SEAL_TYPE"),
    "picture_size": ("印章图像的尺寸、形状符合规定，没有变形", "E_SEAL_SIZE"),
    "imprint": ("印章图像与备案印模一致", "E_IMPRINT_MISMATCH"),
    "picture_words": ("印章图像上的文字即印章名称（绘制时已知）", "E_SEAL_NAME"),
    "maker_allowed": ("制章人在允许的名单内；`named` 要求指明制章人", "E_MAKER_UNTRUSTED"),
    "maker_apart": ("制章人与签章人不是同一证书或同一密钥", "E_MAKER_IS_SIGNER"),
    "seal_generation": ("印章属于允许的一代标准", "E_GENERATION"),
    "algorithm": ("制章人、签章人的密钥和证书用允许的算法", "E_ALGORITHM"),
}


def checks_page() -> str:
    """One row per check: name, what it asks, clauses."""
    rows = [(r.name, inspect.getdoc(r.run), r.clause, r.clause_2014, r.of_seal) for r in CHECKS]
    asks = inspect.getdoc(document.coverage)
    rows.insert(1, ("coverage", asks, _COVERAGE_CLAUSE, _COVERAGE_CLAUSE, False))
    lines = [
        "# 检查项 · Checks",
        "",
        "Written by `make docs` from `govseal.verification.checks`. A report lists these checks in",
        "this order; those marked ● also judge a bare seal (.esl). A GB/T 35275 signature names",
        "GB/T 35275-2017 instead; one in a PDF carries those of PAdES or CMS (standards.md).",
        "",
        "| Check | Asks | Clause | GM/T 0031-2014 | Seal |",
        "|---|---|---|---|---|",
    ]
    for name, docstring, clause, clause_2014, of_seal in rows:
        asks = " ".join((docstring or "").split("\n\n")[0].split())
        mark = "●" if of_seal else ""
        lines.append(f"| `{name}` | {asks} | {clause or '–'} | {clause_2014 or '–'} | {mark} |")
    lines += [
        "",
        "Further checks stand in a report only where there is something to ask:",
        "",
        "- `file_list`, of the file: " + _asks(file_list) + " (GM/T 0099-2020, annex D)",
        "- `base_signature`: the signature on which this one builds (`Relative`) passed.",
        "- `tolerances`, under a strict policy: nothing departs from the standards. The departures",
        "  that are read are the codes `quirk_…` in [reasons.md](reasons.md).",
    ]
    return "\n".join(lines) + "\n"


def _asks(check: Callable[..., object]) -> str:
    """The first sentence of a check's docstring."""
    return " ".join((inspect.getdoc(check) or "").split("\n\n")[0].split())


def reasons_page() -> str:
    """One row per reason: code, both sentences, what can be done."""
    lines = [
        "# 原因代码 · Reasons",
        "",
        "Written by `make docs` from `govseal.verification.reasons`. A code keeps its meaning once",
        "published. Codes `quirk_…` are notices: forms outside the standard that were read all the",
        "same and lower nothing, unless the policy says `strict = true`.",
        "",
        "| Code | 中文 | English |",
        "|---|---|---|",
    ]
    for reason in REASONS.values():
        zh = f"{reason.zh}。{reason.hint_zh}" if reason.hint_zh else reason.zh
        en = f"{reason.en}; {reason.hint_en}" if reason.hint_en else reason.en
        lines.append(f"| `{reason.code}` | {zh} | {en} |")
    return "\n".join(lines) + "\n"


def refusals_page() -> str:
    """One row per refusal: code, both sentences, what can be done."""
    lines = [
        "# 拒绝代码 · Refusals",
        "",
        "Written by `make docs` from `govseal.seal.refusals` and `govseal.registry.refusals`: what",
        "may not be made, used or done so. A code is the `code` of a `SealError`, or of a",
        "`Refused` of the registry, and stands before the message of a command that ends with 1.",
        "It keeps its meaning once published.",
        "",
        "## 制章和用章 · making and using seals",
        "",
        "Those marked ● are also reasons of a report, without `E_` and in small letters",
        "([reasons.md](reasons.md)). Which rule of a profile refuses with which code is in",
        "[profiles.md](profiles.md).",
        "",
        "| Code | 中文 | English | Reason |",
        "|---|---|---|---|",
    ]
    lines += [f"{_refusal_row(row)} {'●' if row.is_reason else ''} |" for row in REFUSALS.values()]
    lines += [
        "",
        "## 登记系统 · the registry",
        "",
        "The registry refuses with those above, too. Where a clause of its policy profile commands",
        "the refusal, `clause` of the `Refused` names it ([registry.md](registry.md)).",
        "",
        "| Code | 中文 | English |",
        "|---|---|---|",
        *map(_refusal_row, BUREAU.values()),
    ]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every step of ``govseal registry``."""
    lines = [
        "# 登记系统的命令 · Commands of the registry",
        "",
        "Written by `make docs` from `govseal.cli.registry`. Each has `--help`;",
        "[how they go together](registry.md).",
        "",
        "| `govseal registry …` | 中文 | English |",
        "|---|---|---|",
    ]
    for family in ("", *FAMILIES):
        lines += [
            f"| `{f'{family} {step.name}'.strip()}` | {step.zh} | {step.en} |"
            for step in steps_of(family).values()
        ]
    return "\n".join(lines) + "\n"


def _refusal_row(row: Refusal) -> str:
    zh = f"{row.zh}。{row.hint_zh}" if row.hint_zh else row.zh
    en = f"{row.en}; {row.hint_en}" if row.hint_en else row.en
    return f"| `{row.code}` | {zh} | {en} |"


def profiles_page() -> str:
    """The page as written by hand, its two tables made anew."""
    text = (DOCS / "profiles.md").read_text(encoding="utf-8")
    for name, rows in {"profiles": _profile_rows(), "rules": _rule_rows()}.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)
        table = "\n".join(rows) + "\n"
        text, count = marked.subn(lambda found, table=table: found[1] + table, text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"profiles.md has no place for the table of {name}")
    return text


def _profile_rows() -> list[str]:
    rows = ["| `--profile` | 名称 · Title | 来源 · Source | 施行 · In force |", "|---|---|---|---|"]
    for name in profile_names():
        found = load_profile(name)
        title = f"{found.title_zh} · {found.title_en}"
        rows.append(f"| `{name}` | {title} | {found.source} | {_in_force(found)} |")
    return rows


def _in_force(profile: BindingProfile) -> str:
    if profile.in_force_from is None:
        return "–"
    return f"{profile.in_force_from} – {profile.in_force_to or ''}".rstrip()


def _rule_rows() -> list[str]:
    profiles = [load_profile(name) for name in profile_names()]
    heads = ("规则 · Rule", "检查 · Asks", "设置 · Settings", "代码 · Codes", "启用 · On in")
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in RULES:
        zh, codes = ASKS[row.name]
        en = " ".join((inspect.getdoc(row.judge) or "").split("\n\n")[0].replace("``", "`").split())
        settings = "<br>".join(_setting(key, item) for key, item in row.settings.items())
        named = " ".join(f"`{REFUSALS[code].code}`" for code in codes.split())
        where = _where(row.name, profiles)
        rows.append(f"| `{row.name}` | {zh} · {en} | {settings or '–'} | {named} | {where} |")
    return rows


def _where(rule: str, profiles: list[BindingProfile]) -> str:
    """The profiles in which a rule is on."""
    on, off = (
        ", ".join(f"`{item.name}`" for item in profiles if item.rules[rule].is_on is state)
        for state in (True, False)
    )
    if not off:
        return "全部 · all"
    return on if on.count(",") < off.count(",") else f"除 {off} 外 · all but {off}"


def _setting(name: str, setting: Setting) -> str:
    """A setting with its default as TOML writes it, and its other values."""
    default = setting.default
    if isinstance(default, bool):
        text = str(default).lower()
    elif isinstance(default, int):
        text = str(default)
    elif isinstance(default, str):
        text = f'"{default}"'
    elif setting.kind == "table":
        text = "{}"
    else:
        text = str(list(default)).replace("'", '"')
    others = " / ".join(choice for choice in setting.choices if choice != default)
    return f"`{name} = {text}`" + (f" ({others})" if others else "")


PAGES = {
    "checks.md": checks_page,
    "reasons.md": reasons_page,
    "refusals.md": refusals_page,
    "profiles.md": profiles_page,
    "registry-commands.md": commands_page,
}


def main() -> int:
    """Write the pages, or name those that are not as the code says."""
    if "--check" not in sys.argv[1:]:
        for name, make in PAGES.items():
            (DOCS / name).write_text(make(), encoding="utf-8")
        return 0
    stale = []
    for name, make in PAGES.items():
        page = DOCS / name
        if not page.exists() or page.read_text(encoding="utf-8") != make():
            stale.append(name)
    if stale:
        print(f"not as the code says: {', '.join(stale)}; run make docs", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
