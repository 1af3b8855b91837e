"""With `--auth`: who has no valid key is refused, and a job's own clients have one."""

import io
import json
import urllib.request
import zipfile
from collections.abc import Iterator
from urllib.error import HTTPError

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from end_to_end.raw import JSON, ask
from end_to_end.world import World, running, step
from penstock.watch.links import PLACE

WRITES = """
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"])
boto3.client("s3").put_object(Bucket="things", Key="written/by-a-job.txt", Body=b"from inside")
"""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that checks signatures; the clients have the keys from its data folder."""
    with running(tmp_path_factory.mktemp("auth") / "data", "--auth") as world:
        yield world


def refusal(world: World, key: str, service: str, operation: str) -> tuple[str, int]:
    """What a service answers to a key whose secret is wrong: code and status."""
    client = boto3.client(
        service, endpoint_url=world.place.endpoint, region_name="us-east-1", aws_access_key_id=key,
        aws_secret_access_key="wrong", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)()
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_wrong_signature_is_refused_with_the_code_of_the_protocol(strict: World) -> None:
    key = strict.place.access_key

    assert refusal(strict, key, "sagemaker", "list_pipelines") == ("InvalidSignatureException", 400)
    assert refusal(strict, key, "s3", "list_buckets") == ("SignatureDoesNotMatch", 403)
    assert refusal(strict, key, "iam", "list_roles") == ("SignatureDoesNotMatch", 403)


def test_an_unknown_key_is_refused_with_the_code_of_the_protocol(strict: World) -> None:
    assert refusal(strict, "AKIANOBODY", "sagemaker", "list_pipelines") == ("UnrecognizedClientException", 400)
    assert refusal(strict, "AKIANOBODY", "s3", "list_buckets") == ("InvalidAccessKeyId", 403)
    assert refusal(strict, "AKIANOBODY", "iam", "list_roles") == ("InvalidClientTokenId", 403)


def test_no_signature_is_refused(strict: World) -> None:
    assert ask(strict, b"{}", X_Amz_Target="SageMaker.ListPipelines", **JSON)[0] == 400
    assert ask(strict, b"", method="GET", path="/bucket/key")[0] == 403


def test_a_browser_looks_with_the_link_that_penstock_watch_prints(strict: World) -> None:
    printed = strict.penstock("watch")
    address = printed.stdout.strip()
    place = f"{strict.place.endpoint}{PLACE}"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    with pytest.raises(HTTPError) as refused:
        browser.open(f"{place}/state")
    refused.value.close()
    with browser.open(address) as page, browser.open(f"{place}/state") as state:
        opened, told = page.url, json.load(state)

    assert "good for 5 minutes" in printed.stderr
    assert refused.value.code == 401
    assert opened == f"{place}?region=us-east-1"
    assert told["region"] == "us-east-1"


def test_a_function_s_clients_are_a_session_of_its_role(strict: World) -> None:
    source = "import boto3\ndef handler(event, context): return boto3.client('sts').get_caller_identity()['Arn']"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("who.py", source)
    functions = strict.client("lambda")
    functions.create_function(
        FunctionName="who", Runtime="python3.12", Handler="who.handler", Timeout=60, MemorySize=256,
        Role="arn:aws:iam::123456789012:role/Runner", Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip

    answer = functions.invoke(FunctionName="who")

    assert json.loads(answer["Payload"].read()) == "arn:aws:sts::123456789012:assumed-role/Runner/who"


@pytest.mark.parametrize("kind", ["world", "strict"])
def test_a_script_s_own_clients_find_the_server(kind: str, request: pytest.FixtureRequest) -> None:
    server: World = request.getfixturevalue(kind)
    arn = server.execute("writes", step("Write", server.processing("writes", f"python3 - <<'END'\n{WRITES}\nEND\n")))

    ended = server.execution(arn)

    (job,) = server.jobs("Processing", arn.rpartition("/")[2])
    assert ended["PipelineExecutionStatus"] == "Succeeded", server.lines("ProcessingJobs", job)
    session = "arn:aws:sts::123456789012:assumed-role/PenstockExecutionRole/SageMaker"
    assert server.lines("ProcessingJobs", job) == [session]
    assert server.get("s3://things/written/by-a-job.txt") == b"from inside"
