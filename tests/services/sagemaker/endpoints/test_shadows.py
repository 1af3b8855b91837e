"""Shadow variants: asked what the production variant is asked, captured, and never answering."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import spool
from penstock.services.sagemaker.endpoints.refusals import check_config
from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_capture import CONFIG
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
SHADOW = {"VariantName": "shadow", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


async def shadowed(world: World, **more: Json) -> Json:
    capture = {**CONFIG, "CaptureContentTypeHeader": {"CsvContentTypes": ["text/plain", "text/csv"]}}
    await world.configure(ShadowProductionVariants=[{**SHADOW, **more}], DataCaptureConfig=capture)
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    return await world.settled()


async def until_asked(server: Server) -> None:
    async with asyncio.timeout(DEADLINE):
        while not server.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_shadow_is_asked_and_captured_and_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SHIP_AFTER", 0.0)
    async with world_at(tmp_path) as world:
        found = await shadowed(world)
        answers = {(await world.invoke())["Body"] for _ in range(5)}
        async with asyncio.timeout(DEADLINE):
            while not any("/shadow/" in key for key in world.s3.puts):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        with pytest.raises(ServiceError, match="Variant shadow not found; the endpoint has: a"):
            await world.invoke(TargetVariant="shadow")

    assert len(answers) == 1
    assert [each["VariantName"] for each in found["ProductionVariants"]] == ["a"]
    assert [each["VariantName"] for each in found["ShadowProductionVariants"]] == ["shadow"]


async def test_a_shadow_that_fails_or_sleeps_disturbs_nobody(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await shadowed(world)
        first = (await world.invoke())["Body"]
        number = 2 if first == b"1" else 1
        shadow = world.servers.servers[number - 1]
        await until_asked(shadow)
        shadow.reply = saying(500, "no")
        assert (await world.invoke())["Body"] == first
        shadow.gate = asyncio.Event()
        for _ in range(40):
            assert (await world.invoke())["Body"] == first

        assert len(shadow.asked) <= 20


async def test_a_shadow_of_no_weight_is_asked_nothing(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await shadowed(world, InitialVariantWeight=0.0)
        for _ in range(5):
            await world.invoke()
        await asyncio.sleep(0)

        assert sorted(len(server.asked) for server in world.servers.servers) == [0, 5]


@pytest.mark.parametrize(
    ("shadows", "sentence"),
    [
        ([SHADOW, {**SHADOW, "VariantName": "other"}], "one shadow of one production variant"),
        ([{"VariantName": "s", "ModelName": "m"}], r"ShadowProductionVariants\[0\].InstanceType is missing"),
        (
            [{"VariantName": "s", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}],
            "real-time variants with instances",
        ),
    ],
)
def test_shadows_that_make_no_sense_are_refused(shadows: list[Json], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        check_config({"ProductionVariants": [{**SHADOW, "VariantName": "a"}], "ShadowProductionVariants": shadows})
