"""Model servers of images of one's own: containers, behind endpoints and in transform jobs."""

import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end.test_endpoints import archive, create, invoke, script_container
from end_to_end.test_transform import transform
from end_to_end.world import ENDED, ROLE, World, running, until
from runtimes import podman

pytestmark = pytest.mark.group("containers")

SERVE = textwrap.dedent(
    """\
    #!/usr/bin/python3
    import json, os, pathlib, threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    IS_ALONE = "SAGEMAKER_MULTI_MODEL" not in os.environ
    NAME = pathlib.Path("/opt/ml/model/name").read_text() if IS_ALONE else ""
    MODELS = {}
    TOGETHER = threading.Barrier(2)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.say(200 if self.path == "/ping" else 404, b"")

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/models":
                order = json.loads(body)
                MODELS[order["model_name"]] = pathlib.Path(order["url"], "name").read_text()
                return self.say(200, b"")
            if self.path.startswith("/models/"):
                return self.say(200, MODELS[self.path.split("/")[2]].encode())
            if body == b"die":
                os._exit(7)
            if body == b"together":
                TOGETHER.wait(60)
            print("asked", body.decode(), flush=True)
            lines = "".join(f"{NAME} {os.environ['COLOUR']} {line}\\n" for line in body.decode().splitlines())
            self.say(400 if body == b"bad" else 200, lines.encode())

        def say(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 8080))
    ThreadingHTTPServer(("0.0.0.0", port), Answers).serve_forever()
    """
)
ENDS = "def model_fn(folder):\n    return 1\n\ndef transform_fn(model, content, content_type, accept):\n"
ENDS += "    return ''.join(f'{line}.\\n' for line in content.splitlines()), content_type\n"


@pytest.fixture(scope="module")
def contained(engine_socket: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    podman.derive(engine_socket, "server", files={"usr/bin/serve": SERVE})
    data = tmp_path_factory.mktemp("contained-servers") / "data"
    data.mkdir()
    entry = (
        '[[images]]\nrepository = "{0}"\nversions = ["*"]\nruntime = "container"\nimage = "localhost/server"\n{1}\n\n'
    )
    (data / "images.toml").write_text(
        entry.format("churn", 'variables.COLOUR = "green"')
        + entry.format("shares", 'network = "host"')
        + entry.format("absent", "").replace("localhost/server", "localhost/absent")
    )
    with running(data, "--engine", f"unix://{engine_socket}") as world:
        yield world


def model_data(world: World, name: str) -> str:
    return world.put(f"models/{name}.tar.gz", archive(name=name.encode()))


def holding(socket: Path) -> list[dict[str, Any]]:
    return [each for each in podman.containers(socket) if "penstock.servers" in each["Labels"]]


def test_variants_of_an_image_of_ones_own_are_containers_and_are_replaced(
    contained: World, engine_socket: Path
) -> None:
    containers: dict[str, Any] = {
        name: {"Image": "churn:3", "ModelDataUrl": model_data(contained, name), "Environment": {"WHO": name}}
        for name in ("one", "two")
    }
    create(contained, "contained", **containers)

    for name in containers:
        assert invoke(contained, "contained", "x", TargetVariant=name)["Body"] == f"{name} green x\n"
    with ThreadPoolExecutor(2) as threads:
        ask = lambda _: invoke(contained, "contained", "together", TargetVariant="one")["Body"]  # noqa: E731
        assert set(threads.map(ask, range(2))) == {"one green together\n"}
    with pytest.raises(ClientError, match=r"client error \(400\)"):
        invoke(contained, "contained", "bad", TargetVariant="one")
    with pytest.raises(ClientError, match="the program's connection ended"):
        invoke(contained, "contained", "die", TargetVariant="one")
    assert until(lambda: answers(contained, "one"), "the next one answers") == "one green x\n"
    assert "asked x" in contained.lines("Endpoints/contained", "one/i-")

    before = {each["Id"] for each in holding(engine_socket)}
    contained.server.kill()
    contained.start()
    assert until(lambda: answers(contained, "two"), "it is in service again") == "two green x\n"
    assert {each["Id"] for each in holding(engine_socket)} == before
    contained.sagemaker.delete_endpoint(EndpointName="contained")
    until(lambda: not holding(engine_socket), "no container is left")


def test_a_container_holds_several_models(contained: World, engine_socket: Path) -> None:
    for name in ("left", "right"):
        contained.put(f"many/{name}.tar.gz", archive(name=name.encode()))
    create(contained, "many", all={"Image": "churn:3", "Mode": "MultiModel", "ModelDataUrl": "s3://things/many/"})

    asked = ("left.tar.gz", "right.tar.gz", "left.tar.gz")
    assert [invoke(contained, "many", "x", TargetModel=each)["Body"] for each in asked] == ["left", "right", "left"]
    assert len(holding(engine_socket)) == 1
    contained.sagemaker.delete_endpoint(EndpointName="many")
    until(lambda: not holding(engine_socket), "no container is left")


def answers(world: World, variant: str) -> str:
    """What a variant answers; nothing while it cannot."""
    try:
        return str(invoke(world, "contained", "x", TargetVariant=variant)["Body"])
    except ClientError:
        return ""


def test_a_transform_job_passes_a_container_and_an_environment_in_turn(contained: World, engine_socket: Path) -> None:
    code = contained.put("code/ends.tar.gz", archive(serve_lines__py=ENDS.encode()))
    contained.put("chained/a.csv", "1\n2\n")
    contained.sagemaker.create_model(
        ModelName="chained",
        ExecutionRoleArn=ROLE,
        Containers=[
            {"Image": "churn:3", "ModelDataUrl": model_data(contained, "first"), "ContainerHostname": "churn"},
            {**script_container(code), "ContainerHostname": "ends"},
        ],
    )

    contained.sagemaker.create_transform_job(**transform("chained", "chained"))

    ended = until(lambda: transformed(contained, "chained"), "it has ended")
    assert ended["TransformJobStatus"] == "Completed", ended
    assert contained.get("s3://things/chained-out/a.csv.out") == b"first green 1.\nfirst green 2.\n"
    until(lambda: not holding(engine_socket), "no container is left")


def transformed(world: World, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = world.sagemaker.describe_transform_job(TransformJobName=name)
    return found if found["TransformJobStatus"] in ENDED else None


def test_an_image_may_share_this_machines_network_and_what_it_lacks_is_told(contained: World) -> None:
    data = model_data(contained, "shared")
    create(contained, "shared", only={"Image": "shares:1", "ModelDataUrl": data, "Environment": {"COLOUR": "red"}})
    assert invoke(contained, "shared", "x")["Body"] == "shared red x\n"
    contained.sagemaker.delete_endpoint(EndpointName="shared")

    assert why_not(contained, "lacks-a-model", "churn:4") == "its container ended with exit code 1"
    assert why_not(contained, "lacks-an-image", "absent:1").startswith(
        "the container engine has no image 'localhost/absent': build or pull it there"
    )


def why_not(world: World, name: str, image: str) -> str:
    """Why a transform job with an image does not begin."""
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": image})
    world.put(f"{name}/a.csv", "1\n")
    world.sagemaker.create_transform_job(**transform(name, name))
    ended = until(lambda: transformed(world, name), "it has ended")
    reason: str = ended["FailureReason"]
    assert reason.startswith(
        "AlgorithmError: See job logs for more information (the primary container did not pass the ping health check: "
    )
    return reason.partition("health check: ")[2].removesuffix(")")
