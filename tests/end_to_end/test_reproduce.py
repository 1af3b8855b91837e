"""`penstock reproduce`, `diff` and `gc`, as whoever types them sees it: what ran once runs again from its record.

What differs is named with its reason, what was changed with its place.
"""

import json
from pathlib import Path

import pytest

from end_to_end.world import BUCKET, ROLE, Json, World, penstock, s3_input, step

pytestmark = pytest.mark.group("reproduce")
OUT = {"S3Uri": f"s3://{BUCKET}/out", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}

# Each writes one file of its name, and each has another reason to come out otherwise the next time.
PLANTED = {
    "archive-times": """
import zipfile
now = time.time_ns() // 1000
with zipfile.ZipFile(out / "archive-times.zip", "w") as archive:
    day = (2000 + now % 99, 1 + now // 99 % 12, 1 + now // 1188 % 28)
    archive.writestr(zipfile.ZipInfo("a.txt", (*day, 0, 0, 0)), "always the same")
""",
    "clock": 'write("clock.txt", f"made on {datetime.datetime.now().isoformat()}")',
    "clock-2": 'write("clock-2.json", json.dumps({"rows": 3, "made": time.time()}))',
    "identifiers": 'write("identifiers.json", json.dumps({"run": str(uuid.uuid4())}))',
    "paths": 'write("paths.txt", f"unpacked in {tempfile.mkdtemp()}")',
    "float-noise": 'write("float-noise.csv", f"loss\\n{0.1 + 0.2 + time.time_ns() % 1_000_000 * 1e-18!r}")',
    "hash-order": 'write("hash-order.txt", " ".join({f"word{n}" for n in range(40)}))',
    "listing-order": """
names = os.listdir("/opt/ml/processing/many")
random.shuffle(names)  # as another file system would have it
write("listing-order.json", json.dumps(names))
""",
    "randomness": 'write("randomness.csv", "weight\\n" + str(random.random()))',
    "same": 'write("same.txt", "always the same")',
}
HEAD = """
import datetime, json, os, pathlib, random, tempfile, time, uuid
out = pathlib.Path("/opt/ml/processing/out")
write = lambda name, text: (out / name).write_text(text)
"""


@pytest.fixture
def planted(own: World) -> World:
    """A job that came to its end on one day, and a server that has stopped since."""
    many = [own.put(f"many/part-{number}.txt", str(number)) for number in range(8)]
    script = own.put("code/planted.py", HEAD + "\n".join(PLANTED.values()))
    request = own.processing(
        "planted",
        "",
        inputs=[
            {"InputName": "script", "S3Input": s3_input(script, "/opt/ml/processing/code")},
            {"InputName": "many", "S3Input": s3_input(many[0].rpartition("/")[0], "/opt/ml/processing/many")},
        ],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": OUT}]},
    )
    request["AppSpecification"]["ContainerEntrypoint"] = ["python3", "/opt/ml/processing/code/planted.py"]  # warm
    own.sagemaker.create_processing_job(ProcessingJobName="planted", **request)
    assert own.job("planted")["ProcessingJobStatus"] == "Completed"
    for uri in [script, *many]:  # what lies in S3 later is of no matter
        own.client("s3").delete_object(Bucket=BUCKET, Key=uri.partition(f"{BUCKET}/")[2])
    own.server.stop()
    return own


def reproduced(data: Path, *arguments: str) -> tuple[int, Json]:
    done = penstock("reproduce", "--data", str(data), "--json", *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_each_reason_for_a_difference_is_named(planted: World) -> None:
    code, told = reproduced(planted.server.data, "planted", "--twice")

    (job,) = told["steps"]
    named = {each["uri"].rpartition("/")[2].partition(".")[0]: each for each in job["objects"]}
    assert code == 1
    assert job["verdict"] == "differs"
    assert named.pop("same")["verdict"] == "identical"
    assert {name: each["suspects"] for name, each in named.items()} == {
        name: [name.removesuffix("-2")] for name in PLANTED if name != "same"
    }


def test_one_step_runs_again_and_one_that_is_not_there_is_refused(planted: World) -> None:
    none = penstock("reproduce", "planted", "--step", "Train", "--data", str(planted.server.data))
    nobody = penstock("reproduce", "nobody", "--data", str(planted.server.data))
    nowhere = penstock("reproduce", "planted", "--data", str(planted.server.data / "nowhere"))
    shown = penstock("reproduce", "planted", "--step", "planted", "--data", str(planted.server.data))

    assert "planted has no step 'Train' that was started; there are: planted" in none.stderr
    assert "no execution or job goes by 'nobody'" in nobody.stderr
    assert "is no data folder of Penstock's" in nowhere.stderr
    assert shown.returncode == 1
    assert "suspect: clock: the output, or its name, holds times" in shown.stdout
    assert "1 of 10 objects identical" in shown.stdout


ASKS = """
import boto3, io, json, os, uuid
s3, ssm = boto3.client("s3"), boto3.client("ssm")
keys = [each["Key"] for each in s3.list_objects_v2(Bucket="BUCKET", Prefix="rows/")["Contents"]]
rows = [s3.get_object(Bucket="BUCKET", Key=key)["Body"].read().decode() for key in keys]
factor = ssm.get_parameter(Name="factor")["Parameter"]["Value"]
try:
    s3.head_object(Bucket="BUCKET", Key="nothing")
except s3.exceptions.ClientError as problem:
    rows.append(problem.response["Error"]["Code"])
name = f"draft-{uuid.uuid4()}"
s3.put_object(Bucket="BUCKET", Key=name, Body=factor)
again = s3.get_object(Bucket="BUCKET", Key=name)["Body"].read().decode()
s3.delete_object(Bucket="BUCKET", Key=name)
s3.upload_fileobj(io.BytesIO(b"long" * 3_000_000), "BUCKET", "own/long.txt")
s3.put_object(Bucket="BUCKET", Key="own/rows.json", Body=json.dumps([*rows, again]) + os.environ.get("MORE", ""))
open("/opt/ml/processing/out/all.json", "w").write(json.dumps([rows, factor, again]))
""".replace("BUCKET", BUCKET)


def test_a_job_that_asks_aws_by_itself_is_answered_as_it_was_then(own: World) -> None:
    own.put("rows/a.csv", "1,2")
    own.put("rows/b.csv", "3,4")
    own.client("ssm").put_parameter(Name="factor", Value="7", Type="String")
    code = own.put("code/asks.py", ASKS)
    request = own.processing(
        "asks",
        "exec python3 /opt/ml/processing/code/asks.py 2> /opt/ml/output/failure",
        inputs=[{"InputName": "script", "S3Input": s3_input(code, "/opt/ml/processing/code")}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": OUT}]},
    )
    own.sagemaker.create_processing_job(ProcessingJobName="asks", **request)
    ended = own.job("asks")
    assert ended["ProcessingJobStatus"] == "Completed", ended
    own.put("rows/b.csv", "5,6")
    own.put("own/rows.json", "written over")
    came_from = own.penstock("why", f"s3://{BUCKET}/own/rows.json").stdout

    returned, told = reproduced(own.server.data, "asks")

    (job,) = told["steps"]
    assert job["why"] == ""
    assert {each["uri"]: each["verdict"] for each in job["objects"]} == dict.fromkeys(
        [f"s3://{BUCKET}/out/all.json", f"s3://{BUCKET}/own/long.txt", f"s3://{BUCKET}/own/rows.json"], "identical"
    )
    assert (returned, job["verdict"]) == (0, "identical")
    assert "Processing processing-job/asks" in came_from
    assert f"Data s3://{BUCKET}/rows/a.csv" in came_from


def test_what_was_changed_between_two_executions_is_named_and_the_older_can_be_forgotten(own: World) -> None:
    copies = [{"OutputName": "out", "S3Output": OUT}]
    data = own.put("data/a.csv", "x,y\n1,2\n")
    request = own.processing(
        "copy",
        "sed s/1/$FACTOR/ /opt/ml/processing/data/a.csv > /opt/ml/processing/out/b.csv\n",
        inputs=[{"InputName": "data", "S3Input": s3_input(data, "/opt/ml/processing/data")}],
        Environment={"FACTOR": {"Get": "Parameters.Factor"}},
        ProcessingOutputConfig={"Outputs": copies},
    )
    definition = {
        "Version": "2020-12-01",
        "Parameters": [{"Name": "Factor", "Type": "String", "DefaultValue": "7"}],
        "Steps": [step("Copy", request)],
    }
    own.sagemaker.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=json.dumps(definition))
    first = started(own)
    own.put("data/a.csv", "x,y\n1,3\n")
    own.put("code/copy.sh", own.get(f"s3://{BUCKET}/code/copy.sh").decode() + "# changed\n")
    second = started(own, Factor="8")

    changes = json.loads(own.penstock("diff", "--json", first, second).stdout)["changes"]
    beside = own.penstock("gc", "--keep", "1", "--json")
    refused = own.penstock("gc", "--keep", "1", "--yes")
    own.server.stop()
    done = own.penstock("gc", "--keep", "1", "--yes", "--json")
    forgotten = own.penstock("reproduce", first)
    kept = own.penstock("reproduce", second.rpartition("/")[2])

    assert [
        (each["step"], each["aspect"], each["before"], each["after"]) for each in changes if each["aspect"] != "seconds"
    ] == [
        ("", "parameters", "7", "8"),
        ("Copy", "request", "7", "8"),
        ("Copy", "code", "(end)", "# changed"),
        ("Copy", "data", "2", "3"),
        ("Copy", "outputs", "7", "8"),
        ("Copy", "outputs", "2", "3"),
    ]
    assert json.loads(beside.stdout)["forget"]["executions"] == [first]
    assert "a server runs on" in refused.stderr
    assert json.loads(done.stdout)["forget"]["executions"] == [first]
    assert f"no execution or job goes by '{first}'" in forgotten.stderr
    assert kept.returncode == 0, kept.stdout


def started(world: World, **parameters: str) -> str:
    """An execution of the pipeline that has ended."""
    given = [{"Name": key, "Value": value} for key, value in parameters.items()]
    arn: str = world.sagemaker.start_pipeline_execution(PipelineName="p", PipelineParameters=given)[
        "PipelineExecutionArn"
    ]
    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    return arn
