"""A PostgreSQL of its own for the tests of one process: started on demand, gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

USER = "govseal"


def programs() -> Path | None:
    """Where PostgreSQL's own programs are."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """A server that listens on a socket in its own folder, and on no network."""

    def __init__(self, bin_: Path, folder: Path, *, is_durable: bool = False) -> None:
        self.bin = bin_
        self.folder = folder
        self._prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._prefix:
            shutil.chown(folder, "postgres")
        # A test that kills clients needs no disk that survives a crash of the machine.
        speed = "" if is_durable else " -c fsync=off -c full_page_writes=off"
        self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        options = f"-k {folder} -c listen_addresses='' -c max_connections=60{speed}"
        self._run(
            "pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(folder / "log"), "start"
        )
        self._count = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self.bin / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}{done.stdout}")

    def url(self, name: str) -> str:
        """How SQLAlchemy reaches the database of that name."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database that nobody else uses: empty, or a copy of the one of that name.

        Nobody may be connected to that one.
        """
        self._count += 1
        name = f"registry{self._count}"
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres") as connection:
            connection.autocommit = True
            # Until 14 a database was always copied as files, and nobody could ask for it.
            files = "" if connection.info.server_version < 150000 else " STRATEGY file_copy"
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + files)
            connection.execute(words.format(*map(sql.Identifier, (name, template))))
        return self.url(name)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def start(*, is_durable: bool = False) -> Cluster | None:
    """A new server, or None where PostgreSQL is not installed."""
    bin_ = programs()
    if bin_ is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="govseal-pg-"))  # short: a socket's path is limited
    return Cluster(bin_, folder, is_durable=is_durable)
