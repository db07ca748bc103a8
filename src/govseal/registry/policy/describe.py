"""A profile for people to read: every rule with its clause, in Chinese or in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from govseal.registry import labels
from govseal.registry.labels import Language, label
from govseal.registry.policy.force import Standing, expired_parts, standing
from govseal.registry.policy.profile import ApprovalRule, Condition, Deadline, PolicyProfile
from govseal.registry.policy.words import DEADLINES, RECORDED, SWITCHES, Value

_LISTED = {**labels.SUBTYPES, **labels.DOCUMENT_TYPES}
_STANDINGS = {
    Standing.NOT_YET: "尚未施行",
    Standing.IN_FORCE: "施行中",
    Standing.EXPIRED: "已失效",
    Standing.REPEALED: "已废止，只用于认定以往文件",
}
_HEADS = {
    "approvals": ("审批权限", "Who approves"),
    "ledger": ("台账必填项", "Mandatory in the ledger"),
    "names": ("印章名称", "Names of seals"),
    "numbers": ("印章编号", "Numbers of seals"),
    "quotas": ("印章枚数", "How many seals"),
    "custody": ("保管", "Custody"),
    "scope": ("使用范围", "What each seal stamps"),
    "required": ("应加盖的印章", "Seals that a document takes"),
    "deadlines": ("期限", "Limits of time"),
    "switches": ("其他规则", "Further rules"),
}


def describe(profile: PolicyProfile, language: Language = "zh", *, day: date | None = None) -> str:
    """The profile as text, a rule a line, its clause at the end of the line in brackets.

    Args:
        profile: which.
        language: ``zh`` or ``en``; names and clauses are Chinese in both.
        day: the day for which it is said whether the profile is in force; None says it of none.
    """
    return "\n".join(_lines(profile, language, day)) + "\n"


def _lines(profile: PolicyProfile, language: Language, day: date | None) -> Iterator[str]:
    is_zh = language == "zh"
    yield f"{profile.title_zh if is_zh else profile.title_en}（{profile.name}）"
    yield f"{'来源' if is_zh else 'Source'}: {profile.source}"
    yield f"{'效力依据' if is_zh else 'Legal basis'}: {profile.legal_basis}"
    until = profile.in_force_to or ""
    yield f"{'施行' if is_zh else 'In force'}: {profile.in_force_from} – {until}"
    if profile.superseded_by:
        yield f"{'取代者' if is_zh else 'Superseded by'}: {profile.superseded_by}"
    if day is not None:
        now = standing(profile, day)
        yield f"{day}: {_STANDINGS[now] if is_zh else now.replace('_', ' ')}"
        for part in expired_parts(profile, day):
            yield f"{day}: {'已失效' if is_zh else 'expired'}: {part}"
    sections = (
        ("approvals", _approvals(profile, language)),
        ("ledger", _ledger(profile, language)),
        ("names", _names(profile, language)),
        ("numbers", _numbers(profile, language)),
        ("quotas", _quotas(profile, language)),
        ("custody", _custody(profile, language)),
        ("scope", _scope(profile, language)),
        ("required", _required(profile, language)),
        ("deadlines", _deadlines(profile, language)),
        ("switches", _switches(profile, language)),
    )
    for name, lines in sections:
        rules = list(lines)
        if rules:
            yield ""
            yield _HEADS[name][0 if is_zh else 1]
            yield from (f"- {rule}" for rule in rules)


def _approvals(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for rule in profile.matrix:
        steps = " → ".join(_step_words(rule, language))
        depart = ""
        if rule.may_depart:
            depart = "（原则上）" if language == "zh" else " (in principle)"
        when = _when(rule.when, language)
        yield f"{rule.name}{depart}: {when}{steps}{_cited(rule.clause, language)}"


def _step_words(rule: ApprovalRule, language: Language) -> Iterator[str]:
    either = "或" if language == "zh" else " or "
    for step in rule.steps:
        roles = either.join(
            label(role, labels.ROLES, language) for role in labels.ROLES if role in step.roles
        )
        zh, en = labels.REACHES[step.of]
        yield f"{zh}{roles}" if language == "zh" else f"{roles} {en}"


def _when(when: Condition, language: Language) -> str:
    parts = [
        labels.labels(getattr(when, name), words, language)
        for name, words in labels.BY_FACT.items()
        if getattr(when, name)
    ]
    return f"[{'; '.join(parts)}] " if parts else ""


def _ledger(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for name, clause in profile.ledger.fields.items():
        yield f"{label(name, labels.LEDGER_FIELDS, language)}{_cited(clause, language)}"
    years = profile.ledger.retention_years
    kept = f"保存不少于 {years} 年" if language == "zh" else f"kept for {years} years or more"
    yield f"{kept}{_cited(profile.ledger.clause, language)}"


def _names(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for rule in profile.names:
        subtype, patterns = (
            label(rule.subtype, labels.SUBTYPES, language),
            " | ".join(rule.patterns),
        )
        yield f"{subtype}: {patterns}{_cited(rule.clause, language)}"


def _numbers(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for rule in profile.numbers:
        names = "、".join((rule.county, *rule.aliases))
        yield f"（{rule.number}） {names}{_cited(rule.clause, language)}"


def _quotas(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for quota in profile.quotas:
        medium = label(quota.medium, labels.MEDIUMS, language)
        yield f"{quota.name} {medium}: {quota.max_count}{_cited(quota.clause, language)}"


def _custody(profile: PolicyProfile, language: Language) -> Iterator[str]:
    using = "管理使用部门" if language == "zh" else "the department that uses it"
    for rule in profile.custody:
        who = rule.department or using
        yield f"{_when(rule.when, language)}{who}{_cited(rule.clause, language)}"


def _scope(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for subtype, types in profile.document_types.items():
        words = labels.labels(types, labels.DOCUMENT_TYPES, language)
        clause = _cited(profile.clause("E_SEAL_SCOPE"), language)
        yield f"{label(subtype, labels.SUBTYPES, language)}: {words}{clause}"


def _required(profile: PolicyProfile, language: Language) -> Iterator[str]:
    beside = "可并加" if language == "zh" else "beside it"
    for rule in profile.seal_rules:
        required = labels.labels(rule.required, labels.SUBTYPES, language)
        optional = labels.labels(rule.optional, labels.SUBTYPES, language)
        more = f"; {beside}: {optional}" if optional else ""
        yield f"{_when(rule.when, language)}{required}{more}{_cited(rule.clause, language)}"


def _deadlines(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for name, limit in profile.deadlines.items():
        word = DEADLINES[name]
        said = word.zh if language == "zh" else word.en
        yield f"{said}: {_span(limit, language)}{_cited(limit.clause, language)}"


def _span(limit: Deadline, language: Language) -> str:
    if limit.value == 0:
        return "当日" if language == "zh" else "the same day"
    if limit.unit == "months_of_next_year":
        month = limit.value
        return (
            f"次年 {month} 月底" if language == "zh" else f"the end of month {month} of next year"
        )
    unit = label(limit.unit, labels.UNITS, language)
    is_one = language == "en" and limit.value == 1
    return f"{limit.value} {unit.removesuffix('s') if is_one else unit}"


def _switches(profile: PolicyProfile, language: Language) -> Iterator[str]:
    for name, word in SWITCHES.items():
        switch = profile.switches[name]
        said = word.zh if language == "zh" else word.en
        line = f"{said}: {_value(switch.value, language)} [{name}]{_cited(switch.clause, language)}"
        recorded = (
            "；仅记载，办理时不据此判断" if language == "zh" else "; recorded, no step asks it"
        )
        yield line + (recorded if name in RECORDED else "")


def _value(value: Value, language: Language) -> str:
    if isinstance(value, bool):
        word = "yes" if value else "no"
    elif isinstance(value, int):
        return str(value)
    else:
        word = value
    if "," in word:
        parts = (label(part, labels.VALUES, language) for part in word.split(","))
        return ("→" if language == "zh" else " → ").join(parts)
    if word in labels.VALUES:
        return label(word, labels.VALUES, language)
    listed = word.split()
    if listed and all(part in _LISTED for part in listed):
        return labels.labels(listed, _LISTED, language)
    return word or "—"


def _cited(clause: str, language: Language) -> str:
    """The clause in brackets; ``(d)`` says that none commands it."""
    decided = "按本项目默认" if language == "zh" else "as decided here"
    said = clause.replace("（d）", f", {decided}").replace("(d)", decided)
    return f"（{said}）" if said else ""
