"""Tracking servers through boto3 and HTTP, a small program in MLflow's place: launched, kept, stopped, found again."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from penstock.app import Penstock, Settings
from penstock.composition.tracking import version
from penstock.services.sagemaker.mlflow import keeping, registering
from penstock.services.sagemaker.mlflow.passes import Passes

T = TypeVar("T")
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
STAND_IN = Path(__file__).parent / "stand_in.py"
DEADLINE = 120.0


async def launch(folder: Path, artifacts: str) -> tuple[str, ...]:
    return (sys.executable, str(STAND_IN), "{port}", str(folder), artifacts)


async def launch_nothing(folder: Path, artifacts: str) -> tuple[str, ...]:
    return ("false",)


class Customer:
    """Asks over HTTP, in threads of its own."""

    def __init__(self, server: Penstock) -> None:
        self.server = server
        key, secret = "penstock", "penstock"
        if server.settings.auth:
            root = json.loads((server.settings.data / "root-keys.json").read_text())
            key, secret = root["access_key"], root["secret_key"]
        self.keys = Credentials(key, secret)
        self.sagemaker: Any = boto3.client(
            "sagemaker", endpoint_url=server.endpoint, region_name="us-east-1",
            aws_access_key_id=key, aws_secret_access_key=secret,
        )  # fmt: skip

    def create(self, name: str = "t", **more: Any) -> str:
        made = self.sagemaker.create_mlflow_tracking_server(
            TrackingServerName=name, ArtifactStoreUri="s3://things/mlflow", RoleArn=ROLE, **more
        )
        arn: str = made["TrackingServerArn"]
        return arn

    def shown(self, name: str = "t") -> Any:
        return self.sagemaker.describe_mlflow_tracking_server(TrackingServerName=name)

    def until(self, status: str, name: str = "t") -> Any:
        return until(lambda: (found := self.shown(name))["TrackingServerStatus"] == status and found)

    def fetch(self, path: str = "api/2.0/x?y=1", body: bytes | None = None, **headers: str) -> Any:
        url = f"{self.shown()['TrackingServerUrl']}/{path}"
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            return json.load(answer)


def until(look: Callable[[], T | bool | None]) -> T:
    end = time.monotonic() + DEADLINE
    while not (seen := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not isinstance(seen, bool)
    return seen


def is_alive(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


async def on(folder: Path, do: Callable[[Customer], T], **settings: Any) -> T:
    """Do it at a server on this folder."""
    async with Penstock(Settings(data=folder, port=0, **{"launch": launch, **settings})) as server:
        return await asyncio.to_thread(lambda: do(Customer(server)))


async def test_a_server_is_launched_reached_stopped_started_updated_and_deleted(tmp_path: Path) -> None:
    def story(ask: Customer) -> None:
        arn = ask.create(Tags=[{"Key": "team", "Value": "a"}])
        shown = ask.until("Created")
        assert shown["IsActive"] == "Active"
        assert shown["MlflowVersion"] == version()
        assert ask.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]

        told = ask.fetch(body=b"hello")
        assert (told["method"], told["path"], told["body"]) == ("POST", "/api/2.0/x?y=1", "hello")
        assert told["s3"] == ask.server.endpoint
        assert told["artifacts"] == "s3://things/mlflow"

        ask.sagemaker.stop_mlflow_tracking_server(TrackingServerName="t")
        assert ask.until("Stopped")["IsActive"] == "Inactive"
        assert not is_alive(told["pid"])
        assert not is_alive(told["child"])
        with pytest.raises(urllib.error.HTTPError, match="503"):
            ask.fetch()

        ask.sagemaker.start_mlflow_tracking_server(TrackingServerName="t")
        ask.until("Started")
        ask.sagemaker.update_mlflow_tracking_server(TrackingServerName="t", ArtifactStoreUri="s3://other/place")
        ask.until("Updated")
        again = ask.fetch()
        assert (again["starts"], again["artifacts"]) == (3, "s3://other/place")
        (listed,) = ask.sagemaker.list_mlflow_tracking_servers()["TrackingServerSummaries"]
        assert listed["TrackingServerArn"] == arn

        ask.sagemaker.delete_mlflow_tracking_server(TrackingServerName="t")
        until(lambda: ask.sagemaker.list_mlflow_tracking_servers()["TrackingServerSummaries"] == [] and "gone")
        assert not is_alive(again["pid"])
        assert list((tmp_path / "data" / "mlflow").iterdir()) == []

    await on(tmp_path / "data", story)


async def test_a_program_that_dies_is_started_again_on_what_it_kept(tmp_path: Path) -> None:
    def story(ask: Customer) -> None:
        ask.create()
        ask.until("Created")
        before = ask.fetch()
        with contextlib.suppress(urllib.error.HTTPError):
            ask.fetch("die")

        def again() -> Any:
            with contextlib.suppress(urllib.error.HTTPError):
                return ask.fetch()
            return None

        assert until(again)["starts"] == before["starts"] + 1
        until(lambda: not is_alive(before["child"]) and "gone")
        assert ask.shown()["TrackingServerStatus"] == "Created"

    await on(tmp_path / "data", story)


async def test_a_program_ends_with_penstock_and_comes_back_with_it(tmp_path: Path) -> None:
    def first(ask: Customer) -> Any:
        ask.create()
        ask.until("Created")
        return ask.fetch()

    def second(ask: Customer) -> Any:
        def fetched() -> Any:
            with contextlib.suppress(urllib.error.HTTPError):
                return ask.fetch()
            return None

        return until(fetched)

    before = await on(tmp_path / "data", first)
    assert not is_alive(before["pid"])
    after = await on(tmp_path / "data", second)

    assert after["starts"] == 2


async def test_one_that_never_comes_up_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PAUSES", (0.05, 0.1))

    def story(ask: Customer) -> None:
        ask.create()
        assert ask.until("CreateFailed")["IsActive"] == "Inactive"

    await on(tmp_path / "data", story, launch=launch_nothing)


async def test_the_plugin_of_aws_finds_its_server_by_its_arn(tmp_path: Path) -> None:
    def story(ask: Customer) -> None:
        arn = ask.create()
        ask.until("Created")
        request = urllib.request.Request(
            f"{ask.server.endpoint}/_penstock/mlflow/arn/api/2.0/mlflow/x",
            headers={"x-mlflow-sm-tracking-server-arn": arn},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["path"] == "/api/2.0/mlflow/x"

    await on(tmp_path / "data", story)


async def test_where_signatures_are_checked_only_those_who_have_one_or_a_pass_are_let_in(tmp_path: Path) -> None:
    def signed(ask: Customer) -> dict[str, str]:
        url = f"{ask.shown()['TrackingServerUrl']}/signed"
        request = AWSRequest("POST", url, data=b"x")
        SigV4Auth(ask.keys, "sagemaker-mlflow", "us-east-1").add_auth(request)
        return {name: str(text) for name, text in request.headers.items()}

    def story(ask: Customer) -> None:
        ask.create()
        ask.until("Created")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask.fetch()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask.fetch(authorization="Bearer nonsense")
        told = ask.fetch("signed", b"x", **signed(ask))
        assert told["path"] == "/signed"
        assert told["authorization"] is None
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask.fetch("signed", b"another", **signed(ask))

        presigned = ask.sagemaker.create_presigned_mlflow_tracking_server_url(TrackingServerName="t")["AuthorizedUrl"]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(presigned, timeout=60) as answer:
            told = json.load(answer)
        assert told["path"] == "/"
        assert told["cookie"] is None

    await on(tmp_path / "data", story, auth=True)


async def test_models_that_are_registered_in_mlflow_come_to_the_registry_once_where_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registering, "EVERY", 0.05)
    versions: list[dict[str, Any]] = []

    def register(name: str, number: int, at: int, **more: str) -> None:
        versions.append({"name": name, "version": str(number), "creation_timestamp": at, "run_id": "r1", **more})
        beside = tmp_path / "data" / "versions"
        beside.write_text(json.dumps(versions))
        beside.rename(tmp_path / "data" / "versions.json")

    def packages(ask: Customer, group: str) -> list[Any]:
        try:
            found = ask.sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
        except ClientError:
            return []
        return [ask.sagemaker.describe_model_package(ModelPackageName=each["ModelPackageArn"]) for each in found]

    def story(ask: Customer) -> None:
        register("churn (new)", 1, 1000)
        register("churn (new)", 2, 1000, description="the better one")
        ask.create("off")
        ask.create(AutomaticModelRegistration=True)
        assert ask.until("Created")["AutomaticModelRegistration"] is True

        first, second = sorted(
            until(lambda: len(found := packages(ask, "churn-new")) == 2 and found),
            key=lambda each: each["CustomerMetadataProperties"]["MlflowModelVersion"],
        )
        assert second["ModelPackageDescription"] == "the better one"
        assert first["SourceUri"] == "s3://things/mlflow/churn (new)/1"
        assert first["ModelApprovalStatus"] == "PendingManualApproval"
        assert first["CustomerMetadataProperties"] == {
            "MlflowTrackingServer": "t", "MlflowModelName": "churn -new-", "MlflowModelVersion": "1",
            "MlflowRunId": "r1",
        }  # fmt: skip
        ask.sagemaker.delete_model_package(ModelPackageName=first["ModelPackageArn"])

    def later(ask: Customer) -> None:
        register("next", 1, 2000)
        until(lambda: packages(ask, "next"))
        assert len(packages(ask, "churn-new")) == 1  # neither again, nor one that was deleted

        ask.sagemaker.update_mlflow_tracking_server(TrackingServerName="t", AutomaticModelRegistration=False)
        ask.until("Updated")
        register("next", 2, 3000)
        ask.sagemaker.update_mlflow_tracking_server(TrackingServerName="t", AutomaticModelRegistration=True)
        ask.until("Updated")
        register("next", 3, 4_000_000_000_000)
        until(lambda: len(found := packages(ask, "next")) == 2 and found)
        assert {each["CustomerMetadataProperties"]["MlflowModelVersion"] for each in packages(ask, "next")} == {
            "1",
            "3",
        }

    await on(tmp_path / "data", story)
    await on(tmp_path / "data", later)


async def test_what_cannot_be_done_is_refused(tmp_path: Path) -> None:
    def story(ask: Customer) -> None:
        for more, why in (
            ({"MlflowVersion": "1.0.0"}, "Penstock has"),
            ({"S3BucketOwnerAccountId": "999999999999"}, "S3BucketOwnerAccountId"),
        ):
            with pytest.raises(ClientError, match=why):
                ask.create(**more)
        ask.create()
        with pytest.raises(ClientError, match="ConflictException"):
            ask.create()
        ask.until("Created")
        with pytest.raises(ClientError, match="must be Stopped to be started"):
            ask.sagemaker.start_mlflow_tracking_server(TrackingServerName="t")
        with pytest.raises(ClientError, match="ResourceNotFound"):
            ask.shown("other")

    await on(tmp_path / "data", story)


def test_a_pass_is_good_for_one_server_and_for_a_while() -> None:
    now = [1000.0]
    passes = Passes(b"seal", lambda: now[0])

    given = passes.write("arn:a", 10.0)

    assert passes.is_good(given, "arn:a")
    assert not passes.is_good(given, "arn:b")
    assert not Passes(b"other", lambda: now[0]).is_good(given, "arn:a")
    assert not passes.is_good(given[:-2], "arn:a")
    assert not passes.is_good("", "arn:a")
    now[0] = 1011.0
    assert not passes.is_good(given, "arn:a")


def test_the_leash_lets_nothing_live_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, pathlib, sys\n"
        "from penstock.engine.programs import Program\n"
        "from penstock.runtimes.programs import Processes\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "command = (sys.executable, sys.argv[2], '{port}', str(folder), 'x')\n"
        "kept = Program(command=command, folder=folder, log=folder / 'log', health='/')\n"
        "asyncio.run(Processes().run(kept, lambda port: print(port, flush=True)))\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), str(STAND_IN)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    port = int(holder.stdout.readline())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
        told = json.load(answer)

    holder.kill()
    holder.communicate()

    until(lambda: not is_alive(told["pid"]) and not is_alive(told["child"]) and "gone")
