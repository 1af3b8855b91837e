"""Scripts that crash, hang, leave children behind, fill the disk or print without end: the job says so."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from end_to_end.world import BEGIN_AND_WAIT, ENDED, World, until

BETTER_LOOK = "AlgorithmError: See job logs for more information"


def test_an_exit_code_is_a_failure_and_the_log_has_the_last_words(world: World) -> None:
    job = world.job(world.process("exits-3", "echo going; exit 3"))

    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", BETTER_LOOK)
    assert world.lines("ProcessingJobs", "exits-3/") == ["going"]


def test_a_traceback_is_in_the_log(world: World) -> None:
    job = world.job(world.process("raises", """python3 -c 'raise ValueError("no such column")'"""))

    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", BETTER_LOOK)
    assert world.lines("ProcessingJobs", "raises/")[-1] == "ValueError: no such column"


def test_a_training_job_that_dies_by_a_signal_says_so_in_its_exit_code(world: World) -> None:
    world.sagemaker.create_training_job(
        TrainingJobName="segfaults", **world.training("segfaults", "echo here; kill -SEGV $$")
    )

    job = world.trained("segfaults")

    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: , exit code: 139")
    assert world.lines("TrainingJobs", "segfaults/") == ["here"]


def test_the_failure_file_is_the_reason(world: World) -> None:
    script = "mkdir -p /opt/ml/output; printf 'the label is constant' > /opt/ml/output/failure; exit 1"
    world.sagemaker.create_training_job(TrainingJobName="tells-why", **world.training("tells-why", script))

    assert world.trained("tells-why")["FailureReason"] == "AlgorithmError: the label is constant, exit code: 1"


def test_a_script_that_hangs_is_stopped_when_its_time_is_over(world: World) -> None:
    job = world.job(world.process("hangs", BEGIN_AND_WAIT, longest=1))

    assert job["ProcessingJobStatus"] == "Stopped"
    assert "MaxRuntimeInSeconds" in job["FailureReason"]


def test_training_that_hangs_has_aws_s_status_for_it(world: World) -> None:
    request = world.training("trains-on", BEGIN_AND_WAIT, StoppingCondition={"MaxRuntimeInSeconds": 1})
    world.sagemaker.create_training_job(TrainingJobName="trains-on", **request)

    job = world.trained("trains-on")

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_no_process_outlives_its_job(world: World) -> None:
    script = """
        for each in 1 2 3; do setsid bash -c 'sleep 31.41592653' & done
        nohup sleep 31.41592653 >/dev/null 2>&1 &
        disown -a
        exit 0
    """

    job = world.job(world.process("forks", script))

    assert job["ProcessingJobStatus"] == "Completed"
    assert processes("31.41592653") == []


def test_a_full_volume_ends_the_job_and_nothing_else(world: World) -> None:
    script = "for each in $(seq 1 200); do head -c 64M /dev/zero > /tmp/big$each; sleep 0.05; done; sleep 60"

    job = world.job(world.process("fills", script, disk=1))

    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: it wrote more than 1024 MiB to disk"


def test_a_hundred_megabytes_of_output_are_cut_and_the_server_answers_meanwhile(world: World) -> None:
    name = world.process("prints", "yes 'a line that says very little, again and again' | head -c 100000000")
    answers = 0

    while world.sagemaker.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"] not in ENDED:
        assert health(world)["status"] == "ok"
        answers += 1

    assert answers > 0
    assert world.job(name)["ProcessingJobStatus"] == "Completed"
    stream = world.client("logs").describe_log_streams(
        logGroupName="/aws/sagemaker/ProcessingJobs", logStreamNamePrefix="prints/"
    )["logStreams"][0]
    last = world.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/ProcessingJobs", logStreamName=stream["logStreamName"], limit=1
    )["events"]
    assert last[0]["message"] == "the log is over 64 MiB: the rest is not kept"


def test_a_missing_input_is_named(world: World) -> None:
    missing = {
        "InputName": "data",
        "S3Input": {
            "S3Uri": "s3://things/nowhere/", "LocalPath": "/opt/ml/processing/data", "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }  # fmt: skip

    job = world.job(world.process("starves", "exit 0", inputs=[missing]))

    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == (
        "ClientError: Failed to download data. "
        'No S3 objects found under S3 URL "s3://things/nowhere/" given in input data source.'
    )


@pytest.mark.parametrize(
    ("name", "image", "told"),
    [("no-image", "nobody/has:this", "nobody/has:this"), ("no-tag", "just-a-name", "just-a-name")],
)
def test_an_unknown_image_is_named(world: World, name: str, image: str, told: str) -> None:
    request = world.processing(name, "exit 0")
    request["AppSpecification"]["ImageUri"] = image
    world.sagemaker.create_processing_job(ProcessingJobName=name, **request)

    job = world.job(name)

    assert job["ProcessingJobStatus"] == "Failed"
    assert told in job["FailureReason"]


def test_a_job_that_is_stopped_has_been_told_to_end(world: World) -> None:
    name = world.process("stops", "trap 'echo told; exit 0' TERM\n" + BEGIN_AND_WAIT)
    until(lambda: [line for line in world.lines("ProcessingJobs", "stops/") if "began" in line], "it has begun")

    world.sagemaker.stop_processing_job(ProcessingJobName=name)

    assert world.job(name)["ProcessingJobStatus"] == "Stopped"
    assert world.lines("ProcessingJobs", "stops/")[-1] == "told"


def health(world: World) -> dict[str, object]:
    with urlopen(f"{world.place.endpoint}/_penstock/health", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def processes(word: str) -> list[str]:
    """The command lines that have a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # gone
            continue
        if word in line:
            found.append(line)
    return found
