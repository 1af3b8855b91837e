"""Steps for EMR: what they submit to Spark is a processing job that submits it to Spark on this machine.

    EMR            StepConfig.HadoopJarStep of command-runner.jar: ["spark-submit", …]
    EMRServerless  JobConfig.jobDriver.sparkSubmit

There is no cluster: which one is asked for, how large it is and who may use it has no effect. What would change what
the application finds there (bootstrap actions, Hive, Hadoop's own jars) is refused.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from penstock.languages.pipeline.expressions import Unresolvable
from penstock.languages.pipeline.tree import EMR, Submission

Json = Any
IMAGE: Final = "penstock/spark"
ENTRYPOINT: Final = "smspark-submit"
RUNNER: Final = "command-runner.jar"
PLACED: Final = ("--master", "--deploy-mode")  # options of spark-submit that say where: here it is on this machine
HADOOP: Final = ("core-site", "hdfs-site", "hive-site")
CLUSTER: Final = {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
DEFAULT_ROLE: Final = "EMR_EC2_DefaultRole"  # EMR's own, of the machines that applications run on
CUSTOMER: Final = "Penstock has no cluster, and submits to Spark on this machine: "


def request(step: Submission, arguments: Mapping[str, Json], account: str) -> dict[str, Json]:
    """The request of the processing job. Raises `Unresolvable` where the step asks for more than Spark."""
    words, role, seconds = _of_emr(arguments) if isinstance(step, EMR) else _of_serverless(arguments)
    return {
        "RoleArn": role if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}",
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": [ENTRYPOINT],
            "ContainerArguments": [*map(str, words)],
        },
        "ProcessingResources": {"ClusterConfig": dict(CLUSTER)},
        **({"StoppingCondition": {"MaxRuntimeInSeconds": seconds}} if seconds else {}),
    }


def shown(step: Submission, arguments: Mapping[str, Json], job: str) -> dict[str, Json]:
    """The step's metadata, in EMR's words; its job is the name of the log."""
    log = {"LogFilePath": f"/aws/sagemaker/ProcessingJobs/{job}"}
    if isinstance(step, EMR):
        name = {"StepName": arguments["StepConfig"]["Name"]} if "Name" in arguments.get("StepConfig", {}) else {}
        cluster = {"ClusterId": arguments["ClusterId"]} if arguments.get("ClusterId") else {}
        return {**cluster, "StepId": job, **name, **log}
    name = {"JobRunName": arguments["JobConfig"]["name"]} if "name" in arguments.get("JobConfig", {}) else {}
    application = {"ApplicationId": arguments["ApplicationId"]} if arguments.get("ApplicationId") else {}
    return {**application, "JobRunId": job, **name, **log}


def _of_emr(arguments: Mapping[str, Json]) -> tuple[list[str], str, int]:
    jar = arguments.get("StepConfig", {}).get("HadoopJarStep", {})
    words = list(jar.get("Args") or [])
    if jar.get("Jar") != RUNNER or words[:1] != ["spark-submit"]:
        raise Unresolvable(f"{CUSTOMER}StepConfig.HadoopJarStep must be the Jar {RUNNER} with Args spark-submit, ….")
    cluster = arguments.get("ClusterConfig") or {}
    if cluster.get("BootstrapActions"):
        raise Unresolvable(f"{CUSTOMER}install what ClusterConfig.BootstrapActions would in the environment 'spark'.")
    told = [f"-D{each['Key']}={each['Value']}" for each in jar.get("Properties") or []]
    options = ["--driver-java-options", shlex.join(told)] if told else []
    role = str(arguments.get("ExecutionRoleArn") or cluster.get("JobFlowRole") or DEFAULT_ROLE)
    return [*options, *_configured(cluster.get("Configurations")), *_here(words[1:])], role, 0


def _of_serverless(arguments: Mapping[str, Json]) -> tuple[list[str], str, int]:
    config = arguments.get("JobConfig", {})
    submitted = config.get("jobDriver", {}).get("sparkSubmit")
    if submitted is None:
        raise Unresolvable(f"{CUSTOMER}JobConfig.jobDriver must be a sparkSubmit.")
    overrides = config.get("configurationOverrides", {}).get("applicationConfiguration")
    options = [*_configured(overrides), *_here(shlex.split(submitted.get("sparkSubmitParameters") or ""))]
    words = [*options, submitted["entryPoint"], *(submitted.get("entryPointArguments") or [])]
    role = str(config.get("executionRoleArn") or arguments.get("ExecutionRoleArn") or DEFAULT_ROLE)
    return words, role, 60 * int(config.get("executionTimeoutMinutes") or 0)


def _here(words: Sequence[str]) -> Iterator[str]:
    """The words without those that say on which cluster, and how."""
    rest = iter(words)
    for word in rest:
        if word in PLACED:
            next(rest, None)
        elif not str(word).startswith(tuple(f"{option}=" for option in PLACED)):
            yield word


def _configured(given: Iterable[Mapping[str, Json]] | None) -> Iterator[str]:
    """Spark's properties and Hadoop's in EMR's classifications, which EMR Serverless writes in small letters."""
    for each in given or ():
        named = {key.lower(): value for key, value in each.items()}
        kind = named.get("classification")
        before = {"spark-defaults": ""} | dict.fromkeys(HADOOP, "spark.hadoop.")
        if kind in before:
            for key, value in (named.get("properties") or {}).items():
                yield from ("--conf", f"{before[kind]}{key}={value}")
