"""Writes what sm2.py measured: a page for people, a document for programs, and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Document = dict[str, Any]

TASKS = {
    "sign": ("sign, 200 bytes", "/s"),
    "verify": ("verify, key not prepared", "/s"),
    "encrypt": ("encrypt, 32 bytes", "/s"),
    "decrypt": ("decrypt, 32 bytes", "/s"),
    "sm3": ("SM3, 16 KB", "MB/s"),
}
SM3_MEGABYTES = 0.016384
OURS = "govseal"

METHOD = """\
## Method

Written by `make bench-sm2 OUT=docs`, which builds and installs all that it compares with
([benchmarks/sm2.py](../benchmarks/sm2.py), [benchmarks/field.py](../benchmarks/field.py)).

- **Ratios, not times.** Single times vary with the machine and its neighbours. Ours and the
  baseline take turns in bursts of about {milliseconds:g} ms, {rounds} rounds a row. The ratio is
  the median of the ratios of the rounds, the rates are those of the second percentile of the times.
  Of {runs} runs in fresh processes the best ratio of each row stands.
- **The whole call.** Ours is called from Python and does everything: the nonce from the operating
  system, hedged; Z and the message hashed with SM3; strict DER. The baseline is called from Python
  too, through `cryptography`: {baseline}, P-256 with SHA-256, its assembly code.
- **One core.** Batch rows use one thread. Threads are the caller's choice (`threads=`).
- **Tiers.** Each tier runs in processes of its own with `GOVSEAL_SM2` set: `portable` is plain C,
  `avx2` adds wide scans and eight SM3 messages at once, `ifma` needs AVX-512 with IFMA.
- **The others** run in processes of their own and time their own bursts from inside, so that no
  call between processes counts. BouncyCastle is warmed up first. A key is made once for each.
- Compiled with the flags of [setup.py](../setup.py); nothing is tuned to the machine at build time.

| | |
|---|---|
| Processor | {processor}, {cores} cores seen |
| System | {system} |
| Python | {python} |
| Compiler | {compiler} |
| Baseline | {baseline} |
"""


def write(document: Document, directory: Path) -> None:
    """performance.md, performance.json and performance.svg in that directory."""
    directory.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (directory / "performance.json").write_text(text, encoding="utf-8")
    (directory / "performance.md").write_text(page(document), encoding="utf-8")
    draw(document, directory / "performance.svg")


def page(document: Document) -> str:
    """The page in Markdown."""
    parts = [
        "# Performance of SM2 and SM3",
        "Made by `make bench-sm2 OUT=docs`. As data: [performance.json](performance.json).",
        "![SM2 and SM3 of this library beside others](performance.svg)",
        "## Beside OpenSSL's P-256 and SM3, in one process",
        (
            "A ratio of 3 means three of ours in the time of one of theirs. Signatures are "
            "compared with ECDSA over P-256, which has hand-written assembly, digests with "
            "OpenSSL's SM3."
        ),
        tier_table(document),
    ]
    if document["field"]:
        parts += [
            "## Beside other implementations of SM2 and SM3",
            (
                f"Per second, and in brackets how many of ours (tier `{best_tier(document)}`, one "
                "call at a time) fit into one of theirs."
            ),
            field_table(document),
        ]
    if document["absent"]:
        left_out = "; ".join(f"{name} ({why})" for name, why in document["absent"].items())
        parts.append(f"Not compared on this machine: {left_out}.")
    parts.append(METHOD.format(milliseconds=4, **document).rstrip())
    return "\n\n".join(parts) + "\n"


def best_tier(document: Document) -> str:
    return list(document["tiers"])[-1]


def tier_table(document: Document) -> str:
    """One row a figure, one column a tier."""
    tiers = document["tiers"]
    lines = [
        "| |" + "".join(f" {tier} |" for tier in tiers) + f" goal | ours, {best_tier(document)} |",
        "|---|" + "---:|" * (len(tiers) + 2),
    ]
    for rows in zip(*tiers.values(), strict=True):
        cells = [
            f"**{row['ratio']:.2f}** (short)" if row["short"] else f"{row['ratio']:.2f}"
            for row in rows
        ]
        goals = [row["goal"] for row in rows if row["goal"] is not None]
        goal = " / ".join(f"{one:g}" for one in dict.fromkeys(goals))
        rate = f"{rows[-1]['ours']:,.0f} {rows[-1]['unit']}"
        lines.append(f"| {rows[-1]['name']} | " + " | ".join([*cells, goal, rate]) + " |")
    return "\n".join(lines)


def shown(rate: float) -> str:
    """A rate in as many digits as it is worth."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def in_units(task: str, rate: float) -> float:
    """Calls per second in the unit of the task."""
    return rate * SM3_MEGABYTES if task == "sm3" else rate


def field_table(document: Document) -> str:
    """One row an implementation, one column a task."""
    lines = [
        "| | " + " | ".join(f"{name}, {unit}" for name, unit in TASKS.values()) + " |",
        "|---|" + "---:|" * len(TASKS),
    ]
    for rival in document["field"]:
        cells = []
        for task in TASKS:
            if task not in rival["rates"]:
                cells.append("")
                continue
            rate, ratio = in_units(task, rival["rates"][task]), rival["ratios"][task]
            mark = " short" if ratio < 1 else ""
            times = f"{ratio:,.2f}" if ratio < 100 else f"{ratio:,.0f}"
            cells.append(f"{shown(rate)} ({times}×{mark})")
        lines.append(f"| {rival['name']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def our_rates(document: Document, tier: str) -> dict[str, float]:
    rows = {row["key"]: row["ours"] for row in document["tiers"][tier]}
    keys = {"sm3": "sm3_16k"}
    return {task: rows[keys.get(task, task)] for task in TASKS if keys.get(task, task) in rows}


def bars(document: Document) -> dict[str, dict[str, float]]:
    """For each task the rate of each implementation, ours first, in the unit of the task."""
    found: dict[str, dict[str, float]] = {task: {} for task in TASKS}
    for tier in reversed(document["tiers"]):
        for task, rate in our_rates(document, tier).items():
            found[task][f"{OURS}, {tier}"] = rate
    for rival in document["field"]:
        words = rival["name"].replace(",", " ").split()
        short = f"{words[0]} {next(word for word in words if '.' in word)}"
        for task in TASKS:
            if task in rival["rates"]:
                found[task][short] = in_units(task, rival["rates"][task])
    return found


def draw(document: Document, path: Path) -> None:
    """Horizontal bars on a logarithmic scale, as SVG."""
    import matplotlib as mpl  # noqa: PLC0415 - the page alone needs none

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    mpl.rcParams |= {"svg.hashsalt": "govseal", "svg.fonttype": "none", "font.family": "sans-serif"}
    data = bars(document)
    figure, axes = plt.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for axis in axes.flat[len(TASKS) :]:
        axis.set_visible(False)
    for axis, (task, (name, unit)) in zip(axes.flat, TASKS.items(), strict=False):
        rates = dict(sorted(data[task].items(), key=lambda item: item[1]))
        colours = ["#c8102e" if label.startswith(OURS) else "#8a94a0" for label in rates]
        drawn = axis.barh(list(rates), list(rates.values()), color=colours)
        axis.bar_label(drawn, [f" {shown(rate)}" for rate in rates.values()], fontsize=8)
        axis.set_xscale("log")
        axis.set_xlim(right=max(rates.values()) * 20)
        axis.set_title(f"{name} ({unit}, log scale)", fontsize=10)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
