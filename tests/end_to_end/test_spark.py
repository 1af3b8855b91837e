"""Spark's processing image, with a stand-in for Spark: what it is started with, and where."""

import json
import sys
from pathlib import Path

import pytest

from building import await_built
from end_to_end.built import SPARK
from end_to_end.world import ROLE, World, running, s3_input
from penstock_image.spark_files.objects import Objects
from penstock_image.spark_files.tree import Tree

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


def test_a_bucket_is_read_and_written_as_sparks_files_are(world: World, tmp_path: Path) -> None:
    world.put("files/in/a b.csv", "1,2\n")
    objects = Objects(world.environment)
    tree, bucket = Tree(objects), world.bucket()
    (tmp_path / "new").write_bytes(b"content")

    tree.write(bucket, "files/out/_temporary/ä+b", tmp_path / "new")
    moved = tree.move(bucket, "files/out/_temporary", "files/out/done")

    assert moved
    assert bucket in objects.buckets()
    assert [each.key for each in tree.entries(bucket, "files")] == ["files/in", "files/out"]
    assert [(each.key, each.size) for each in tree.entries(bucket, "files/in")] == [("files/in/a b.csv", 4)]
    with objects.read(bucket, "files/out/done/ä+b", 3, 5) as answer:
        assert answer.read() == b"ten"
    assert tree.delete(bucket, "files")
    assert tree.find(bucket, "files") is None


APPLICATION = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
table = spark.read.csv(sys.argv[1], header=True)
table.write.mode("overwrite").partitionBy("kind").json(sys.argv[2])
spark.stop()
"""
MAPPED = """
[environments.spark]
python = "{python}"

[[images]]
repository = "penstock/spark"
versions = ["*"]
environment = "spark"
variables = {{ JDK_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" }}  # it is over before compiling pays
"""


@pytest.mark.timeout(300)
def test_a_step_for_emr_reads_and_writes_s3_where_spark_is(tmp_path: Path) -> None:
    await_built()
    if not SPARK.exists():
        pytest.skip("scripts/environments has not built Spark")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "images.toml").write_text(MAPPED.format(python=SPARK))

    with running(tmp_path / "data") as world:
        app, rows = world.put("emr/app.py", APPLICATION), world.put("emr/in.csv", "kind,x\na,1\nb,2\n")
        words = ["spark-submit", "--deploy-mode", "cluster", app, rows, rows.replace("in.csv", "out")]
        jar = {"Jar": "command-runner.jar", "Args": words}
        step = {"Name": "E", "Type": "EMR", "Arguments": {"ClusterId": "j-1", "StepConfig": {"HadoopJarStep": jar}}}
        text = json.dumps({"Version": "2020-12-01", "Steps": [step]})
        world.sagemaker.create_pipeline(PipelineName="emr", RoleArn=ROLE, PipelineDefinition=text)
        arn = world.sagemaker.start_pipeline_execution(PipelineName="emr")["PipelineExecutionArn"]
        assert world.execution(arn, within=270)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
        listed = world.client("s3").list_objects_v2(Bucket=world.bucket(), Prefix="emr/out/")["Contents"]

    assert [each["Key"].split("/")[2] for each in listed] == ["_SUCCESS", "kind=a", "kind=b"]


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
