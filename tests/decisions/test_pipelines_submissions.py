"""Steps for EMR: the processing job that runs Spark in their stead."""

from typing import Any

import pytest

from decisions.test_pipelines import story
from penstock.engine.facts import Invoke
from penstock.services.sagemaker.pipelines import answers
from penstock.services.sagemaker.pipelines.model import Plan

Json = Any
RUNNER = "command-runner.jar"


def emr(*args: str, jar: str = RUNNER, properties: Json = (), **arguments: Json) -> Json:
    submitted = {"Jar": jar, "Args": list(args), "Properties": list(properties)}
    return {"Name": "E", "Type": "EMR", "Arguments": {"StepConfig": {"HadoopJarStep": submitted}, **arguments}}


def serverless(driver: Json, **config: Json) -> Json:
    return {"Name": "E", "Type": "EMRServerless", "Arguments": {"JobConfig": {"jobDriver": driver, **config}}}


def asked(step: Json) -> tuple[Json, Json]:
    """The job that a step asks for, and the step's metadata then."""
    it = story(step)
    assert it.start() == ["E/1/create"]
    command = it.asked["E/1/create"]
    assert isinstance(command, Invoke)
    assert command.operation == "CreateProcessingJob"
    plan: Plan = it.plan
    return command.request, answers.step(plan, "E", it.state.steps["E"])["Metadata"]


def test_what_a_cluster_would_submit_is_submitted_here() -> None:
    words = ["spark-submit", "--deploy-mode", "cluster", "--master=yarn", "--conf", "a=b", "s3://b/app.py", "--x", "1"]

    job, metadata = asked(emr(*words, properties=[{"Key": "k", "Value": "v"}], ClusterId="j-1"))

    assert job["AppSpecification"] == {
        "ImageUri": "penstock/spark",
        "ContainerEntrypoint": ["smspark-submit"],
        "ContainerArguments": ["--driver-java-options", "-Dk=v", "--conf", "a=b", "s3://b/app.py", "--x", "1"],
    }
    assert job["RoleArn"].endswith(":role/EMR_EC2_DefaultRole")
    log = f"/aws/sagemaker/ProcessingJobs/{job['ProcessingJobName']}"
    assert metadata == {"EMR": {"ClusterId": "j-1", "StepId": job["ProcessingJobName"], "LogFilePath": log}}


def test_a_clusters_configuration_of_spark_holds() -> None:
    configurations = [
        {"Classification": "spark-defaults", "Properties": {"spark.driver.memory": "2g"}},
        {"Classification": "core-site", "Properties": {"a": "b"}},
        {"Classification": "yarn-site", "Properties": {"c": "d"}},
    ]

    job, _ = asked(emr("spark-submit", "x", ClusterConfig={"Configurations": configurations, "JobFlowRole": "mine"}))

    options = ["--conf", "spark.driver.memory=2g", "--conf", "spark.hadoop.a=b"]
    assert job["AppSpecification"]["ContainerArguments"] == [*options, "x"]
    assert job["RoleArn"].endswith(":role/mine")


def test_what_emr_serverless_would_run_is_run_here() -> None:
    submitted = {"entryPoint": "s3://b/app.py", "entryPointArguments": ["1"], "sparkSubmitParameters": "--conf 'a=b c'"}
    overrides = {"applicationConfiguration": [{"classification": "spark-defaults", "properties": {"x": "y"}}]}

    job, metadata = asked(
        serverless(
            {"sparkSubmit": submitted}, name="mine", executionRoleArn="arn:aws:iam::1:role/R",
            executionTimeoutMinutes=2, configurationOverrides=overrides,
        )
    )  # fmt: skip

    words = ["--conf", "x=y", "--conf", "a=b c", "s3://b/app.py", "1"]
    assert job["AppSpecification"]["ContainerArguments"] == words
    assert (job["RoleArn"], job["StoppingCondition"]) == ("arn:aws:iam::1:role/R", {"MaxRuntimeInSeconds": 120})
    assert metadata["EMRServerless"]["JobRunName"] == "mine"


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (emr("hive-script", "x"), "must be the Jar command-runner.jar with Args spark-submit"),
        (emr("spark-submit", "x", jar="s3://b/own.jar"), "must be the Jar command-runner.jar"),
        (emr("spark-submit", "x", ClusterConfig={"BootstrapActions": [{"Name": "b"}]}), "in the environment 'spark'"),
        (serverless({"hive": {"query": "x"}}), "must be a sparkSubmit"),
    ],
)
def test_what_needs_a_cluster_is_refused(step: Json, sentence: str) -> None:
    it = story(step)

    assert it.start() == ["finish"]
    assert it.state.steps["E"].reason.startswith("ClientError: Penstock has no cluster")
    assert sentence in it.state.steps["E"].reason
    assert answers.step(it.plan, "E", it.state.steps["E"])["Metadata"] == {}
