"""`--workers`: what a pytest tells whose tests run in forked workers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CONFTEST = """
import os
import workers
import pytest

def pytest_addoption(parser):
    workers.add_option(parser)

def pytest_configure(config):
    workers.configure(config)

@pytest.fixture(scope="session")
def once():
    with open("made", "a") as file:
        file.write(f"{os.getpid()}\\n")
    yield
    with open("done", "a") as file:
        file.write(f"{os.getpid()}\\n")
"""


def run(folder: Path, *options: str, **files: str) -> "subprocess.CompletedProcess[str]":
    for name, text in {"conftest": CONFTEST, **files}.items():
        (folder / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:penstock", "-p", "no:cacheprovider", "-rA", *options]
    variables = {**os.environ, "PYTHONPATH": str(HERE)}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=100, check=False
    )  # fmt: skip


def told(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """How each test ended."""
    lines = re.findall(r"^(PASSED|FAILED|ERROR) \S*?(\w+)(?= |$)", done.stdout, re.MULTILINE)
    return {test: how for how, test in lines}


def test_all_tests_run_once_and_say_how_they_end(tmp_path: Path) -> None:
    text = "def test_{0}(once): print('it said {0}'); assert '{0}' != 'b'"

    done = run(tmp_path, "--workers=2", **{f"test_{name}": text.format(name) for name in "abc"})

    assert told(done) == {"test_a": "PASSED", "test_b": "FAILED", "test_c": "PASSED"}, done.stdout + done.stderr
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "it said b" in done.stdout.partition("= FAILURES =")[2]


def test_what_a_session_has_is_made_once_in_a_worker_and_ended(tmp_path: Path) -> None:
    text = "def test_one(once): pass\ndef test_other(once): pass"

    run(tmp_path, "--workers=2", **{f"test_{name}": text for name in "abcdef"})
    made, ended = ((tmp_path / name).read_text().split() for name in ("made", "done"))

    assert len(made) == len({*made}) <= 2
    assert sorted(made) == sorted(ended)


def test_tests_of_a_group_and_those_of_a_file_run_in_one_worker_in_order(tmp_path: Path) -> None:
    note = "import os, pytest\ndef note(name): open(name, 'a').write(f'{os.getpid()} ')\n"
    group = "@pytest.mark.group('g')\ndef test_{0}(): note('group')\n"
    file = "def test_x(): note('{0}')\ndef test_y(): note('{0}')\n"

    done = run(
        tmp_path, "--workers=3", **{f"test_{name}": note + group.format(name) + file.format(name) for name in "abcd"}
    )

    assert "12 passed" in done.stdout, done.stdout
    for name in ("group", *"abcd"):
        assert len({*(tmp_path / name).read_text().split()}) == 1


def test_a_test_that_ends_its_worker_has_failed_and_the_rest_of_its_file_runs(tmp_path: Path) -> None:
    ends = "import os\ndef test_before(): pass\ndef test_ends(): os.kill(os.getpid(), 9)\ndef test_after(): pass"

    done = run(tmp_path, "--workers=2", test_a=ends, test_b="def test_other(): pass")

    assert told(done) == {
        "test_before": "PASSED", "test_ends": "FAILED", "test_after": "PASSED", "test_other": "PASSED"
    }, done.stdout + done.stderr  # fmt: skip
    assert "the worker ended with -9" in done.stdout


@pytest.mark.parametrize(
    ("ends", "said"), [("os._exit(3)", "the worker ended with 3"), ("raise ValueError('not tidy')", "not tidy")]
)
def test_what_ends_badly_as_a_session_ends_fails_the_last_test(tmp_path: Path, ends: str, said: str) -> None:
    bad = f"import os, pytest\n@pytest.fixture(scope='session')\ndef bad():\n    yield\n    {ends}\n"

    done = run(tmp_path, "--workers=2", test_a=f"{bad}def test_it(bad): pass")

    assert done.returncode == 1
    assert "1 passed, 1 error" in done.stdout
    assert said in done.stdout


def test_the_first_failure_can_be_the_last(tmp_path: Path) -> None:
    bad = """
import time
from pathlib import Path

def test_bad():
    until = time.monotonic() + 30
    while not Path("made").exists() and time.monotonic() < until:  # the other one has begun
        time.sleep(0.01)
    assert False
"""
    long = "import time, pytest\n@pytest.mark.parametrize('n', range(50))\ndef test_long(once, n): time.sleep(1)"

    done = run(tmp_path, "--workers=2", "--maxfail=1", test_a=long, test_b=bad)

    assert done.returncode == 1, done.stdout
    assert "stopping after 1 failures" in done.stdout
    assert (tmp_path / "made").read_text() == (tmp_path / "done").read_text()  # whoever is stopped tidies up


@pytest.mark.parametrize("options", [[], ["--workers=0"]])
def test_without_workers_tests_run_in_this_process(tmp_path: Path, options: list[str]) -> None:
    text = "import os\ndef test_it(): open('who', 'w').write(str(os.getppid()))"

    done = run(tmp_path, *options, test_a=text)

    assert "1 passed" in done.stdout
    assert int((tmp_path / "who").read_text()) == os.getpid()
