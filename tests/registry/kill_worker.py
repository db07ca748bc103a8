"""Clerks who are killed at the desk: kill -9 at a random point, then everything is looked at.

``kill_worker.py URL KILLS SEED`` prints one line of JSON. Each round forks a process that opens the
registry, stamps a file and records a paper that was stamped by hand; it dies at a random one of its
function calls, or at a random moment from outside. Then the registry is opened anew and must hold
for each request both leaves, the stamp, the document and a file that verifies, or nothing of them;
and whatever a clerk had in hand is there.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NoReturn

import sqlalchemy as sa

import bureaukit
import govseal
import paperkit
import usekit
from govseal.registry import Bureau, audit, tables
from govseal.registry.acting import Acting
from govseal.registry.database import lock_head
from govseal.registry.use.desk import stamped_label
from govseal.registry.vocabulary import Medium
from govseal.seal.extensions import LedgerReference
from govseal.sm2 import sm3

COPIES = 3
MEDIA = (Medium.ELECTRONIC, Medium.PHYSICAL_LARGE)
ROUND = 2  # requests, of either medium by turns, that a clerk has before them
STOCK = 15
FULL_LOOK = 50
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class Clock:
    """The time that passes, from a day on that the test keys know; the same after a fork."""

    def __init__(self) -> None:
        self.offset = AT - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


def wrong(found: object) -> NoReturn:
    raise AssertionError(str(found))


@dataclass
class Rounds:
    url: str
    chance: random.Random
    clock: Clock = field(default_factory=Clock)
    waiting: list[str] = field(default_factory=list)
    papers: set[str] = field(default_factory=set)
    """Those of them that ask for a physical seal."""
    seen: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    calls: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)

    def open(self) -> Bureau:
        options = {"profile": "jincheng", "secrets": bureaukit.SECRETS, "clock": self.clock}
        return Bureau.open(self.url, **options)

    def prepare(self) -> None:
        with self.open() as bureau:
            bureaukit.populate(bureau)
            desk = usekit.Desk(bureau)
            desk.seal()
            paperkit.paper_seal(desk)
            for name in usekit.APPROVERS:
                desk.key(name)
        self.refill()
        with self.open() as bureau, bureau.acting(bureaukit.person("custodian")) as b:
            for id_ in self.waiting[:ROUND]:  # all is loaded before the first fork
                self.stamp(b, id_)
        self.look({})
        started = datetime.now(UTC)
        self.look(self.fork(count_calls))
        self.seconds = (datetime.now(UTC) - started).total_seconds()

    def refill(self) -> None:
        with self.open() as bureau:
            query = sa.select(tables.seals.c.medium, tables.seals.c.id)
            with bureau.database.begin() as connection:
                seals = dict(connection.execute(query).tuples().all())
            desk = usekit.Desk(bureau, registered=set(usekit.APPROVERS))
            while len(self.waiting) < STOCK:
                medium = MEDIA[len(self.waiting) % len(MEDIA)]
                request = desk.ask(seal=seals[medium], copies=COPIES)
                for name in usekit.APPROVERS:
                    desk.approve(request, name)
                self.waiting.append(request.id)
                if medium != Medium.ELECTRONIC:
                    self.papers.add(request.id)

    def fork(self, arm: Callable[[], object], *, wait: float | None = None) -> dict[str, str]:
        """What a clerk had in hand before the end: the digest of each file that came out."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            self.clerk(arm, writer)
        os.close(writer)
        if wait is not None:
            end = os.pidfd_open(child)
            if not select.select([end], [], [], wait)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(end)
        with os.fdopen(reader, encoding="ascii") as lines:
            said = [line.split() for line in lines]
        status = os.waitpid(child, 0)[1]
        if status and not os.WIFSIGNALED(status):
            wrong(f"a clerk ended with {status}")
        self.ends["killed" if status else "finished"] += 1
        self.calls = max([self.calls, *(int(line[1]) for line in said if line[0] == "calls")])
        return {line[1]: line[2] for line in said if line[0] == "out"}

    def stamp(self, b: Acting, id_: str) -> str:
        """The SM3 of the file that comes out, or of the scan of the paper."""
        if id_ not in self.papers:
            return sm3(b.use.stamp(id_, usekit.PLACE).data).hex()
        scan = paperkit.SCAN + id_.encode()
        return b.use.stamp_by_hand(id_, copies=COPIES, scan=scan).sm3

    def clerk(self, arm: Callable[[], object], writer: int) -> NoReturn:
        """Stamp what waits, and say what came out."""
        status = 1
        try:
            with self.open() as bureau, bureau.acting(bureaukit.person("custodian")) as b:
                calls = arm()
                for id_ in self.waiting[:ROUND]:
                    os.write(writer, f"out {id_} {self.stamp(b, id_)}\n".encode())
                if isinstance(calls, list):
                    os.write(writer, f"calls {len(calls)}\n".encode())
            status = 0
        except BaseException:  # noqa: BLE001 - it ends here, whatever it is
            traceback.print_exc()
        finally:
            os._exit(status)

    def look(self, reported: dict[str, str], *, fully: bool = False) -> None:
        """Open the registry anew; everything is there, or nothing."""
        with self.open() as bureau:
            with bureau.database.begin() as connection:
                lock_head(connection, "ledger")  # waits for what the dead one had sent
                stamps = {row.request: row for row in connection.execute(sa.select(tables.stamps))}
                entries = leaves_by_use(connection)
                check_together(connection, stamps, entries)
            for id_, digest in reported.items():
                if stamps[id_].stamped_sm3 != digest:
                    wrong(f"{id_}: what came out is not what was kept")
            for id_ in set(stamps) - self.seen:
                self.look_at(bureau, stamps[id_], entries[id_])
            self.seen = set(stamps)
            if fully:
                bureau.ledger.audit().check()
                with bureau.database.begin() as connection:
                    for problem in audit.problems(connection):
                        wrong(problem)
        self.waiting = [id_ for id_ in self.waiting if id_ not in self.seen]

    def look_at(self, bureau: Bureau, row, leaves) -> None:
        """One stamp: its two leaves, and a file that verifies and names the first."""
        if sorted(leaves) != ["intent", "result"]:
            wrong(f"{row.request} has the leaves {sorted(leaves)}")
        intent, result = leaves["intent"], leaves["result"]
        if (intent.sequence, result.sequence) != (row.intent, row.result):
            wrong(f"{row.request}: the stamp names other leaves")
        approvals = json.loads(intent.entry)["fields"]["approvals_sm3"]
        if approvals in self.digests:
            wrong(f"{row.request}: its approvals were used before")
        self.digests.add(approvals)
        data = bureau.secrets.decrypt(row.stamped, stamped_label(row.id))
        told = json.loads(result.entry)["fields"]["stamped_sm3"]
        if not sm3(data).hex() == row.stamped_sm3 == told:
            wrong(f"{row.request}: its file is another one")
        if row.request in self.papers:
            if (data, row.copies) != (paperkit.SCAN + row.request.encode(), COPIES):
                wrong(f"{row.request}: its paper is another one")
            return
        world = bureaukit.world()
        report = govseal.verify(
            data, world.trust, materials=world.hierarchy.materials, at=AT + timedelta(days=1)
        )
        (found,) = govseal.inspect(data).signatures
        leaf = LedgerReference.find(found.extensions).leaf.hex()
        if report.verdict is not govseal.Verdict.PASSED or leaf != intent.leaf:
            wrong(f"{row.request}: its file does not verify: {report.reasons}")

    def run(self, kills: int) -> dict[str, int]:
        """Rounds until so many clerks were killed; what happened, by number."""
        self.prepare()
        while self.ends["killed"] < kills:
            if len(self.waiting) < ROUND:
                self.refill()
            if self.ends["killed"] % 2:
                wait = self.chance.uniform(0, self.seconds)
                reported = self.fork(lambda: None, wait=wait)
            else:
                point = self.chance.randrange(1, self.calls)
                reported = self.fork(partial(die_at, point))
            self.look(reported, fully=self.ends["killed"] % FULL_LOOK == 0)
        self.look({}, fully=True)
        return {**self.ends, "stamps": len(self.seen), "calls": self.calls}


STATES = sa.select(tables.use_requests.c.id, tables.use_requests.c.state)
VERSIONS = sa.select(tables.document_versions.c.stamp)


def check_together(
    connection: sa.Connection, stamps: dict[str, sa.Row[Any]], entries: dict[str, Any]
) -> None:
    """No leaf without a stamp, no stamp without its leaves, its document and its state."""
    if set(entries) != set(stamps):
        wrong(f"leaves and stamps differ: {set(entries) ^ set(stamps)}")
    if set(connection.execute(VERSIONS).scalars()) != {row.id for row in stamps.values()}:
        wrong("documents and stamps differ")
    for row in connection.execute(STATES):
        if (row.state == "stamped") != (row.id in stamps):
            wrong(f"{row.id} is {row.state}")


def leaves_by_use(connection: sa.Connection) -> dict[str, dict[str, sa.Row[Any]]]:
    found: dict[str, dict[str, sa.Row[Any]]] = {}
    for row in connection.execute(sa.select(tables.ledger_entries)):
        if row.use is not None:
            found.setdefault(row.use, {})[row.kind] = row
    return found


def count_calls() -> list[None]:
    """A list that grows by one with every call of a function, in Python or in C."""
    seen: list[None] = []
    sys.setprofile(lambda frame, event, argument: seen.append(None))
    return seen


def die_at(point: int) -> None:
    """kill -9 when so many functions were called from now on."""
    left = point

    def count(frame, event, argument):
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


if __name__ == "__main__":
    url, kills, seed = sys.argv[1:]
    done = Rounds(url, random.Random(int(seed))).run(int(kills))  # noqa: S311 - when to kill
    sys.stdout.write(json.dumps(done) + "\n")
