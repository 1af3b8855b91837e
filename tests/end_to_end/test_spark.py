"""Spark's processing image, with a stand-in for Spark: what it is started with, and where."""

import json
import sys
from pathlib import Path

from end_to_end.world import World, running, s3_input

IMAGE = "173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.3-cpu"
SUBMITS = '#!/bin/sh\necho "asked: $*" | sed "s/--conf=[^ ]* //g"\necho "$COLOUR, $PYSPARK_PYTHON"\n'
CONFIGURATION = [
    {"Classification": "spark-env", "Configurations": [{"Classification": "export", "Properties": {"COLOUR": "red"}}]}
]


def test_a_spark_job_is_submitted_to_the_spark_of_its_environment(tmp_path: Path) -> None:
    place = tmp_path / "spark" / "bin"
    place.mkdir(parents=True)
    (place / "python3").symlink_to(sys.executable)
    (place / "spark-submit").write_text(SUBMITS)
    (place / "spark-submit").chmod(0o755)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "images.toml").write_text(f'[environments.spark]\npython = "{place}/python3"\n')

    with running(tmp_path / "data") as world:
        submit(world)
        assert world.job("sparks")["ProcessingJobStatus"] == "Completed", world.lines("ProcessingJobs", "sparks")
        said = world.lines("ProcessingJobs", "sparks")

    assert "asked: --master local[1] /opt/ml/processing/input/code/app.py --x 1" in said
    assert "red, /tmp/venv/bin/python3" in said  # the job's own, over the environment


def submit(world: World) -> None:
    places = {"code": world.put("spark/app.py", "print(1)"), "conf": ""}
    places["conf"] = world.put("spark/configuration.json", json.dumps(CONFIGURATION))
    request = world.processing("sparks", "true")
    request |= {
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["smspark-submit", "/opt/ml/processing/input/code/app.py"],
            "ContainerArguments": ["--x", "1"],
        },
        "ProcessingInputs": [
            {"InputName": name, "S3Input": s3_input(uri, f"/opt/ml/processing/input/{name}")}
            for name, uri in places.items()
        ],
        "Environment": {"JAVA_HOME": "/nowhere"},
    }
    world.sagemaker.create_processing_job(ProcessingJobName="sparks", **request)
