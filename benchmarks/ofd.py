"""Stamping and verifying OFD beside a warm JVM with ofdrw, over files of which no two are alike.

Both sides run in one process each that has read keys, certificate and seal before, and take turns
over the same files on disk: ours, theirs, in every round. No result is kept from file to file. Ours
asks far more: chains, revocation, the maker's signature, coverage; ofdrw's answer covers digests
and the signature value alone.

Prints the tables; with --out DIRECTORY it also writes performance-ofd.md and performance-ofd.json
there. A row that misses its goal says `short`. Without Java or Maven ofdrw is left out, by name.

Usage: python benchmarks/ofd.py [--rounds N] [--files N] [--out DIRECTORY]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any

import field
import govseal
from documents import PLACE, Office, letter, office
from govseal import sm2

PAGES = (1, 50)
GOALS = {("verify", 1): 12.0, ("stamp", 1): 10.0, ("verify", 50): 4.0, ("stamp", 50): 4.0}
WARM_UP_SECONDS = 20.0
TURN_SECONDS = 1.0
Times = tuple[float, float]
"""Seconds for one file: on the processor, and on the clock."""
Row = dict[str, Any]

METHOD = """\
## Method

Written by `make bench-ofd OUT=docs` ([benchmarks/ofd.py](../benchmarks/ofd.py)).

- **The same files.** {files} letters of each size, each with other text on every page, stamped at
  other times, on disk. Each side reads a path; a stamped file is written to disk.
- **The whole job.** Ours ends in a report that says *passed*: every digest, the signer's and the
  maker's signature, both chains, revocation lists, coverage. ofdrw checks the digests, the copy of
  the seal and the signature value, and nothing of the rest.
- **What is kept from file to file** are prepared keys, certificates, seals and lists as read. Every
  digest and signature that a verdict rests on is computed each time, and every path is validated.
  The digests that name the file in the report are taken when they are asked for, and nobody asks.
- **One run.** Ours in this process, ofdrw in a JVM that was warm before ({warm_up:g} s and more of
  the same work); they take turns of {turn:g} s or a pass over the files, whichever is longer, in
  {rounds} rounds: a processor that has rested is slow at first. The ratio is the median of the
  rounds' ratios.
- **On the processor, and by the clock.** The machine may be shared: the goals are judged by the
  time on the processor, of our whole process and of ofdrw's one working thread (its collector and
  compiler are not counted). The ratio by the clock stands beside it.

| | |
|---|---|
| Processor | {processor}, {cores} cores seen |
| Load | {load:.0f} processes wanted to run while this was measured |
| System | {system} |
| Python | {python}, SM2 tier `{tier}` |
| ofdrw | {ofdrw} |
"""


class Ofdrw:
    """A JVM that reads lines `verify FOLDER` and `stamp FOLDER TARGET`, and answers with times."""

    def __init__(self, keys: Path) -> None:
        target, source = field.BUILD / "ofdrw", field.SOURCES / "ofdrw"
        build = [f"-DbuildDirectory={target}", "package"]
        try:
            field.run(["mvn", "-q", "-B", "-o", *build], source)
        except field.NotHere:
            field.run(["mvn", "-q", "-B", *build], source)
        paths = os.pathsep.join([str(target / "classes"), str(target / "dependency" / "*")])
        words = ["java", "-Duser.timezone=Asia/Shanghai", "-cp", paths, "OfdrwWorker", str(keys)]
        self.worker = field.start(words, LC_ALL="C.UTF-8")
        (jar,) = (target / "dependency").glob("ofdrw-sign-*.jar")
        self.name = "ofdrw " + jar.stem.removeprefix("ofdrw-sign-")

    def run(self, *words: object) -> Times:
        stdin, stdout = self.worker.process.stdin, self.worker.process.stdout
        assert stdin is not None
        assert stdout is not None
        print(*words, sep="\t", file=stdin, flush=True)
        answer = stdout.readline().split()
        if len(answer) != 2:
            raise RuntimeError(f"ofdrw ended in {words[0]}")
        return int(answer[0]) / 1e9, int(answer[1]) / 1e9


def unpack_and_digest(path: Path) -> None:
    """What no verification can do without."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        for entry in package.namelist():
            sm2.sm3(package.read(entry))


def verify(path: Path, made: Office) -> None:
    govseal.verify(path, made.trust, materials=made.materials).require_valid()


def stamp(path: Path, target: Path, made: Office) -> None:
    data = govseal.stamp(path, made.seal, made.hierarchy.signer, PLACE)
    (target / path.name).write_bytes(data)


def timed(folder: Path, task: Callable[[Path], None]) -> Times:
    """Seconds for one file of the folder."""
    files = sorted(folder.iterdir())
    clock, cpu = time.perf_counter(), time.process_time()
    for file in files:
        task(file)
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    return cpu / len(files), clock / len(files)


def turn(one_pass: Callable[[], Times]) -> Times:
    """The mean of the passes of one turn."""
    end = time.monotonic() + TURN_SECONDS
    passes = [one_pass()]
    while time.monotonic() < end:
        passes.append(one_pass())
    cpu, clock = zip(*passes, strict=True)
    return mean(cpu), mean(clock)


def make_files(folder: Path, made: Office, count: int) -> dict[int, tuple[Path, Path]]:
    """For each number of pages the folders of the plain and of the stamped files."""
    folders = {}
    start = datetime.now(UTC) - timedelta(hours=1)
    for pages in PAGES:
        plain, stamped = folder / f"plain-{pages}", folder / f"stamped-{pages}"
        for one in (plain, stamped):
            one.mkdir()
        for number in range(count):
            name = f"{number:03}.ofd"
            (plain / name).write_bytes(letter(pages, number))
            at = start + timedelta(seconds=number)
            signer = made.hierarchy.signer
            data = govseal.stamp(plain / name, made.seal, signer, PLACE, at=at)
            (stamped / name).write_bytes(data)
        folders[pages] = (plain, stamped)
    return folders


def warm(passes: list[Callable[[], Times]]) -> None:
    """Run all passes until they have run for long enough, and once at least."""
    end = time.monotonic() + WARM_UP_SECONDS
    rounds = 0
    while rounds < 1 or time.monotonic() < end:
        for one in passes:
            one()
        rounds += 1


def compare(ours: Callable[[], Times], theirs: Callable[[], Times] | None, rounds: int) -> Row:
    """Interleaved passes of both."""
    pairs = []
    for _ in range(rounds):
        mine = turn(ours)
        pairs.append((mine, turn(theirs) if theirs is not None else None))
    row: Row = {
        "ours_ms": 1000 * median(mine[0] for mine, _ in pairs),
        "ours_clock_ms": 1000 * median(mine[1] for mine, _ in pairs),
    }
    both = [(mine, other) for mine, other in pairs if other is not None]
    if both:
        row["theirs_ms"] = 1000 * median(other[0] for _, other in both)
        row["theirs_clock_ms"] = 1000 * median(other[1] for _, other in both)
        row["ratio"] = median(other[0] / mine[0] for mine, other in both)
        row["ratio_clock"] = median(other[1] / mine[1] for mine, other in both)
    return row


def measure(folder: Path, options: argparse.Namespace) -> tuple[list[Row], str]:
    """The rows, and which ofdrw they are against, or why against none."""
    made = office()
    for name, data in (
        ("signer.pkcs8", made.hierarchy.signer._key.to_pkcs8()),  # noqa: SLF001 - throw-away
        ("signer.cer", made.hierarchy.signer.certificate.der),
        ("seal.esl", made.seal.der),
    ):
        (folder / name).write_bytes(data)
    folders = make_files(folder, made, options.files)
    out, their_out = folder / "out", folder / "their-out"
    for one in (out, their_out):
        one.mkdir()
    ofdrw, told = None, ""
    try:
        ofdrw = Ofdrw(folder)
        told = ofdrw.name
    except field.NotHere as why:
        told = f"not compared: {why}"
    tasks: dict[tuple[str, int], tuple[Callable[[], Times], Callable[[], Times] | None]] = {}
    for pages, (plain, stamped) in folders.items():
        tasks["verify", pages] = (
            lambda at=stamped: timed(at, lambda file: verify(file, made)),
            (lambda at=stamped: ofdrw.run("verify", at)) if ofdrw else None,
        )
        tasks["stamp", pages] = (
            lambda at=plain: timed(at, lambda file: stamp(file, out, made)),
            (lambda at=plain: ofdrw.run("stamp", at, their_out)) if ofdrw else None,
        )
    warm([theirs for _, theirs in tasks.values() if theirs is not None])
    rows = []
    for (task, pages), (ours, theirs) in tasks.items():
        ours()
        row = {"task": task, "pages": pages, "goal": GOALS[task, pages]}
        row |= compare(ours, theirs, options.rounds)
        row["short"] = "ratio" in row and row["ratio"] < row["goal"]
        base = timed(folders[pages][1], unpack_and_digest)[0]
        row["times_unpacking"] = row["ours_ms"] / (1000 * base)
        rows.append(row)
        show_row(row)
    if ofdrw:
        ofdrw.worker.__exit__(None, None, None)
    for number in range(3):  # what each of them made, the other's judgement being the tests' job
        verify(out / f"{number:03}.ofd", made)
        verify(their_out / f"{number:03}.ofd", made) if ofdrw else None
    return rows, told


def show_row(row: Row) -> None:
    name = f"{row['task']}, {row['pages']} page" + ("s" if row["pages"] > 1 else "")
    line = f"  {name:<18}{row['ours_ms']:8.2f} ms{row['ours_clock_ms']:8.2f} ms"
    if "ratio" in row:
        line += f"{row['theirs_ms']:9.2f} ms{row['theirs_clock_ms']:8.2f} ms"
        line += f"{row['ratio']:8.2f}x{row['ratio_clock']:8.2f}x  goal {row['goal']:g}x  "
        line += "short" if row["short"] else ""
    print(
        f"{line.rstrip()}   ({row['times_unpacking']:.1f} times unpacking and digesting)",
        flush=True,
    )


def page(document: dict[str, Any]) -> str:
    """The page in Markdown."""
    lines = [
        "| | ours | ofdrw | ratio | goal | ratio by the clock |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in document["rows"]:
        cells = [f"{row['task']}, {row['pages']} page" + ("s" if row["pages"] > 1 else "")]
        cells.append(f"{row['ours_ms']:.2f} ms")
        if "ratio" in row:
            ratio = f"{row['ratio']:.1f}"
            cells.append(f"{row['theirs_ms']:.1f} ms")
            cells.append(f"**{ratio}** (short)" if row["short"] else ratio)
            cells += [f"{row['goal']:g}", f"{row['ratio_clock']:.1f}"]
        else:
            cells += ["", "", f"{row['goal']:g}", ""]
        lines.append("| " + " | ".join(cells) + " |")
    parts = [
        "# Performance with OFD",
        (
            "Made by `make bench-ofd OUT=docs`. As data: "
            "[performance-ofd.json](performance-ofd.json). Time on the processor for one file; a "
            "ratio of 12 means twelve files of ours in the time of one of ofdrw's."
        ),
        "\n".join(lines),
        METHOD.format(warm_up=WARM_UP_SECONDS, turn=TURN_SECONDS, **document).rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def processor() -> str:
    """The processor by its name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description="OFD beside a warm JVM with ofdrw")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--files", type=int, default=125)
    parser.add_argument("--out", type=Path, metavar="DIRECTORY", help="write the report there")
    options = parser.parse_args()
    print("OFD, one file: ours on the processor, on the clock; ofdrw's; ratios of both")
    with tempfile.TemporaryDirectory() as name:
        rows, told = measure(Path(name), options)
    print(f"  {told}")
    if options.out is None:
        return
    document = {
        "schema": "govseal.performance-ofd/1",
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "tier": sm2.backend(),
        "ofdrw": told,
        "rounds": options.rounds,
        "files": options.files,
        "rows": rows,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (options.out / "performance-ofd.json").write_text(text, encoding="utf-8")
    (options.out / "performance-ofd.md").write_text(page(document), encoding="utf-8")


if __name__ == "__main__":
    main()
