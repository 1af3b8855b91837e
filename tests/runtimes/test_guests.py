"""A sandbox that is a guest in another's folder: the same warm Pythons, and jobs of its own."""

import asyncio
from pathlib import Path

from penstock.engine.jobs import Resources
from penstock.runtimes.sandbox import clear_away
from runtimes.worlds import World, new_sandbox, sandbox_at, until

WAITS = "import time; print('began', flush=True); time.sleep(60)"


def guest_of(host: World, name: str = "guest") -> World:
    """A guest, which logs beside its host."""
    home = host.root / "data" / "runtimes"
    return new_sandbox(host.root / name, home=home, hidden=[host.root / "data"])


def zygotes(folder: Path) -> dict[str, str]:
    """Who is there, by name."""
    return {lock.parent.name: lock.read_text() for lock in folder.glob("zygotes/*/lock")}


async def test_its_jobs_are_started_by_the_hosts_zygote_and_leave_nothing(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as host:
        home = tmp_path / "data" / "runtimes"
        own = host.script("print('host')", warm=True)
        await host.run(own)
        before = zygotes(home)

        guest = guest_of(host)
        theirs = guest.script("print('guest')", warm=True)
        assert (await guest.run(theirs)).is_success
        assert zygotes(home) == before
        assert not zygotes(guest.root / "data" / "runtimes")
        assert (host.log_of(own), guest.log_of(theirs)) == ("host", "guest")
        await guest.runtime.close(kill=True)

        assert host.runtime.known() == [own.id]
        assert (await host.run(host.script("print('again')", name="next", warm=True))).is_success
        assert zygotes(home) == before


async def test_its_end_ends_its_jobs_and_not_the_hosts(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as host:
        guest = guest_of(host)
        jobs = [(world, world.script(WAITS, resources=Resources(cpus=0.5))) for world in (host, guest)]
        running = [asyncio.create_task(world.run(job)) for world, job in jobs]
        for world, job in jobs:
            await until(lambda world=world, job=job: "began" in world.log_of(job))

        await guest.runtime.close(kill=True)

        assert (await running[1]).reason == "lost"
        assert not running[0].done()
        await host.runtime.stop(jobs[0][1].id)
        assert (await running[0]).reason == "stopped"


async def test_what_a_killed_guest_has_left_is_cleared_away(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as host:
        guest = guest_of(host)
        await guest.run(guest.script("print('done')"))
        assert len(host.runtime.known()) == 1

        clear_away(tmp_path / "data" / "runtimes", guest.root / "data" / "runtimes")

        assert host.runtime.known() == []
        await guest.runtime.close()


def test_of_a_guest_that_was_killed_before_it_had_a_folder_nothing_is_cleared_away(tmp_path: Path) -> None:
    assert clear_away(tmp_path / "home", tmp_path / "guest") == []
