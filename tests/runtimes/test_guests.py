"""A sandbox that is a guest in another's folder: warm Pythons that all guests share, and jobs of its own."""

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


async def test_its_jobs_are_started_by_a_zygote_that_stays_for_the_next_guest(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as host:
        home = tmp_path / "data" / "runtimes"
        own = host.script("print('host')", warm=True)
        await host.run(own)
        hosts = zygotes(home)

        for name in ("guest", "next"):
            guest = guest_of(host, name)
            theirs = guest.script("print('guest')", name=name, warm=True)
            assert (await guest.run(theirs)).is_success
            assert (host.log_of(own), guest.log_of(theirs)) == ("host", "guest")
            assert not zygotes(guest.root / "data" / "runtimes")
            await guest.runtime.close(kill=True)
            assert host.runtime.known() == [own.id]
            assert zygotes(home).items() > hosts.items()
            assert len(zygotes(home)) == len(hosts) + 1

        assert (await host.run(host.script("print('again')", name="again", warm=True))).is_success
        assert zygotes(home).items() > hosts.items()


async def test_its_warm_jobs_order_sets_otherwise_than_the_hosts(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as host:
        guest = guest_of(host)
        jobs = [
            (world, world.script("print(hash('order'))", name=name, warm=True))
            for world, name in ((host, "a"), (host, "b"), (guest, "c"))
        ]
        for world, job in jobs:
            assert (await world.run(job)).is_success

        first, second, theirs = (world.log_of(job) for world, job in jobs)
        await guest.runtime.close(kill=True)

    assert first == second != theirs


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
