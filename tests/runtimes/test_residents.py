"""Residents: what a program that stays sees and says, how it may end, and that nothing of it is left behind."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.engine.residents import Request, Setting
from penstock.runtimes.residents.inside.line import Frames, Line, framed
from penstock.runtimes.residents.resident import Kept
from runtimes.residents import BOOTSTRAP, answer, ask, failure, residents_at
from runtimes.worlds import processes, until

pytestmark = pytest.mark.group("sandbox")

COUNT = """
count = 0
def handler(event, context):
    global count
    count += 1
    return count
"""
ECHO = "def handler(event, context): return event"


# -- staying


async def test_a_resident_answers_again_and_again_with_what_it_has_loaded(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(COUNT)

        assert [await answer(resident) for _ in range(3)] == [1, 2, 3]


async def test_residents_of_the_same_code_share_nothing(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        first, second = await world.start(COUNT), await world.start(COUNT)

        assert await answer(first) == await answer(second) == 1


@pytest.mark.parametrize("size", [0, 1, 100_000, 6 << 20])
async def test_payloads_of_any_size_go_in_and_come_out(tmp_path: Path, size: int) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(ECHO)

        assert await answer(resident, "é" * (size // 2)) == "é" * (size // 2)


async def test_an_ended_resident_says_so_and_answers_that_it_was_ended(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(ECHO)

        resident.end()

        assert resident.is_over
        assert (await ask(resident)).way == "exited"


async def test_who_stops_waiting_ends_the_resident(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("import time\ndef handler(event, context): time.sleep(600)")

        asking = asyncio.create_task(ask(resident, longest=600.0))
        await until(lambda: "BEGIN" in world.messages())
        asking.cancel()
        await asyncio.wait([asking])

        assert resident.is_over


# -- what it sees


async def test_it_sees_its_code_its_layers_and_a_tmp_of_its_own_and_nothing_of_penstocks_data(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        (tmp_path / "data" / "penstock.db").write_text("secret")
        resident = await world.start(
            f"""
import os, mine
def handler(event, context):
    secret = {str(tmp_path / "data" / "penstock.db")!r}
    return [os.listdir("/var/task"), mine.NAME, os.path.exists(secret), os.path.exists("/tmp/not-mine")]
""",
            layer={"python/mine.py": "NAME = 'a layer'"},
        )

        assert await answer(resident) == [["handler.py"], "a layer", False, False]


async def test_what_it_is_started_with_is_seen_though_it_lies_where_nothing_else_is(tmp_path: Path) -> None:
    begin = f"""
import os, pathlib, runpy
os.environ["WORD"] = pathlib.Path(__file__).with_name("word").read_text()
runpy.run_path({str(BOOTSTRAP)!r}, run_name="__main__")
"""
    code = f"""
import os
def handler(event, context):
    return os.environ["WORD"], sorted(os.listdir({str(tmp_path / "data")!r}))
"""
    async with residents_at(tmp_path) as world:
        own = tmp_path / "data" / "own"
        own.mkdir()
        (own / "word").write_text("river")
        (own / "begin.py").write_text(begin)

        resident = await world.start(code, command=(sys.executable, str(own / "begin.py")), visible=(own,))

        assert await answer(resident) == ["river", ["own"]]


async def test_its_code_cannot_be_written_and_its_tmp_can_up_to_its_size(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(
            """
def handler(event, context):
    try:
        with open(event, "wb") as file: file.write(b"x" * (32 << 20))
    except OSError as problem: return problem.strerror
""",
            scratch_mib=16,
        )

        assert await answer(resident, "/var/task/new") == "Read-only file system"
        assert await answer(resident, "/tmp/large") == "No space left on device"


async def test_it_has_the_variables_it_was_given_and_no_others(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        world.variables["MINE"] = "yes"
        resident = await world.start("import os\ndef handler(event, context): return dict(os.environ)")

        seen = await answer(resident)

        assert seen["MINE"] == "yes"
        assert set(seen) - set(world.variables) <= {
            "_HANDLER", "LAMBDA_TASK_ROOT", "PATH", "LC_CTYPE", "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
        }  # fmt: skip


async def test_a_variable_that_acts_when_python_starts_does(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        world.variables["PYTHONHASHSEED"] = "7"
        first, second = [await world.start("def handler(event, context): return hash('a word')") for _ in range(2)]
        world.variables["PYTHONHASHSEED"] = "8"
        third = await world.start("def handler(event, context): return hash('a word')")

        assert await answer(first) == await answer(second) != await answer(third)


async def test_the_context_says_who_it_is_and_how_long_it_has(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("""
def handler(event, context):
    return [context.aws_request_id, context.invoked_function_arn, context.memory_limit_in_mb,
            0 < context.get_remaining_time_in_millis() <= 30_000]
""")

        assert await answer(resident) == ["id-1", "arn:of:it", "1", True]


# -- what it says


async def test_what_it_prints_is_its_log_between_the_lines_that_were_asked_for(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("""
import logging, os, sys
def handler(event, context):
    print("one"); print("two", file=sys.stderr)
    logging.getLogger().warning("three\\nlines")
    os.write(1, b"no line feed")
""")

        reply = await ask(resident)

        begin, one, two, three, rest, end, report = world.messages()
        assert (begin, one, two, rest, end) == ("BEGIN", "one", "two", "no line feed", "END")
        assert three.startswith("[WARNING]\t")
        assert three.endswith("\tid-1\tthree\nlines")
        assert report.startswith("REPORT\tInit Duration: ")
        assert reply.tail.decode().splitlines() == "\n".join(world.messages()).splitlines()


async def test_what_is_written_on_the_line_of_requests_by_mistake_is_not_an_answer(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("def handler(event, context): print('{}'); return 'the answer'")

        assert await answer(resident) == "the answer"


async def test_a_gigabyte_of_output_neither_blocks_nor_fills_the_disk(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("""
import os
def handler(event, context):
    for _ in range(1024): os.write(1, (b"x" * 1023 + b"\\n") * 1024)
""")

        reply = await ask(resident)

        assert reply.way == "answered"
        assert world.log.stat().st_size < 17 << 20
        assert "this request has logged over 16 MiB: the rest is not kept" in world.messages()


# -- failures


async def test_an_exception_is_told_with_its_type_and_the_functions_own_frames(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("def handler(event, context):\n    return {}['missing']\n")

        assert await failure(resident) == {
            "errorMessage": "'missing'",
            "errorType": "KeyError",
            "requestId": "id-1",
            "stackTrace": ["  File \"/var/task/handler.py\", line 2, in handler\n    return {}['missing']\n"],
        }
        assert not resident.is_over


@pytest.mark.parametrize(
    ("code", "name", "kind", "message"),
    [
        ("import nowhere", "handler.handler", "Runtime.ImportModuleError",
         "Unable to import module 'handler': No module named 'nowhere'"),
        ("x = 1", "handler.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"),
        ("x = 1", "handler", "Runtime.MalformedHandlerName",
         "Bad handler 'handler': not enough values to unpack (expected 2, got 1)"),
        ("def (", "handler.handler", "Runtime.UserCodeSyntaxError",
         "Syntax error in module 'handler': invalid syntax (handler.py, line 1)"),
        ("raise ValueError('early')", "handler.handler", "ValueError", "early"),
        ("def handler(event, context): return {1, 2}", "handler.handler", "Runtime.MarshalError",
         "Unable to marshal response: Object of type set is not JSON serializable"),
    ],
)  # fmt: skip
async def test_what_cannot_be_loaded_or_told_is_a_failure_in_lambdas_words(
    tmp_path: Path, code: str, name: str, kind: str, message: str
) -> None:
    async with residents_at(tmp_path) as world:
        world.variables["_HANDLER"] = name
        told = await failure(await world.start(code))

        assert (told["errorType"], told["errorMessage"]) == (kind, message)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("sys.exit(3)", "exited with error: exit status 3"),
        ("sys.exit('a reason')", "exited with error: exit status 1"),
        ("os._exit(0)", "exited without providing a reason"),
        ("os.kill(os.getpid(), 11)", "exited with error: signal: segmentation fault"),
        ("os.closerange(3, 4) or time.sleep(600)", "exited with error: signal: killed"),
    ],
)
async def test_a_program_that_ends_is_told_with_how_it_did(tmp_path: Path, code: str, message: str) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(f"import os, sys, time\ndef handler(event, context): {code}")

        reply = await ask(resident)

        assert (reply.way, reply.message, resident.is_over) == ("exited", message, True)
        assert f"it {message}" in world.messages()


async def test_what_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(f"""
import subprocess, time
def handler(event, context):
    subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 # {tmp_path}/child"])
    print("begun")
    time.sleep(600)
""")

        reply = await ask(resident, longest=0.5)

        assert (reply.way, resident.is_over) == ("timed-out", True)
        assert world.messages()[-3:] == ["it timed out", "END", world.messages()[-1]]
        assert world.messages()[-1].endswith("Status: timeout")
        await until(lambda: processes(f"{tmp_path}/child") == [])


async def test_more_memory_than_it_may_have_ends_it(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(
            "import time\ndef handler(event, context):\n    kept = b'x' * (400 << 20)\n    time.sleep(600)\n",
            memory_mib=128,
        )

        reply = await ask(resident)

        assert (reply.way, reply.message) == ("exited", "exited with error: signal: killed")
        assert "it used more than its 128 MB of memory" in world.messages()


async def test_a_fork_bomb_is_ended_and_buried(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(
            "import os\ndef handler(event, context):\n    while True: os.fork()\n", memory_mib=512
        )

        reply = await ask(resident)

        assert reply.way == "exited"
        await until(lambda: len(processes(str(tmp_path))) <= 1)  # the nursery


async def test_a_child_that_is_forked_and_comes_back_neither_answers_nor_hears(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("""
import os, time
def handler(event, context):
    if event == "fork" and os.fork() == 0:
        time.sleep(0.2)
    return [os.getpid() == first, event]
first = os.getpid()
""")

        assert await answer(resident, "fork") == [True, "fork"]
        for _ in range(2):  # before it comes back, and after
            assert [await answer(resident, number) for number in range(5)] == [[True, number] for number in range(5)]
            await asyncio.sleep(0.5)


async def test_a_child_that_comes_back_while_the_next_request_runs_does_not_answer_that(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("""
import os, time
def handler(event, context):
    if event == "fork" and os.fork() == 0:
        time.sleep(0.5)
        raise ValueError("the child's")
    if event == "long":
        time.sleep(1.5)
    return event
""")

        assert await answer(resident, "fork") == "fork"
        assert await answer(resident, "long") == "long"


# -- the nursery


async def test_a_nursery_that_is_killed_is_started_again_and_its_residents_go_on(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start(COUNT)
        assert await answer(resident) == 1

        os.kill(pid_of_nursery(tmp_path), signal.SIGKILL)
        another = await world.start(COUNT)

        assert (await answer(resident), await answer(another)) == (2, 1)
        resident.end()


def pid_of_nursery(root: Path) -> int:
    """The process that was started with the folder's name; residents are forks of it, and younger."""
    found = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if str(root).encode() in path.read_bytes() and b"__main__.py" in path.read_bytes()
    ]
    return min(found)


async def test_residents_end_with_the_server_that_started_them(tmp_path: Path) -> None:
    program = Path(__file__).parent / "residents_server.py"
    server = await asyncio.create_subprocess_exec(sys.executable, program, tmp_path, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    assert json.loads(await server.stdout.readline()) == "ready"
    assert len(processes(str(tmp_path))) > 1

    server.kill()
    await server.communicate()

    await until(lambda: processes(str(tmp_path)) == [])


@pytest.mark.parametrize("late", [0.0, 0.3])
async def test_an_unknown_folder_is_told_as_what_it_is(tmp_path: Path, late: float) -> None:
    """Also to who asks when the keeper has gone."""
    async with residents_at(tmp_path) as world:
        setting = Setting(
            language="python", variables={}, folders={"/var/task": tmp_path / "nowhere"}, working_folder="/var/task",
            memory_mib=128, scratch_mib=16, log=world.log,
        )  # fmt: skip

        resident = await world.nursery.start(setting)
        await asyncio.sleep(late)
        reply = await ask(resident)

        assert reply.way == "unstartable"
        assert "nowhere" in reply.message


async def test_a_request_that_came_to_nobody_is_told_from_one_that_was_lost(tmp_path: Path) -> None:
    async with residents_at(tmp_path) as world:
        resident = await world.start("import os\ndef handler(event, context):\n    os._exit(3)\n")
        lost = await ask(resident, "end")
        nobody = await ask(resident, "again")

    assert (lost.way, lost.was_asked) == ("exited", True)
    assert (nobody.way, nobody.was_asked) == ("exited", False)


@pytest.fixture
def stand_in() -> Iterator[int]:
    """A process in the place of a keeper."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


@pytest.mark.parametrize("is_read", [True, False])
async def test_a_keeper_that_goes_without_a_word_has_or_has_not_read_the_request(stand_in: int, is_read: bool) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    kept = Kept(ours, os.pidfd_open(stand_in), Frames())
    asking = asyncio.create_task(kept.ask(Request(payload=b"1", longest=30.0)))
    await asyncio.to_thread(theirs.recv, 1 << 16, 0 if is_read else socket.MSG_PEEK)
    theirs.close()

    reply = await asking

    assert (reply.way, reply.was_asked) == ("exited", is_read)


def test_a_line_knows_whether_the_other_side_left_something_unread() -> None:
    for is_read in (True, False):
        ours, theirs = socket.socketpair()
        line = Line(ours)
        line.push(framed({"do": "it"}))
        if is_read:
            theirs.recv(1 << 16)
        theirs.close()

        assert line.read() == []
        assert (line.is_broken, line.was_unread) == (True, not is_read)
        ours.close()
