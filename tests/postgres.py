"""A PostgreSQL for tests, on a socket in a folder of its own.

What dies in tests are processes and never the machine, so it does not wait for disks. As root it runs as another user.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg

from penstock.store.migrate import STORE, migrate_postgres

DEADLINE = 60.0
_NOTHING = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public"
_NO_ROWS = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;
        DROP TABLE IF EXISTS tenure;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%yoyo%' LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences;
    END $$
"""
OPTIONS = (
    *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"),
    *("-c", "shared_buffers=16MB", "-c", "max_connections=200"),
)


def programs() -> Path | None:
    """Where Debian has PostgreSQL's programs, the newest; None where there are none."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda found: int(found.parent.name))


def lacking() -> str:
    """Why there is no PostgreSQL here; empty if there is."""
    return "" if programs() else "no PostgreSQL is installed: scripts/system-packages"


class Postgres:
    """A PostgreSQL that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None
        self._programs = found
        self._folder = folder
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self._templates: dict[tuple[Path, ...], str] = {}
        self._made: dict[tuple[Path, ...], list[str]] = {}
        self._out: set[str] = set()
        self._numbers = count(1)
        self._run("initdb", "-N", "-A", "trust", "-U", "penstock", "-E", "UTF8", "--no-locale", "-D", folder / "data")

    def start(self) -> None:
        """Start, and return when it answers."""
        command = [str(self._programs / "postgres"), "-D", f"{self._folder}/data", "-k", str(self._folder), *OPTIONS]
        until = time.monotonic() + DEADLINE
        while True:  # a killed one's memory is in use until the last of its processes has noticed
            with (self._folder / "log").open("ab") as log:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, user=self._user)
            while self._process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < until, (self._folder / "log").read_text()
                time.sleep(0.02)
            assert time.monotonic() < until, (self._folder / "log").read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut would do it: it and all its processes, at once."""
        assert self._process is not None
        mine = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for process in (self._process.pid, *map(int, mine)):
            os.kill(process, signal.SIGKILL)
        self._process.wait(DEADLINE)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(DEADLINE)

    def address(self, database: str) -> str:
        return f"postgresql://penstock@/{database}?host={self._folder}"

    @property
    def variables(self) -> dict[str, str]:
        """How PostgreSQL's own clients find it."""
        return {"PGHOST": str(self._folder), "PGUSER": "penstock"}

    def empty(self) -> str:
        """The address of a database with nothing in it that nobody else has in this test."""
        if name := self._free(()):
            self.run(_NOTHING, self.address(name))
        return self.address(name or self._new((), ""))

    def migrated(self, rooms: Sequence[Path]) -> str:
        """The address of a database that is up to date, and has no rows."""
        key = (*rooms, STORE)
        if name := self._free(key):
            self.run(_NO_ROWS, self.address(name))
            return self.address(name)
        if key not in self._templates:
            self._templates[key] = self._new(None, "")
            migrate_postgres(self.address(self._templates[key]), "a template", rooms)
        return self.address(self._new(key, f"TEMPLATE {self._templates[key]}"))

    def begin_a_test(self) -> None:
        """Let what was handed out before be used again: a new database is thousands of files."""
        self._out.clear()

    def _free(self, key: tuple[Path, ...]) -> str:
        name = next((each for each in self._made.get(key, ()) if each not in self._out), "")
        self._out.add(name)
        return name

    def run(self, sql: str, address: str = "") -> list[tuple[object, ...]]:
        """Say something to a database as somebody else."""
        with closing(psycopg.connect(address or self.address("postgres"), autocommit=True)) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []

    def end_sessions(self, address: str) -> None:
        """Break every connection to a database but the one that asks."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            address,
        )

    def close_to_all(self, address: str) -> None:
        """Break every connection to a database, and let nobody in any more."""
        name = address.removeprefix("postgresql://penstock@/").partition("?")[0]
        self.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        self._made[()].remove(name)
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _new(self, key: tuple[Path, ...] | None, template: str) -> str:
        name = f"d{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {template}")
        if key is not None:
            self._made.setdefault(key, []).append(name)
            self._out.add(name)
        return name

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._programs / program, *arguments], user=self._user, cwd=self._folder, check=True, capture_output=True
        )


@contextmanager
def a_postgres() -> Iterator[Postgres]:
    """One that runs until the block ends."""
    with tempfile.TemporaryDirectory(prefix="penstock-postgres-", dir="/tmp") as folder:  # a socket's path is short
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder))
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
