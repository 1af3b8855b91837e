"""A pipeline on PostgreSQL: whatever is killed, the server or its database, it ends as it would have."""

import signal
from pathlib import Path

from databases import on_postgres
from end_to_end.world import BEGIN_AND_WAIT, running, step, until
from postgres import Postgres

pytestmark = on_postgres


def test_a_pipeline_outlives_its_server_and_its_database(tmp_path: Path, postgres: Postgres) -> None:
    address = postgres.empty()
    with running(tmp_path / "data", "--database", address) as world:
        arn = world.execute(
            "survives",
            step("Before", world.processing("before", "echo once")),
            step("Train", world.training("train", BEGIN_AND_WAIT), kind="Training", DependsOn=["Before"]),
            step("After", world.processing("after", "echo last"), DependsOn=["Train"]),
        )
        world.await_step(arn, "Train")
        supervisor = world.supervisor("train")

        postgres.kill()
        postgres.start()
        world.server.kill()
        postgres.kill()
        postgres.start()
        world.start()
        assert world.supervisor("train") == supervisor
        postgres.kill()  # the answer of the job waits for it
        world.let_go("train")
        postgres.start()

        assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
        before, after = sorted(world.jobs("Processing"), key=lambda name: "After" in name)
        (trained,) = world.jobs("Training")
        assert world.lines("ProcessingJobs", f"{before}/") == ["once"]
        assert [line.partition(" ")[0] for line in world.lines("TrainingJobs", f"{trained}/")] == ["began", "ended"]
        assert world.lines("ProcessingJobs", f"{after}/") == ["last"]
        told = world.penstock("diff", arn, arn)
        assert told.returncode == 0, told.stderr
        assert "is back; nothing was lost" in (tmp_path / "data" / "server.log").read_text()


def test_a_server_whose_database_is_gone_says_so_and_stops(tmp_path: Path, postgres: Postgres) -> None:
    address = postgres.empty()
    with running(tmp_path / "data", "--database", address) as world:
        world.put("kept/a.txt", b"kept")
        postgres.run("UPDATE tenure SET number = number + 1", address)  # as another server would have
        postgres.end_sessions(address)

        until(lambda: not (tmp_path / "data" / "server.json").exists(), "it stops")
        world.server.end(signal.SIGCONT)  # whoever stops by himself needs no other
        log = (tmp_path / "data" / "server.log").read_text()
        assert "Error: another Penstock has taken postgresql://penstock@/" in log.splitlines()[-1]
        assert "Traceback" not in log
