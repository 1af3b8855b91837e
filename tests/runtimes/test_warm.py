"""Warm and cold: a script must not be able to tell, and what it leaves must be the same."""

from pathlib import Path

import pytest

from penstock.engine.jobs import Ending
from runtimes.worlds import CODE, MODEL, World, sandbox_at

SCRIPTS = {
    "arguments": """
        import os, sys
        print(sys.argv, __file__, __name__, sys.path[0], os.getcwd(), sys.executable, sys.orig_argv)
        print(sorted(k for k in globals()), __builtins__.__name__, __spec__, __package__, __loader__.path)
        print(dict(os.environ), os.environ.get("HOME"), sys.flags)
        print(sys.stdin.read(), sys.stdout.encoding, sys.stdout.line_buffering, sys.stderr.line_buffering)
    """,
    "numpy": """
        import numpy, random, json
        random.seed(1); numpy.random.seed(2)
        rng = numpy.random.default_rng(3)
        a = rng.normal(size=(300, 300))
        found = [random.random(), numpy.random.rand(3).tolist(), float((a @ a).sum()), float(numpy.linalg.svd(a)[1][0])]
        json.dump(found, open("/opt/ml/model/out.json", "w"))
    """,
    "pickles of its own classes": """
        import pickle
        class Point:
            def __init__(self): self.x = 1
        pickle.dump(Point(), open("/opt/ml/model/point", "wb"))
        print(type(pickle.load(open("/opt/ml/model/point", "rb"))), Point.__module__)
    """,
    "multiprocessing": """
        import multiprocessing
        def square(x): return x * x
        if __name__ == "__main__":
            for way in ("fork", "spawn"):
                with multiprocessing.get_context(way).Pool(2) as pool: print(pool.map(square, range(5)))
    """,
    "forks of its own": """
        import os, random
        os.register_at_fork(after_in_child=lambda: print("its own hook"))
        random.seed(1)
        print(os.register_at_fork.__module__, type(os.register_at_fork).__name__, flush=True)
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.write(writing, str(random.random()).encode())
            raise SystemExit(0)
        os.wait()
        print(os.read(reading, 99).decode() == str(random.random()), "that is: a child has a new seed")
    """,
    "threads and goodbyes": """
        import atexit, threading, time
        class Goodbye:
            def __del__(self): print("deleted")
        keep = Goodbye()
        file = open("/opt/ml/model/unflushed", "w"); file.write("not closed")
        atexit.register(print, "at exit")
        threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
        print("main", end="")
    """,
    "an uncaught exception": """
        def fails(x):
            return 1 / x
        try:
            fails(0)
        except ZeroDivisionError as problem:
            raise ValueError("because") from problem
    """,
    "a syntax error": "print('never')\ndef broken(:\n    pass\n",
    "a message as its exit code": "import sys; print('before'); sys.exit('the end')",
    "an exit code over a byte": "raise SystemExit(259)",
    "an exit without a code": "import sys; sys.exit()",
    "an exit in a thread's stead": "import os; print('flushed', flush=True); os._exit(9)",
    "an interrupt": "raise KeyboardInterrupt",
    "a signal": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "a failing hook": """
        import sys
        def hook(*_): raise OSError('hook')
        sys.excepthook = hook
        raise ValueError('first')
    """,
    "signals": """
        import signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD): print(signal.getsignal(number))
        print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    """,
    "open files": "import os; print(len(os.listdir('/proc/self/fd')), os.getpid(), os.getsid(0))",
    "a module that hides another": "import json; print(json.__file__)",
    "the stream's order": "import os, sys; print('1'); print('2', file=sys.stderr); os.write(1, b'3\\n'); print('4')",
}


def dedented(text: str) -> str:
    lines = text.strip("\n").split("\n")
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[margin:] for line in lines) + "\n"


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_script_is_the_same_warm_and_cold(tmp_path: Path, name: str) -> None:
    async with sandbox_at(tmp_path) as world:
        cold = await outcome(world, name, warm=False)
        warm = await outcome(world, name, warm=True)

        assert warm == cold
        assert world.runtime.failures() == []
        assert len(list((tmp_path / "data/runtimes/zygotes").iterdir())) == 2


async def outcome(world: World, name: str, *, warm: bool) -> tuple[object, ...]:
    """All that can be seen of a script's run, save the clock."""
    files = {CODE: dedented(SCRIPTS[name]).encode()}
    if "hides" in name:
        files["/opt/ml/code/json.py"] = b"print('mine')\n"
    label = f"{name} {warm}".replace(" ", "-")
    job = world.job(
        "python3", CODE, "--alpha", "ä", name=label, warm=warm, image="numpy", files=files, outputs=(MODEL,),
        environment={"TZ": "Asia/Tokyo", "EMPTY": ""},
    )  # fmt: skip
    ending = await world.run(job)
    return ending.reason, ending.exit_code, world.kept(ending.outputs.get("model", ())), world.log_of(job)


async def test_two_warm_jobs_do_not_share_their_chance(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "import numpy, random, uuid; print(numpy.random.rand(), random.random(), uuid.uuid4())"
        one = world.script(text, name="one", image="numpy", warm=True)
        two = world.script(text, name="two", image="numpy", warm=True)

        await world.run(one)
        await world.run(two)

        assert not set(world.log_of(one).split()) & set(world.log_of(two).split())


@pytest.mark.parametrize("variable", ["PYTHONHASHSEED", "MKL_NUM_THREADS", "LD_PRELOAD", "LC_ALL"])
async def test_a_variable_that_acts_at_the_start_makes_the_start_cold(tmp_path: Path, variable: str) -> None:
    async with sandbox_at(tmp_path) as world:
        value = "C" if variable == "LC_ALL" else "1"
        job = world.script("print('runs')", warm=True, environment={variable: value})

        assert (await world.run(job)).is_success

        (zygote,) = (tmp_path / "data/runtimes/zygotes").iterdir()
        assert zygote.name.startswith("light-")


@pytest.mark.parametrize("image", ["numpy", "numpy and pools"])
@pytest.mark.parametrize("warm", [True, False])
async def test_libraries_have_as_many_threads_as_the_job_says(tmp_path: Path, image: str, warm: bool) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "import numpy, threadpoolctl; print({each['num_threads'] for each in threadpoolctl.threadpool_info()})"
        job = world.script(text, image=image, warm=warm, environment={"OMP_NUM_THREADS": "1"})

        await world.run(job)

        assert world.log_of(job) == "{1}"
        names = {zygote.name.partition("-")[0] for zygote in (tmp_path / "data/runtimes/zygotes").iterdir()}
        assert names == {"warm" if warm else "light"}


async def test_libraries_that_are_told_of_their_threads_are_imported_before(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        text = "import sys; print('numpy' in sys.modules); import numpy"
        job = world.script(text, image="numpy", warm=True, environment={"OMP_NUM_THREADS": "1"})

        await world.run(job)

        assert world.log_of(job) == "True"


async def test_only_a_script_that_names_them_has_heavy_imports_done(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        files = {CODE: b"import sys; print('num' + 'py' in sys.modules)"}
        plain = world.job("python3", CODE, name="plain", image="numpy", warm=True, files=files)
        files = {**files, "/opt/ml/code/lib/helper.py": b"import numpy as np"}
        heavy = world.job("python3", CODE, name="heavy", image="numpy", warm=True, files=files)

        await world.run(plain)
        await world.run(heavy)

        assert world.log_of(plain) == "False"
        assert world.log_of(heavy) == "True"


async def test_an_environment_that_cannot_be_warmed_is_cold(tmp_path: Path) -> None:
    async with sandbox_at(tmp_path) as world:
        job = world.script("print('no_such_module')", image="broken", warm=True)

        ending: Ending = await world.run(job)

        assert ending.is_success
        assert "cannot import no_such_module" in world.runtime.failures()[0]
