"""Environments: built once from a lock, whole or not at all, and told plainly where they cannot be."""

import asyncio
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from penstock.images.environments import BadEnvironment, Environment
from penstock.runtimes.environments import Environments, Plan, Unbuildable
from penstock.runtimes.environments.shelf import users_of
from runtimes.wheels import wheel
from runtimes.worlds import until

DEADLINE = 120.0


@dataclass
class Workshop:
    """A folder of wheels, a folder of environments, and what is described."""

    root: Path
    described: dict[str, Environment] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def describe(self, name: str, lock: str, *, extends: str = "installed") -> None:
        path = self.root / f"{name}.txt"
        path.write_text(lock)
        self.described["installed"] = Environment(name="installed", summary="here")
        self.described[name] = Environment(name=name, summary=name, extends=extends, requirements=path)

    @property
    def shelf(self) -> Environments:
        return Environments(self.root / "environments", self.described, time.time)

    async def furnish(self, name: str, shelf: Environments | None = None) -> Plan:
        shelf = shelf or self.shelf
        plan = shelf.plan(name)
        async with asyncio.timeout(DEADLINE):
            await shelf.furnish(plan, self.said.append)
        return plan


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return Workshop(tmp_path)


def says(plan: Plan, program: str) -> str:
    done = subprocess.run([str(plan.python), "-c", program], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


async def test_an_environment_has_what_its_lock_names_and_sees_what_it_extends(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))

    plan = await workshop.furnish("mine")

    assert says(plan, "import brook, msgspec; print(brook.VERSION)") == "1.0"
    assert workshop.said[0].startswith("making the environment 'mine' with ")
    assert workshop.said[1:-1] == ["fetching a package", "installing a package"]
    assert workshop.said[-1].startswith("the environment 'mine' is ready after ")


async def test_one_may_extend_another_that_is_built_too(workshop: Workshop) -> None:
    workshop.describe("low", wheel(workshop.root / "wheels", "brook"))
    workshop.describe("high", wheel(workshop.root / "wheels", "mill"), extends="low")

    plan = await workshop.furnish("high")

    assert says(plan, "import brook, mill, msgspec; print(mill.VERSION, brook.VERSION)") == "1.0 1.0"


async def test_one_builds_while_others_wait(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))
    shelf = workshop.shelf

    first, second = await asyncio.gather(workshop.furnish("mine", shelf), workshop.furnish("mine", shelf))

    assert first == second
    assert sum(text.startswith("making") for text in workshop.said) == 1
    assert "waiting for the environment 'mine', which is being built" in workshop.said


async def test_another_data_folder_finds_what_is_built(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))
    await workshop.furnish("mine")
    workshop.said.clear()

    other = workshop.shelf

    assert other.is_ready(other.plan("mine"))
    await workshop.furnish("mine", other)
    assert workshop.said == []


def test_the_content_of_a_lock_is_its_name_and_not_its_form(workshop: Workshop) -> None:
    line = wheel(workshop.root / "wheels", "brook")
    workshop.describe("mine", line)
    plain = workshop.shelf.plan("mine").folder
    workshop.describe("mine", f"# a remark\n{line.replace(' --', f' {chr(92)}{chr(10)}    --')}    # via nobody\n")
    formed = workshop.shelf.plan("mine").folder
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook", "2.0"))
    other = workshop.shelf.plan("mine").folder

    assert plain == formed
    assert plain != other


BUILDER = """
import asyncio, os, signal, sys, time
from pathlib import Path
from penstock.images.environments import Environment
from penstock.runtimes.environments import Environments

root = Path(sys.argv[1])
described = {
    "installed": Environment(name="installed", summary=""),
    "mine": Environment(name="mine", summary="", extends="installed", requirements=root / "mine.txt"),
}
shelf = Environments(root / "environments", described, time.time)

def tell(text):
    if text.startswith("installing"):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(shelf.furnish(shelf.plan("mine"), tell))
"""


async def test_a_killed_build_leaves_nothing_that_counts_and_the_next_one_is_whole(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))

    killed = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", BUILDER, str(workshop.root)], check=False, timeout=DEADLINE
    )

    assert killed.returncode == -signal.SIGKILL
    assert not workshop.shelf.is_ready(workshop.shelf.plan("mine"))
    assert says(await workshop.furnish("mine"), "import brook; print(brook.VERSION)") == "1.0"


async def test_a_build_that_is_called_off_leaves_nothing(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))
    shelf = workshop.shelf
    plan = shelf.plan("mine")
    assert plan.folder is not None

    building = asyncio.create_task(workshop.furnish("mine", shelf))
    await until(lambda: workshop.said)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building

    assert not plan.folder.exists()
    assert users_of(plan.folder) == []


async def test_a_package_without_a_wheel_is_named_with_the_remedy(workshop: Workshop) -> None:
    line = wheel(workshop.root / "wheels", "brook")
    workshop.describe("mine", line.replace("brook", "no_such_brook"))

    with pytest.raises(
        Unbuildable, match=r"'mine' cannot be built: there is no wheel of no-such-brook==1.0 .*'python'"
    ):
        await workshop.furnish("mine")

    assert not workshop.shelf.is_ready(workshop.shelf.plan("mine"))


async def test_other_content_than_the_lock_says_is_not_installed(workshop: Workshop) -> None:
    line = wheel(workshop.root / "wheels", "brook")
    workshop.describe("mine", line[:-2] + ("0" if line[-2] != "0" else "1") + "\n")

    with pytest.raises(Unbuildable, match=r"what was downloaded is not what its lock says of brook==1\.0"):
        await workshop.furnish("mine")


async def test_whoever_waited_for_a_build_is_told_why_it_failed(workshop: Workshop) -> None:
    line = wheel(workshop.root / "wheels", "brook")
    workshop.describe("mine", line.replace("brook", "no_such_brook"))
    shelf = workshop.shelf

    both = await asyncio.gather(
        workshop.furnish("mine", shelf), workshop.furnish("mine", shelf), return_exceptions=True
    )

    assert [type(each) for each in both] == [Unbuildable, Unbuildable]
    assert sum(text.startswith("making") for text in workshop.said) == 1


@pytest.fixture
def no_network(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the workshop, which asks no index."""
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.mark.usefixtures("no_network")
async def test_no_network_is_told_as_that(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook").replace("brook", "mill"))

    with pytest.raises(Unbuildable, match="mill cannot be downloaded, since no package index answers") as told:
        await workshop.furnish("mine")

    assert str(told.value).endswith("penstock env build mine")


@pytest.mark.usefixtures("no_network")
async def test_a_folder_of_wheels_will_do_where_the_index_does_not_answer(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))

    plan = await workshop.furnish("mine")

    assert says(plan, "import brook; print(brook.VERSION)") == "1.0"
    assert "an index does not answer: looking elsewhere" in workshop.said


@pytest.mark.parametrize("text", ["brook\n", "brook==1.0\n", "--index-url http://somewhere\n"])
def test_what_is_not_locked_is_not_built(workshop: Workshop, text: str) -> None:
    workshop.describe("mine", text)

    with pytest.raises(BadEnvironment, match="lock it with: penstock env lock mine"):
        workshop.shelf.plan("mine")


def test_a_python_that_is_not_here_is_named(workshop: Workshop) -> None:
    workshop.described["old"] = Environment(name="old", summary="", python="3.1")

    with pytest.raises(BadEnvironment, match=r"'old' needs Python 3\.1, and none was found"):
        workshop.shelf.plan("old")


def test_an_interpreter_of_the_users_is_taken_as_it_is(workshop: Workshop) -> None:
    workshop.described["own"] = Environment(name="own", summary="", python=sys.executable)

    plan = workshop.shelf.plan("own")

    assert (plan.python, plan.folder) == (Path(sys.executable), None)
    assert workshop.shelf.is_ready(plan)


async def test_removing_takes_all_of_it(workshop: Workshop) -> None:
    workshop.describe("mine", wheel(workshop.root / "wheels", "brook"))
    plan = await workshop.furnish("mine")
    (built,) = workshop.shelf.kept()

    await workshop.shelf.remove(built.folder)

    assert (built.name, built.is_whole, built.packages) == ("mine", True, 1)
    assert not workshop.shelf.is_ready(plan)
    assert list(workshop.shelf.kept()) == []
