"""Endpoints with real model servers: trained, served, killed, served again, deleted."""

import io
import json
import os
import shutil
import signal
import tarfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from end_to_end.forks import SCRIPTS
from end_to_end.sdk import Sdk
from end_to_end.world import BUCKET, IMAGE, ROLE, World, s3_prefix, step, until
from penstock.watch.links import PLACE

Json = Any
REFUSES = """
def model_fn(folder):
    return 1

def input_fn(content, content_type):
    raise ValueError('no')
"""
SAYS = """
def model_fn(folder):
    return 1

def transform_fn(model, content, content_type, accept):
    return '{}'
"""
ADDS = """
import json
from pathlib import Path

def model_fn(folder):
    found = Path(folder, "more")
    return int(found.read_text()) if found.exists() else 0

def input_fn(content, content_type):
    return json.loads(content)

def predict_fn(data, model):
    return {}
"""
WEIGHS = """
def model_fn(folder):
    return [2, -1, 0]

def predict_fn(rows, weights):
    return rows.reshape(-1, 3) @ weights
"""
TELLS = """
import itertools
import boto3

def model_fn(folder):
    return boto3.client('sts').get_caller_identity()['Arn']

def transform_fn(model, content, content_type, accept):
    return told(model, content), 'text/event-stream'

def told(model, content):
    if content == 'never':
        raise RuntimeError('not even once')
    yield model
    for number in range(3) if content == 'three' else itertools.count():
        yield str(number)
    raise RuntimeError('no more')
"""
XGBOOST = IMAGE.replace("sagemaker-scikit-learn:1.2-1-cpu-py3", "sagemaker-xgboost:1.7-1")
ROWS = "".join(f"{3 * each + 1},{each}\n" for each in range(100))


def archive(**files: bytes) -> bytes:
    """A tar.gz of files; `__` in a name is a dot."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("__", "."))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def train(world: World, name: str, image: str, hyperparameters: dict[str, str]) -> str:
    """A model by a training job; the S3 URI of its archive."""
    channel = {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "DataSource": {"S3DataSource": s3_prefix(world.put("rows/train.csv", ROWS))},
    }
    world.sagemaker.create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
        HyperParameters=hyperparameters,
        RoleArn=ROLE,
        InputDataConfig=[channel],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    job = world.trained(name)
    assert job["TrainingJobStatus"] == "Completed", job
    uri: str = job["ModelArtifacts"]["S3ModelArtifacts"]
    return uri


def line(world: World) -> Json:
    """A container that serves a line which a script of ours was trained to draw."""
    code = world.put("code/serve_lines.tar.gz", archive(serve_lines__py=(SCRIPTS / "serve_lines.py").read_bytes()))
    hyperparameters = {"sagemaker_program": '"serve_lines.py"', "sagemaker_submit_directory": json.dumps(code)}
    return script_container(code, train(world, "line", IMAGE, hyperparameters))


def script_container(code: str, data: str | None = None) -> Json:
    environment = {"SAGEMAKER_PROGRAM": "serve_lines.py", "SAGEMAKER_SUBMIT_DIRECTORY": code}
    return {"Image": IMAGE, "Environment": environment, **({"ModelDataUrl": data} if data else {})}


def script(world: World, name: str, text: str) -> Json:
    """A container that serves with a script, and has no model data."""
    return script_container(world.put(f"code/{name}.tar.gz", archive(serve_lines__py=text.encode())))


def configure(world: World, config: str, *, count: int = 1, **containers: Json) -> None:
    """A configuration with a variant for each container."""
    variants = []
    for name, container in containers.items():
        model = f"{config}-{name}"
        world.sagemaker.create_model(ModelName=model, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        variants.append(variant(name, model, count))
    world.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=variants)


def variant(name: str, model: Json, count: int = 1) -> Json:
    return {
        "VariantName": name,
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }


def create(world: World, name: str, *, count: int = 1, **containers: Json) -> None:
    configure(world, name, count=count, **containers)
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    in_service(world, name)


def in_service(world: World, name: str) -> None:
    world.sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 90}
    )


def invoke(world: World, name: str, body: str, content_type: str = "text/csv", **more: str) -> Json:
    answer = world.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, Body=body, ContentType=content_type, **more
    )
    return {**answer, "Body": answer["Body"].read().decode()}


def servers(world: World) -> list[int]:
    """The model servers' processes: what the keepers have started."""
    everyone = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if str(world.server.data).encode() in words and b"serve.py" in words:
                everyone[int(entry.name)] = parent
    return sorted(pid for pid, parent in everyone.items() if everyone.get(parent) in everyone)


def test_models_of_both_frameworks_are_trained_served_and_outlive_every_kill(own: World) -> None:
    world = own
    booster = train(world, "boost", XGBOOST, {"num_round": "40", "objective": "reg:squarederror"})
    create(world, "both", line=line(world), boost={"Image": XGBOOST, "ModelDataUrl": booster})

    def line_answers() -> None:
        said = invoke(world, "both", "10\n20\n", TargetVariant="line")
        assert (json.loads(said["Body"]), said["InvokedProductionVariant"]) == ({"answer": [31.0, 61.0]}, "line")

    line_answers()
    said = invoke(world, "both", '{"rows": [[5]]}', "application/json", TargetVariant="line")
    assert (json.loads(said["Body"]), said["ContentType"]) == ({"answer": [16.0]}, "application/json")
    scores = invoke(world, "both", "10\n20", TargetVariant="boost")["Body"].split(",")
    assert [float(score) for score in scores] == pytest.approx([31, 61], abs=3)
    scored = invoke(world, "both", "0:10", "text/libsvm", TargetVariant="boost", Accept="application/json")
    assert json.loads(scored["Body"])["predictions"][0]["score"] == pytest.approx(31, abs=3)
    assert {invoke(world, "both", "1")["InvokedProductionVariant"] for _ in range(30)} == {"line", "boost"}
    until(lambda: "loading the line" in world.lines("Endpoints/both", "line/i-"), "the server's words are in its log")

    before = servers(world)
    assert len(before) == 2
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not set(before) & set(servers(world)), "the servers are gone")
    line_answers()
    assert float(invoke(world, "both", "10", TargetVariant="boost")["Body"]) == pytest.approx(31, abs=3)

    world.server.kill()
    until(lambda: not servers(world), "servers end with Penstock")
    world.start()
    in_service(world, "both")
    line_answers()

    world.sagemaker.delete_endpoint(EndpointName="both")
    until(lambda: not servers(world), "no process is left")
    with pytest.raises(ClientError, match=r"Endpoint both of account 123456789012 not found\."):
        invoke(world, "both", "1")


def test_a_model_that_fails_tells_its_own_status_and_words(world: World) -> None:
    create(world, "failing", only=script(world, "failing", REFUSES))
    with pytest.raises(ClientError) as failure:
        invoke(world, "failing", "1")
    told = failure.value.response
    assert told["Error"]["Code"] == "ModelError"
    assert (told["OriginalStatusCode"], told["OriginalMessage"]) == (500, "no")
    assert told["LogStreamArn"].endswith(":log-group:/aws/sagemaker/Endpoints/failing")
    world.sagemaker.delete_endpoint(EndpointName="failing")


def test_an_answer_is_streamed_and_whoever_hangs_up_frees_the_server(world: World) -> None:
    create(world, "telling", only=script(world, "telling", TELLS))
    runtime = world.client("sagemaker-runtime")

    def streamed(content: str) -> Json:
        return runtime.invoke_endpoint_with_response_stream(
            EndpointName="telling", Body=content, ContentType="text/csv"
        )

    endless = streamed("endless")
    role = ROLE.rpartition("/")[2]
    first = next(iter(endless["Body"]))["PayloadPart"]["Bytes"].decode()
    assert first == f"arn:aws:sts::123456789012:assumed-role/{role}/SageMaker"
    assert (endless["ContentType"], endless["InvokedProductionVariant"]) == ("text/event-stream", "only")
    endless["Body"].close()

    with closing(streamed("three")["Body"]) as body:
        events = iter(body)
        assert [next(events)["PayloadPart"]["Bytes"].decode() for _ in range(4)] == [first, "0", "1", "2"]
        with pytest.raises(EventStreamError, match="no more") as broken:
            next(events)
    assert broken.value.response["Error"]["Code"] == "ModelStreamError"
    with pytest.raises(ClientError, match="not even once"):
        streamed("never")
    with pytest.raises(ClientError, match="no more"):
        invoke(world, "telling", "three")
    world.sagemaker.delete_endpoint(EndpointName="telling")


def test_an_endpoint_explains_what_its_model_says(world: World) -> None:
    container = script(world, "weighing", WEIGHS)
    world.sagemaker.create_model(ModelName="weighing", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    shap = {"ShapBaselineConfig": {"ShapBaselineUri": world.put("base/line.csv", "0,0,0\n")}}
    config = {"InferenceConfig": {"FeatureHeaders": ["a", "b", "c"]}, "ShapConfig": shap}
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="weighing",
        ProductionVariants=[variant("only", "weighing")],
        ExplainerConfig={"ClarifyExplainerConfig": config},
    )
    world.sagemaker.create_endpoint(EndpointName="weighing", EndpointConfigName="weighing")
    in_service(world, "weighing")

    said = invoke(world, "weighing", "1,2,3\n5,0,1", Accept="text/csv")
    found = json.loads(said["Body"])
    assert said["ContentType"] == "application/json"
    assert found["predictions"] == {"content_type": "text/csv", "data": "0.0\n10.0\n"}
    named = {
        each["feature_header"]: each["attributions"][0]["attribution"]
        for each in found["explanations"]["kernel_shap"][1]
    }
    assert named == {"a": [pytest.approx(10)], "b": [pytest.approx(0)], "c": [pytest.approx(0)]}
    plain = invoke(world, "weighing", "1,2,3", Accept="text/csv", EnableExplanations="[0]>`5`")
    assert json.loads(plain["Body"])["explanations"] == {}
    world.sagemaker.delete_endpoint(EndpointName="weighing")


def test_a_model_that_does_not_load_fails_the_endpoint_with_the_reason(world: World) -> None:
    configure(world, "broken", only=script(world, "broken", "raise RuntimeError('no such luck')"))
    world.sagemaker.create_endpoint(EndpointName="broken", EndpointConfigName="broken")

    def settled() -> Json:
        found = world.sagemaker.describe_endpoint(EndpointName="broken")
        return None if found["EndpointStatus"] == "Creating" else found

    found = until(settled, "the endpoint has settled")
    assert found["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in found["FailureReason"]
    assert "RuntimeError: no such luck" in found["FailureReason"]
    world.sagemaker.delete_endpoint(EndpointName="broken")


def test_an_update_puts_the_new_model_in_the_place_of_the_old_one(own: World) -> None:
    world = own
    create(world, "moving", only=script(world, "old", SAYS.format("old")))
    configure(world, "newer", only=script(world, "new", SAYS.format("new")))
    assert invoke(world, "moving", "x")["Body"] == "old"

    world.sagemaker.update_endpoint(EndpointName="moving", EndpointConfigName="newer")
    assert world.sagemaker.describe_endpoint(EndpointName="moving")["EndpointStatus"] == "Updating"
    in_service(world, "moving")

    assert invoke(world, "moving", "x")["Body"] == "new"
    assert world.sagemaker.describe_endpoint(EndpointName="moving")["EndpointConfigName"] == "newer"
    until(lambda: len(servers(world)) == 1, "the old server is gone")


def test_an_update_that_cannot_be_served_leaves_the_old_model_in_service(world: World) -> None:
    create(world, "staying", only=script(world, "staying", SAYS.format("old")))
    configure(world, "hopeless", only=script(world, "hopeless", "raise RuntimeError('hopeless')"))
    world.sagemaker.update_endpoint(EndpointName="staying", EndpointConfigName="hopeless")
    in_service(world, "staying")

    found = world.sagemaker.describe_endpoint(EndpointName="staying")
    assert found["EndpointConfigName"] == "staying"
    assert "hopeless" in found["FailureReason"]
    assert invoke(world, "staying", "x")["Body"] == "old"
    world.sagemaker.delete_endpoint(EndpointName="staying")


def test_a_canary_takes_over_unless_an_alarm_brings_the_old_model_back(world: World) -> None:
    create(world, "careful", only=script(world, "first", SAYS.format("old")))
    configure(world, "next", only=script(world, "second", SAYS.format("new")))
    traffic = {
        "Type": "CANARY",
        "WaitIntervalInSeconds": 1,
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
    }
    alarm = {
        "AlarmName": "always",
        "Namespace": "things",
        "MetricName": "Untold",  # by nobody: what is missing is bad
        "Statistic": "Average",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.1,
        "Period": 60,
        "EvaluationPeriods": 1,
        "TreatMissingData": "breaching",
    }
    cloudwatch = world.client("cloudwatch")
    cloudwatch.put_metric_alarm(**alarm)
    until(
        lambda: cloudwatch.describe_alarms(AlarmNames=["always"])["MetricAlarms"][0]["StateValue"] == "ALARM",
        "the alarm has been looked at",
    )
    guarded = {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": traffic},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "always"}]},
    }
    world.sagemaker.update_endpoint(EndpointName="careful", EndpointConfigName="next", DeploymentConfig=guarded)
    in_service(world, "careful")
    found = world.sagemaker.describe_endpoint(EndpointName="careful")
    assert (found["EndpointConfigName"], invoke(world, "careful", "x")["Body"]) == ("careful", "old")
    assert "always" in found["FailureReason"]

    unguarded = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": traffic}}
    world.sagemaker.update_endpoint(EndpointName="careful", EndpointConfigName="next", DeploymentConfig=unguarded)
    in_service(world, "careful")
    found = world.sagemaker.describe_endpoint(EndpointName="careful")
    assert (found["EndpointConfigName"], invoke(world, "careful", "x")["Body"]) == ("next", "new")
    assert found["LastDeploymentConfig"] == unguarded
    world.sagemaker.delete_endpoint(EndpointName="careful")


def test_a_serve_program_of_ones_own_answers_several_requests_at_once_and_is_replaced(
    own: World, tmp_path: Path
) -> None:
    world = own
    program = Path(shutil.copy(SCRIPTS / "own_serve.py", tmp_path))
    entry = '[[images]]\nrepository = "mine"\nversions = ["*"]\nenvironment = "installed"\n'
    world.server.stop()
    (world.server.data / "images.toml").write_text(f'{entry}serve = ["python3", "{program}"]\n')
    world.start()
    data = world.put("mine.tar.gz", archive(name=b"mine"))
    create(world, "program", only={"Image": "mine:1", "ModelDataUrl": data})

    said = invoke(world, "program", "x", Accept="text/plain", CustomAttributes="t=1")
    assert (said["Body"], said["CustomAttributes"]) == ("mine text/plain t=1 1", "t=1")
    opened = invoke(world, "program", "x", SessionId="NEW_SESSION")["NewSessionId"]
    assert opened == "one; Expires=2099-01-01T00:00:00Z"
    assert invoke(world, "program", "x", SessionId="one")["ClosedSessionId"] == "one"
    with pytest.raises(ClientError, match="There is no session one"):
        invoke(world, "program", "x", SessionId="one")
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: invoke(world, "program", "together")["Body"], range(2)))
    assert [each.rpartition(" ")[2] for each in both] == ["2", "2"]
    streamed = world.client("sagemaker-runtime").invoke_endpoint_with_response_stream(
        EndpointName="program", Body="stream", ContentType="text/csv"
    )
    with closing(streamed["Body"]) as body:
        assert b"".join(event["PayloadPart"]["Bytes"] for event in body) == b"onetwothree"
    with pytest.raises(ClientError, match=r"client error \(400\)"):
        invoke(world, "program", "bad")
    with pytest.raises(ClientError, match="the program's connection ended"):
        invoke(world, "program", "die")
    until(lambda: answers(world, "program").startswith("mine"), "the next one answers")
    assert "listening" in world.lines("Endpoints/program", "only/i-")

    world.sagemaker.delete_endpoint(EndpointName="program")
    until(lambda: not processes(str(program)), "the program has ended")


def answers(world: World, name: str) -> str:
    """What an endpoint answers; nothing while it cannot."""
    try:
        return str(invoke(world, name, "x")["Body"])
    except ClientError:
        return ""


def processes(word: str) -> list[str]:
    """The command lines of everything that runs with this word."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().decode())
        except OSError:
            continue
    return [line for line in found if word in line and "pytest" not in line]


def test_requests_are_answered_later_without_instances_and_are_captured(world: World) -> None:
    says = script(world, "says", SAYS.format("said"))
    model = {"VariantName": "a", "ModelName": "says"}
    world.sagemaker.create_model(ModelName="says", ExecutionRoleArn=ROLE, PrimaryContainer=says)
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    queue = {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/later", "S3FailurePath": f"s3://{BUCKET}/failed"}}
    configs: dict[str, Json] = {
        "later": {"ProductionVariants": [variant("a", "says")], "AsyncInferenceConfig": queue},
        "serverless": {
            "ProductionVariants": [{**model, "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 2}}],
            "DataCaptureConfig": capture,
        },
    }
    for name, config in configs.items():
        world.sagemaker.create_endpoint_config(EndpointConfigName=name, **config)
        world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        in_service(world, name)

    runtime, s3 = world.client("sagemaker-runtime"), world.client("s3")
    told = runtime.invoke_endpoint_async(EndpointName="later", InputLocation=world.put("in.csv", "1,2"))
    place = {"Bucket": BUCKET, "Key": told["OutputLocation"].removeprefix(f"s3://{BUCKET}/")}
    s3.get_waiter("object_exists").wait(**place, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert s3.get_object(**place)["Body"].read() == b"said"

    assert invoke(world, "serverless", "1,2", InferenceId="mine")["Body"] == "said"
    found = until(
        lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="captured/serverless/a/").get("Contents"), "it is captured"
    )
    line = json.loads(world.get(f"s3://{BUCKET}/{found[0]['Key']}"))
    assert line["captureData"]["endpointInput"]["data"] == "1,2"
    assert line["eventMetadata"]["inferenceId"] == "mine"
    for name in configs:
        world.sagemaker.delete_endpoint(EndpointName=name)


def test_containers_in_a_row_answer_together_and_models_are_loaded_when_asked_for(world: World) -> None:
    halves = script(world, "halves", ADDS.format("[each / 2 for each in data]"))
    for name, more in (("ten", 10), ("twenty", 20)):
        world.put(f"many/{name}.tar.gz", archive(more=str(more).encode()))
    adds = script(world, "adds", ADDS.format("[each + model for each in data]"))
    world.sagemaker.create_model(ModelName="row", ExecutionRoleArn=ROLE, Containers=[halves, halves])
    many = {**adds, "Mode": "MultiModel", "ModelDataUrl": f"s3://{BUCKET}/many/"}
    world.sagemaker.create_model(ModelName="many", ExecutionRoleArn=ROLE, PrimaryContainer=many)
    for name in ("row", "many"):
        world.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant("a", name)])
        world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        in_service(world, name)

    assert json.loads(invoke(world, "row", "[4, 8]", "application/json")["Body"]) == [1.0, 2.0]
    for model, said in (("ten.tar.gz", 11.0), ("twenty.tar.gz", 21.0)):
        assert json.loads(invoke(world, "many", "[1]", "application/json", TargetModel=model)["Body"]) == [said]
    for name in ("row", "many"):
        world.sagemaker.delete_endpoint(EndpointName=name)


def test_weights_and_instance_counts_change_in_service(own: World) -> None:
    world = own
    create(world, "sized", a=script(world, "a", SAYS.format("a")), b=script(world, "b", SAYS.format("b")))
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="sized",
        DesiredWeightsAndCapacities=[
            {"VariantName": "a", "DesiredWeight": 0.0},
            {"VariantName": "b", "DesiredInstanceCount": 2},
        ],
    )
    in_service(world, "sized")

    assert {invoke(world, "sized", "x")["InvokedProductionVariant"] for _ in range(20)} == {"b"}
    variants = world.sagemaker.describe_endpoint(EndpointName="sized")["ProductionVariants"]
    assert [(each["CurrentWeight"], each["CurrentInstanceCount"]) for each in variants] == [(0.0, 1), (1.0, 2)]
    assert len(servers(world)) == 3

    scaling = world.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/sized/variant/a",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=4)
    until(
        lambda: (
            [each["StatusCode"] for each in scaling.describe_scaling_activities(**target)["ScalingActivities"]]
            == ["Successful"]
        ),
        "the variant has grown into its bounds",
    )
    variants = world.sagemaker.describe_endpoint(EndpointName="sized")["ProductionVariants"]
    assert [each["CurrentInstanceCount"] for each in variants] == [2, 2]
    assert len(servers(world)) == 4
    world.server.stop()
    until(lambda: not servers(world), "servers end with Penstock")


def test_components_share_an_endpoint(world: World) -> None:
    host = {"VariantName": "a", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="shared", ExecutionRoleArn=ROLE, ProductionVariants=[host]
    )
    world.sagemaker.create_endpoint(EndpointName="shared", EndpointConfigName="shared")
    in_service(world, "shared")
    needs = {"NumberOfCpuCoresRequired": 1, "MinMemoryRequiredInMb": 512}
    for name in ("left", "right"):
        container = script(world, name, SAYS.format(name))
        world.sagemaker.create_inference_component(
            InferenceComponentName=name, EndpointName="shared", RuntimeConfig={"CopyCount": 1},
            Specification={
                "Container": {"Image": container["Image"], "Environment": container["Environment"]},
                "ComputeResourceRequirements": needs,
            },
        )  # fmt: skip

    def status(name: str) -> str:
        found = world.sagemaker.describe_inference_component(InferenceComponentName=name)
        return str(found["InferenceComponentStatus"])

    until(lambda: {status("left"), status("right")} == {"InService"}, "the components' service")
    assert [invoke(world, "shared", "x", InferenceComponentName=each)["Body"] for each in ("left", "right")] == [
        "left",
        "right",
    ]
    with urllib.request.urlopen(f"{world.place.endpoint}{PLACE}/about/endpoint?key=shared", timeout=60) as page:
        tables = {each["title"]: each["facts"] for each in json.load(page)["tables"]}
    components = {each["label"]: each["value"] for each in tables["Inference components"]}
    assert components == dict.fromkeys(("left", "right"), "InService · copies: 1 · a")
    endpoints = world.sagemaker.list_contexts(ContextType="Endpoint", SortBy="CreationTime")["ContextSummaries"]
    assert any(each["ContextName"].startswith("shared") for each in endpoints)

    for name in ("left", "right"):
        world.sagemaker.delete_inference_component(InferenceComponentName=name)
    world.sagemaker.delete_endpoint(EndpointName="shared")


def test_a_shadow_is_tested_and_takes_over(world: World) -> None:
    create(world, "tested", old=script(world, "old", SAYS.format("old")))
    model = script(world, "new", SAYS.format("new"))
    world.sagemaker.create_model(ModelName="tested-new", ExecutionRoleArn=ROLE, PrimaryContainer=model)

    def tested(name: str) -> Json:
        config = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
        infrastructure = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": config}
        return {"VariantName": name, "ModelName": f"tested-{name}", "InfrastructureConfig": infrastructure}

    def status() -> str:
        return str(world.sagemaker.describe_inference_experiment(Name="better")["Status"])

    shadow = {"ShadowModelVariantName": "new", "SamplingPercentage": 100}
    world.sagemaker.create_inference_experiment(
        Name="better", Type="ShadowMode", RoleArn=ROLE, EndpointName="tested",
        ModelVariants=[tested("old"), tested("new")],
        DataStorageConfig={"Destination": f"s3://{BUCKET}/shadowed"},
        ShadowModeConfig={"SourceModelVariantName": "old", "ShadowModelVariants": [shadow]},
    )  # fmt: skip
    until(lambda: status() == "Running", "the experiment's start")
    assert invoke(world, "tested", "x")["Body"] == "old"
    world.sagemaker.stop_inference_experiment(Name="better", ModelVariantActions={"old": "Remove", "new": "Promote"})
    until(lambda: status() == "Completed", "the experiment's end")
    assert invoke(world, "tested", "x")["Body"] == "new"
    world.sagemaker.delete_endpoint(EndpointName="tested")


def test_a_pipeline_creates_the_endpoint_and_a_state_machine_and_the_pipeline_update_it(world: World) -> None:
    name = {"Get": "Steps.Config.EndpointConfigName"}
    made = step("Make", {"PrimaryContainer": script(world, "p", SAYS.format("p"))}, "Model")
    variants = [variant("a", {"Get": "Steps.Make.ModelName"})]
    configured = step("Config", {"ProductionVariants": variants}, "EndpointConfig")
    served = step("Deploy", {"EndpointName": "piped", "EndpointConfigName": name}, "Endpoint")
    first = world.execute("deploys", made, configured, served)
    assert world.execution(first)["PipelineExecutionStatus"] == "Succeeded", world.steps(first)
    assert invoke(world, "piped", "x")["Body"] == "p"

    configure(world, "by-machine", only=script(world, "m", SAYS.format("m")))
    machine = {
        "StartAt": "Update",
        "States": {
            "Update": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sagemaker:updateEndpoint",
                "Parameters": {"EndpointName": "piped", "EndpointConfigName": "by-machine"},
                "End": True,
            }
        },
    }
    machines = world.client("stepfunctions")
    arn = machines.create_state_machine(name="updates", definition=json.dumps(machine), roleArn=ROLE)["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=arn)["executionArn"]
    until(lambda: machines.describe_execution(executionArn=execution)["status"] == "SUCCEEDED", "the machine is done")
    in_service(world, "piped")
    assert invoke(world, "piped", "x")["Body"] == "m"

    last = world.sagemaker.start_pipeline_execution(PipelineName="deploys")["PipelineExecutionArn"]
    assert world.execution(last)["PipelineExecutionStatus"] == "Succeeded", world.steps(last)
    assert invoke(world, "piped", "x")["Body"] == "p"
    assert last[-12:] in world.sagemaker.describe_endpoint(EndpointName="piped")["EndpointConfigName"]
    world.sagemaker.delete_endpoint(EndpointName="piped")


@pytest.mark.group("sdk")
def test_the_sdk_deploys_predicts_and_deletes(sdk: Sdk) -> None:
    done = sdk.run("sdk_deploys.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "line [31.0]" in done.stdout, done.stdout
    assert "component [31.0]" in done.stdout, done.stdout
    assert "boost True" in done.stdout, done.stdout
    assert "ignored" not in done.stdout
