"""PostgreSQL: a cluster in a folder of its own, run by the user postgres where root starts it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.peers.peer import Batch, Peer
from tests.support.waiting import wait_until

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/lib/postgresql/bin"))
SERVES = "postgres" if os.geteuid() == 0 else None
TABLES = ("create table users(name text primary key, role text not null, password text not null);"
          "create table audit(number bigserial, record text);")
PSQL = [str(PROGRAMS / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """A server for a while."""
    folder.mkdir()
    if SERVES:
        subprocess.run(["chown", SERVES, folder], check=True)
    _run(str(PROGRAMS / "initdb"), "-D", str(folder / "data"), "-U", "bench", "-A", "trust")
    found_by = {"PGHOST": str(folder), "PGUSER": "bench", "PGDATABASE": "postgres"}
    with subprocess.Popen([PROGRAMS / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="],
                          user=SERVES, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/") as server:
        try:
            wait_until(lambda: subprocess.run([*PSQL, "-c", TABLES], env={**os.environ, **found_by},
                                              capture_output=True).returncode == 0)
            yield Peer("psql", [*PSQL, "-Atc", "select * from users where name = 'user000050'"],
                       [*PSQL, "-Atc", "select name from users"],
                       Batch(PSQL, lambda number: f"insert into users values ('user{number:06}', 'monitor', 'x');\n"),
                       Batch(PSQL, lambda number: f"select * from users where name = 'user{number:06}';\n"),
                       partial(fill, found_by), found_by, [*PSQL, "-v", "PROMPT1=bench> "], b"bench> ")
        finally:
            server.terminate()


def wrapped(peer: Peer) -> Peer:
    """What Debian calls psql: a program that looks for the right psql."""
    return peer._replace(name="psql, as Debian starts it", one=["psql", *peer.one[1:]],
                         shell=["psql", *peer.shell[1:]])


def fill(found_by: Mapping[str, str], users: int) -> None:
    """Have so many users."""
    subprocess.run([*PSQL, "-c", "insert into users select 'user' || lpad(n::text, 6, '0'), 'monitor', 'x' "
                    f"from generate_series(0, {users - 1}) n"], check=True,
                   env={**os.environ, **found_by})


def records(peer: Peer, writers: int, number: int) -> float:
    """Seconds that so many durable records of 330 bytes took so many writers together."""
    script = Path(peer.environment["PGHOST"]) / "record.sql"
    script.write_text(f"insert into audit(record) values ('{'x' * 330}');\n")
    done = subprocess.run([PROGRAMS / "pgbench", "-n", "-M", "prepared", "-c", str(writers), "-j", str(min(writers, 2)),
                           "-t", str(number // writers), "-f", script], check=True, capture_output=True, text=True,
                          env={**os.environ, **peer.environment})
    found = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return number / float(found.split()[2])


def _run(*command: str) -> None:
    done = subprocess.run(command, user=SERVES, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
