"""Errands: what mpirun has other hosts do, in the place of ssh."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from penstock_image import errands, launching
from penstock_image.environment import TrainingEnvironment
from penstock_image.failure import ClientError
from penstock_image.layout import Folders

HOSTS = ["127.0.0.1", "127.0.0.2"]
TWO_EACH = {"sagemaker_mpi_num_of_processes_per_host": 2}
OWN = [sys.executable, "train.py"]
MPIRUN = """#!/bin/sh
[ "$1" = --version ] && { echo "HYDRA build details"; exit; }
echo "$@" > "$NOTES/asked"
for host in $(echo "$4" | tr , ' '); do
    "$HYDRA_LAUNCHER_EXEC" -x "${host%:*}" 'echo $WHO > "$NOTES/'$PENSTOCK_ERRANDS_HERE'-'${host%:*}'"; exit' "$CODE" &
    last=$!
done
wait $last
"""


@pytest.fixture
def mpirun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that has every host say who it is; the exit code is the last host's."""
    program = tmp_path / "mpirun"
    program.write_text(MPIRUN)
    program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: str(program))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    return program


def environment(tmp_path: Path, current: str) -> TrainingEnvironment:
    return TrainingEnvironment(
        folders=Folders(tmp_path),
        given={"sagemaker_program": "train.py", "sagemaker_mpi_enabled": True, **TWO_EACH},
        resources={"hosts": HOSTS, "current_host": current},
        channels={},
        variables={"TRAINING_JOB_ARN": str(tmp_path)},
    )  # fmt: skip


def launched(tmp_path: Path) -> list[tuple[list[str], dict[str, str]]]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda host: launching.launched(environment(tmp_path, host), OWN), HOSTS))


def begun(command: list[str], **variables: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env={**os.environ, **variables})


def test_the_first_host_launches_and_every_host_does_its_part(tmp_path: Path, mpirun: Path) -> None:
    (first, of_first), (second, of_second) = launched(tmp_path)
    notes = {"NOTES": str(tmp_path), "CODE": "3"}

    worker = begun(second, **of_second, **notes, WHO="second")
    master = begun(first, **of_first, **notes, WHO="first")

    assert (master.wait(60), worker.wait(60)) == (3, 3), "the last host's exit code"
    assert (tmp_path / "127.0.0.2-127.0.0.2").read_text() == "first\n"
    assert (tmp_path / "127.0.0.2-127.0.0.3").read_text() == "second\n"
    assert (tmp_path / "asked").read_text().split() == ["-np", "4", "-hosts", "127.0.0.2:2,127.0.0.3:2", *OWN]


def test_another_mpirun_than_mpichs_is_refused_on_several_hosts(tmp_path: Path, mpirun: Path) -> None:
    mpirun.write_text("#!/bin/sh\necho Open MPI\n")

    with pytest.raises(ClientError, match="is not MPICH's"):
        launching.launched(environment(tmp_path, HOSTS[0]), OWN)


def waiting(tmp_path: Path) -> Mapping[str, str]:
    with ThreadPoolExecutor() as pool:
        told = pool.map(lambda host: errands.agreed(HOSTS, host, {"TRAINING_JOB_ARN": str(tmp_path)}), HOSTS)
    return list(told)[1]


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_host_does_nothing_for_those_who_do_not_know_its_secret(tmp_path: Path) -> None:
    variables = waiting(tmp_path)
    here = json.loads(variables[errands.ADDRESSES])[variables[errands.OWN]]
    with ThreadPoolExecutor() as pool:
        code = pool.submit(errands.wait, variables)
        for said in (b"not JSON\n", b'{"secret": "guessed", "command": "touch guessed"}\n'):
            with errands._reached(here["port"]) as channel:
                channel.sendall(said)
                assert channel.recv(1) == b""
        sent = pool.submit(errands.send, ["127.0.0.3", "exit", "5"], {**variables, errands.OWN: "127.0.0.2"})

        assert (sent.result(60), code.result(60)) == (5, 5)


def test_an_errand_ends_with_who_has_sent_it(tmp_path: Path) -> None:
    variables, noted = waiting(tmp_path), tmp_path / "noted"
    with ThreadPoolExecutor() as pool:
        code = pool.submit(errands.wait, variables)
        sender = [str(launching.INSIDE / "bin" / "penstock-errand"), "127.0.0.3", f"echo $$ > {noted}; exec sleep 600"]
        agent = begun(sender, **{**variables, errands.OWN: "127.0.0.2"})
        until(lambda: noted.exists() and noted.read_text().endswith("\n"))
        agent.send_signal(signal.SIGKILL)
        agent.wait(60)

        assert code.result(60) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)
