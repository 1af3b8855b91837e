"""Models of every make: from packages, as files, of several containers, of several models."""

import asyncio
import tarfile
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.residents import Reply
from penstock.wire.call import ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
FOLDER = "s3://bucket/models/"


async def serve(world: World, **model: Json) -> Json:
    """An endpoint for a model of these members, once it has settled."""
    await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", **model)
    await world.configure()
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    return await world.settled()


def upper(server: Server) -> None:
    """Each server answers with its number, in a type of its own."""
    server.reply = saying(200, f"from {server.number}", f"text/{server.number}")


TWO = [
    {"Image": "first", "Environment": {"N": "1"}},
    {"Image": "second", "Environment": {"N": "2"}, "ContainerHostname": "scores"},
]


async def test_a_request_passes_every_container_with_what_the_one_before_answered(tmp_path: Path) -> None:
    async with world_at(tmp_path, upper) as world:
        found = await serve(world, Containers=TWO)
        said = await world.invoke(ContentType="text/csv", Accept="application/json", CustomAttributes="trace=1")

        images = [each["SpecifiedImage"] for each in found["ProductionVariants"][0]["DeployedImages"]]
        assert images == ["first", "second"]
        by_image = {setting.variables["IMAGE"]: n for n, setting in enumerate(world.servers.settings)}
        first, second = (world.servers.servers[by_image[image]] for image in ("first", "second"))
        (one,), (two,) = first.asked, second.asked
        assert (one.payload, one.facts["content_type"], one.facts["accept"]) == (b"x", "text/csv", "")
        assert two.payload == f"from {first.number}".encode()
        assert (two.facts["content_type"], two.facts["accept"]) == (f"text/{first.number}", "application/json")
        assert two.facts["attributes"] == "trace=1"
        assert said["Body"] == f"from {second.number}".encode()


async def test_the_container_that_fails_is_named_and_the_next_is_not_asked(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "reply", saying(400, "not so"))) as world:
        await serve(world, Containers=TWO)
        with pytest.raises(ServiceError, match=r"client error \(400\) from container-1 with message \"not so\""):
            await world.invoke()

        assert sum(len(server.asked) for server in world.servers.servers) == 1


async def test_a_container_that_takes_too_long_is_named(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "reply", Reply(way="timed-out"))) as world:
        await serve(world, Containers=TWO)
        with pytest.raises(ServiceError, match="response from container container-1"):
            await world.invoke()


async def test_a_container_that_does_not_load_fails_the_endpoint_by_its_name(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "ping", saying(503, "no model"))) as world:
        found = await serve(world, Containers=TWO)
        assert "The container-1 container for production variant a" in found["FailureReason"]


async def test_containers_are_asked_directly_by_their_names(tmp_path: Path) -> None:
    async with world_at(tmp_path, upper) as world:
        await serve(world, Containers=TWO, InferenceExecutionConfig={"Mode": "Direct"})
        for name in ("container-1", "scores"):
            await world.invoke(TargetContainerHostname=name)
        with pytest.raises(ServiceError, match="one of the variant's containers: container-1, scores"):
            await world.invoke()

        assert [len(server.asked) for server in world.servers.servers] == [1, 1]


async def test_a_target_is_refused_where_there_is_one_model_in_one_container(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match="TargetContainerHostname is for models") as refused:
            await world.invoke(TargetContainerHostname="a")
        with pytest.raises(ServiceError, match="leave TargetModel out"):
            await world.invoke(TargetModel="a")

    assert refused.value.code == "ValidationError", "as the runtime's model names it"


async def test_a_models_files_are_seen_as_they_are(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        world.s3.objects["bucket"] = {"models/a.bin": b"a", "models/deep/b.bin": b"b", "other": b""}
        source = {"S3Uri": FOLDER, "S3DataType": "S3Prefix", "CompressionType": "None"}
        await serve(world, PrimaryContainer={"Image": "i", "ModelDataSource": {"S3DataSource": source}})

        model = world.servers.settings[0].folders["/opt/ml"] / "model"
        files = {str(path.relative_to(model)): path.read_bytes() for path in model.rglob("*") if path.is_file()}
        assert files == {"a.bin": b"a", "deep/b.bin": b"b"}


async def test_every_container_of_a_model_package_is_served(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.ask("CreateModelPackageGroup", ModelPackageGroupName="g")
        package = await world.ask(
            "CreateModelPackage",
            ModelPackageGroupName="g",
            ModelApprovalStatus="Approved",
            InferenceSpecification={"Containers": TWO, "SupportedContentTypes": [], "SupportedResponseMIMETypes": []},
        )
        named = {"ModelPackageName": package["ModelPackageArn"], "Environment": {"MORE": "yes"}}
        await serve(world, Containers=[named])

        told = [(each.variables["IMAGE"], each.variables["MORE"]) for each in world.servers.settings]
        assert sorted(told) == [("first", "yes"), ("second", "yes")]


async def test_models_are_loaded_when_they_are_asked_for_and_stay(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        world.s3.objects["bucket"] = {"models/a.tar.gz": archive(tmp_path), "models/b/c.tar.gz": archive(tmp_path)}
        environment = {"SAGEMAKER_MULTI_MODEL": "true"}
        container = {"Image": "i", "Mode": "MultiModel", "ModelDataUrl": FOLDER, "Environment": environment}
        found = await serve(world, PrimaryContainer=container)
        assert (found["EndpointStatus"], world.servers.servers) == ("InService", [])

        answers = [(await world.invoke(TargetModel=name))["Body"] for name in ("a.tar.gz", "/b/c.tar.gz", "a.tar.gz")]

        assert answers == [b"1", b"2", b"1"]
        assert "SAGEMAKER_MULTI_MODEL" not in world.servers.settings[0].variables
        with pytest.raises(ServiceError, match=r"Failed to download model data \(s3://bucket/models/none\)"):
            await world.invoke(TargetModel="none")
        with pytest.raises(ServiceError, match="needs a TargetModel"):
            await world.invoke()
        await world.ask("DeleteEndpoint", EndpointName="e")
        assert all(server.is_over for server in world.servers.servers)


async def test_a_model_that_does_not_load_is_tried_again_by_the_next_request(tmp_path: Path) -> None:
    def sick_at_first(server: Server) -> None:
        if server.number == 1:
            server.ping = saying(503, "no model")

    async with world_at(tmp_path, sick_at_first) as world:
        world.s3.objects["bucket"] = {"models/a": archive(tmp_path)}
        await serve(world, PrimaryContainer={"Image": "i", "Mode": "MultiModel", "ModelDataUrl": FOLDER})
        with pytest.raises(ServiceError, match="The model a does not load: no model"):
            await world.invoke(TargetModel="a")
        async with asyncio.timeout(DEADLINE):
            assert (await world.invoke(TargetModel="a"))["Body"] == b"2"


def archive(folder: Path) -> bytes:
    """An archive with nothing in it."""
    path = folder / "empty.tar.gz"
    tarfile.open(path, "w:gz").close()
    return path.read_bytes()
