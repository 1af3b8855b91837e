"""Operations on endpoints and their configurations, over servers that do as the test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.worlds import chances
from migrated import migrate
from penstock.engine.engine import Engine
from penstock.engine.residents import Reply, Setting
from penstock.services.sagemaker import registry
from penstock.services.sagemaker.endpoints.room import open_endpoints
from penstock.services.sagemaker.endpoints.servers import Served
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError
from services.sagemaker.endpoints.servers import Server, Servers, saying
from services.sagemaker.jobs.worlds import SOURCE, MemoryLogs, MemoryS3

DEADLINE = 30.0


class Kept(Servers):
    """`Residents` that remember what they were asked to be."""

    def __init__(self, each: Callable[[Server], None] = lambda _: None) -> None:
        super().__init__(each)
        self.settings: list[Setting] = []
        self.begun = asyncio.Event()

    @property
    def languages(self) -> Mapping[str, str]:
        return {"python": "Python"}

    async def start(self, setting: Setting) -> Server:  # type: ignore[override]
        self.settings.append(setting)
        self.begun.set()
        return await super().start()


@dataclass
class World:
    directory: Directory
    servers: Kept
    s3: MemoryS3

    async def ask(self, operation: str, *, token: str = "", service: str = "sagemaker", **request: Json) -> Answer:
        async with asyncio.timeout(DEADLINE):
            return await self.directory.answer(Call(service, operation, request, Scope(), token))

    async def invoke(self, name: str = "e", **more: Json) -> Answer:
        return await self.ask("InvokeEndpoint", service="sagemaker-runtime", EndpointName=name, Body=b"x", **more)

    async def create(self, name: str = "e", config: str = "c", *, count: int = 1) -> None:
        await self.configure(config, count=count)
        await self.ask("CreateEndpoint", EndpointName=name, EndpointConfigName=config)

    async def configure(self, config: str = "c", *, count: int = 1, **more: Json) -> None:
        container = {"Image": "image", "Environment": {"MINE": "yes"}}
        with contextlib.suppress(ServiceError):  # it is there
            await self.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer=container)
        variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": count}
        await self.ask("CreateEndpointConfig", EndpointConfigName=config, ProductionVariants=[variant], **more)

    async def settled(self, name: str = "e") -> Json:
        """The endpoint when nothing is under way."""
        async with asyncio.timeout(DEADLINE):
            while True:
                found = await self.ask("DescribeEndpoint", EndpointName=name)
                if found["EndpointStatus"] in {"InService", "Failed"}:
                    return found
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def world_at(
    folder: Path,
    each: Callable[[Server], None] = lambda _: None,
    *,
    life: int = 1,
    chance: Callable[[], str] | None = None,
    database: SqliteDatabase | None = None,
    objects: dict[str, bytes] | None = None,
    furnish: Callable[[Engine, Directory, Callable[[], str]], None] = lambda *_: None,
    has_program: bool = False,
) -> AsyncIterator[World]:
    """The engine at work on a folder until the block ends; `furnish` opens more rooms."""
    path = folder / "world.db"
    migrate(path, [SOURCE / "engine" / "migrations"])
    database = database or SqliteDatabase(path)
    directory, blobs = Directory(), Blobs(folder)
    chance = chance or chances(life)
    engine = Engine(database, directory, clock=lambda: 1_000.0, chance=chance)
    servers = Kept(each)
    s3 = MemoryS3(blobs)
    s3.objects["bucket"] = {} if objects is None else objects
    directory.register(s3)
    directory.register(MemoryLogs())
    for service in registry.services(database, directory, lambda: 1_000.0):
        directory.register(service)
    room = open_endpoints(
        engine=engine, directory=directory, blobs=blobs, residents=servers, machine=Machine(cpus=4, memory_mib=8192),
        models=folder / "models",
        captures=folder / "captures",
        streams=Streams(directory, lambda scope, group, stream: folder / "logs" / group.strip("/") / stream),
        how_served=lambda image: Served(variables={"IMAGE": image}, has_program=has_program),
        client_environment=lambda scope, role: {"ROLE": role},
        clock=lambda: 1_000.0, chance=chance,
    )  # fmt: skip
    furnish(engine, directory, chance)
    ready = asyncio.Event()
    working = asyncio.create_task(engine.work(ready.set))
    shipping = asyncio.create_task(room.work())
    try:
        await ready.wait()
        yield World(directory, servers, s3)
    finally:
        working.cancel()
        shipping.cancel()
        await asyncio.gather(working, shipping, return_exceptions=True)
        database.close()


async def test_an_endpoint_comes_into_service_and_answers(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create(count=2)
        found = await world.settled()
        said = await world.invoke()

    assert found["EndpointArn"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"
    assert found["ProductionVariants"][0]["DeployedImages"] == [{"SpecifiedImage": "image"}]
    assert not [member for member in found if member.startswith("_")]
    assert (said["Body"], said["InvokedProductionVariant"]) == (b"1", "a")
    setting = world.servers.settings[0]
    assert {name: setting.variables[name] for name in ("IMAGE", "ROLE", "MINE", "OMP_NUM_THREADS")} == {
        "IMAGE": "image", "ROLE": "role", "MINE": "yes", "OMP_NUM_THREADS": "2",
    }  # fmt: skip
    streams = {setting.log.name for setting in world.servers.settings}
    assert len(streams) == 2
    assert setting.log.parent == tmp_path / "logs/aws/sagemaker/Endpoints/e/a"


async def test_an_endpoint_is_in_service_again_after_a_restart(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        before = world.servers
    assert all(server.is_over for server in before.servers)

    async with world_at(tmp_path, life=2) as world:
        assert (await world.ask("DescribeEndpoint", EndpointName="e"))["EndpointStatus"] == "InService"
        async with asyncio.timeout(DEADLINE):
            await world.servers.begun.wait()
        assert (await world.invoke())["Body"] == b"1"
        assert world.servers.settings[0].log == before.settings[0].log


async def test_an_endpoint_that_was_being_created_at_the_end_is_created_after_a_restart(tmp_path: Path) -> None:
    async with world_at(tmp_path, never_ready) as world:
        await world.create()
        async with asyncio.timeout(DEADLINE):
            await world.servers.begun.wait()
    async with world_at(tmp_path, life=2) as world:
        assert (await world.settled())["EndpointStatus"] == "InService"


async def test_an_update_that_was_under_way_at_the_end_is_carried_on_after_a_restart(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: never_ready(server) if server.number == 2 else None) as world:
        await world.create()
        await world.settled()
        await world.configure("other", count=2)
        await world.ask("UpdateEndpoint", EndpointName="e", EndpointConfigName="other")
        found = await world.ask("DescribeEndpoint", EndpointName="e")
        assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("Updating", "c")
        assert (await world.invoke())["Body"] == b"1"
    async with world_at(tmp_path, life=2) as world:
        found = await world.settled()
        assert (found["EndpointConfigName"], found["ProductionVariants"][0]["CurrentInstanceCount"]) == ("other", 2)


def never_ready(server: Server) -> None:
    server.ping_gate = asyncio.Event()


async def test_deleting_ends_the_servers_and_frees_the_name(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        await world.ask("DeleteEndpoint", EndpointName="e", token="once")
        await world.ask("DeleteEndpoint", EndpointName="e", token="once")  # told twice

        assert [server.is_over for server in world.servers.servers] == [True]
        with pytest.raises(ServiceError, match=r"Could not find endpoint"):
            await world.ask("DescribeEndpoint", EndpointName="e")
        with pytest.raises(ServiceError, match=r"^Endpoint e of account 123456789012 not found\.$") as failure:
            await world.invoke()
        assert failure.value.code == "ValidationError"

        await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
        assert (await world.settled())["EndpointStatus"] == "InService"


async def test_an_endpoint_that_is_deleted_while_it_is_created_leaves_nothing(tmp_path: Path) -> None:
    async with world_at(tmp_path, never_ready) as world:
        await world.create()
        async with asyncio.timeout(DEADLINE):
            await world.servers.begun.wait()
        with pytest.raises(ServiceError, match="not found"):
            await world.invoke()
        with pytest.raises(ServiceError, match="Cannot update in-progress endpoint"):
            await world.ask("UpdateEndpoint", EndpointName="e", EndpointConfigName="c")
        await world.ask("DeleteEndpoint", EndpointName="e")

        assert [server.is_over for server in world.servers.servers] == [True]


async def test_names_are_taken_once_and_told_twice_is_once(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.configure()
        with pytest.raises(ServiceError, match="Cannot create already existing endpoint configuration"):
            await world.configure()
        for _ in range(2):
            await world.ask("CreateEndpoint", token="once", EndpointName="e", EndpointConfigName="c")
        with pytest.raises(ServiceError, match=r"Cannot create already existing endpoint \"arn"):
            await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
        await world.settled()

        assert len(world.servers.servers) == 1
        listed = await world.ask("ListEndpoints", StatusEquals="InService")
        assert [each["EndpointName"] for each in listed["Endpoints"]] == ["e"]
        configs = await world.ask("ListEndpointConfigs")
        assert [each["EndpointConfigName"] for each in configs["EndpointConfigs"]] == ["c"]


async def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        with pytest.raises(ServiceError, match=r"Could not find endpoint configuration .*endpoint-config/none"):
            await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="none")
        variant = {"VariantName": "a", "ModelName": "none", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        with pytest.raises(ServiceError, match="Could not find model"):
            await world.ask("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[variant])


async def test_a_models_failure_is_told_with_its_status_words_and_log(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "reply", saying(415, "not that"))) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match=r'Received client error \(415\) .* "not that"') as failure:
            await world.invoke()

    assert failure.value.code == "ModelError"
    assert failure.value.fields == {
        "OriginalStatusCode": 415,
        "OriginalMessage": "not that",
        "LogStreamArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/e",
    }


async def test_an_invocation_that_takes_too_long_is_a_models_failure(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "reply", Reply(way="timed-out"))) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match="Your invocation timed out"):
            await world.invoke()


async def test_too_large_a_body_is_refused(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match="6291456"):
            await world.ask("InvokeEndpoint", service="sagemaker-runtime", EndpointName="e", Body=b"x" * 6_291_457)


async def test_a_variant_says_what_it_has_while_that_changes(tmp_path: Path) -> None:
    gates = {1: asyncio.Event(), 2: asyncio.Event()}
    async with world_at(tmp_path, lambda server: setattr(server, "ping_gate", gates[server.number])) as world:
        await world.create()
        await world.servers.begun.wait()
        creating = await world.ask("DescribeEndpoint", EndpointName="e")
        gates[1].set()
        stable = await world.settled()
        wanted = [{"VariantName": "a", "DesiredInstanceCount": 2, "DesiredWeight": 3.0}]
        await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=wanted)
        updating = await world.ask("DescribeEndpoint", EndpointName="e")
        gates[2].set()
        settled = await world.settled()

    def told(found: Json) -> list[Json]:
        (variant,) = found["ProductionVariants"]
        status = [each["Status"] for each in variant.get("VariantStatus", ())]
        return [
            status,
            *(variant[f"{which}{what}"] for what in ("InstanceCount", "Weight") for which in ("Current", "Desired")),
        ]

    assert told(creating) == [["Creating"], 0, 1, 0.0, 1.0]
    assert told(stable) == [[], 1, 1, 1.0, 1.0]
    assert told(updating) == [["Updating"], 1, 2, 1.0, 3.0]
    assert told(settled) == [[], 2, 2, 3.0, 3.0]
