"""Explained answers: what a model is asked beside the request, how much at a time, and what the caller is answered."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints.explaining import explained
from penstock.services.sagemaker.endpoints.instance import Lost, Unfit
from penstock.services.sagemaker.endpoints.saying import Listener, Said
from penstock.wire.call import ServiceError
from penstock_image.clarify.online import Explainer
from penstock_image.serving.messages import Request
from services.sagemaker.endpoints.test_operations import World, world_at

Json = Any
CONFIG: Json = {"ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "0,0"}}}
FACTS = {"path": "/invocations", "content_type": "text/csv", "accept": "text/csv", "attributes": "", "explanations": ""}


def well(body: bytes) -> Said:
    return Said(200, "text/csv", "trace=1", body)


def sums(body: bytes) -> Said:
    """A model of any number of records: a + b."""
    rows = (map(float, line.split(b",")) for line in body.splitlines())
    return well("".join(f"{sum(row)}\n" for row in rows).encode())


def one_sum(body: bytes) -> Said:
    """… that takes one record at a time."""
    return sums(body) if body.count(b"\n") <= 1 else Said(500, "text/plain", "", b"one at a time")


@dataclass
class Beside:
    """A server as a function of what it is asked."""

    say: Callable[[str, bytes], Said]
    asked: list[bytes] = field(default_factory=list)
    outstanding: int = 0
    last_asked: int = 0
    is_closed: bool = False

    async def begin(self) -> None:
        pass

    async def keep(self) -> None:
        await asyncio.Event().wait()

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        self.asked.append(body)
        return self.say(facts["path"], body)

    def close(self) -> None:
        self.is_closed = True


def clarify(config: Json = CONFIG) -> Beside:
    server = Explainer(config, Path("/nowhere"))

    def say(path: str, body: bytes) -> Said:
        answer = server.answer(Request(path, body=body))
        return Said(answer.status, answer.content_type, "", answer.body)

    return Beside(say)


def model(says: Callable[[bytes], Said]) -> Beside:
    return Beside(lambda _, body: says(body))


async def ask(model: Beside, body: bytes = b"1,2", config: Json = CONFIG, **more: str) -> Said:
    return await explained(model, clarify(config), config).ask({**FACTS, **more}, body, 60.0)


async def test_the_caller_is_answered_with_what_the_model_says_and_why() -> None:
    said = await ask(model(sums))

    assert (said.status, said.content_type, said.attributes) == (200, "application/json", "trace=1")
    document = json.loads(said.body)
    assert document["predictions"]["data"] == "3.0\n"
    shares = [feature["attributions"][0]["attribution"] for feature in document["explanations"]["kernel_shap"][0]]
    assert shares == [pytest.approx([1.0]), pytest.approx([2.0])]


async def test_a_model_that_takes_one_record_is_asked_so_and_the_next_time_at_once() -> None:
    server = model(one_sum)
    instance = explained(server, clarify(), CONFIG)
    first = await instance.ask(FACTS, b"1,2", 60.0)
    asked = len(server.asked)
    second = await instance.ask(FACTS, b"1,2", 60.0)

    assert first.is_well
    assert first == second
    assert len(server.asked) - asked == asked - 1  # not all at once any more


@pytest.mark.parametrize(("records", "asked"), [(1, 4), (3, 2), (100, 1)])
async def test_no_more_records_are_put_to_the_model_than_configured(records: int, asked: int) -> None:
    server = model(sums)
    await ask(server, config={**CONFIG, "InferenceConfig": {"MaxRecordCount": records}})

    assert len(server.asked) == 1 + asked
    assert max(body.count(b"\n") for body in server.asked) <= records


async def test_a_question_has_no_more_bytes_than_configured() -> None:
    long = b"x" * 300_000
    server = model(lambda body: well(b"1\n" * body.count(b"\n") or b"1"))
    config = {**CONFIG, "InferenceConfig": {"MaxPayloadInMB": 1}}

    await ask(server, b"%s,%s" % (long, long), config)

    assert [len(body) for body in server.asked[1:]] == [600_006 + 300_003, 300_003]


async def test_a_model_that_fails_is_heard_and_nobody_asks_why() -> None:
    server = model(lambda _: Said(400, "text/plain", "", b"not so"))
    said = await ask(server)

    assert (said.status, said.body, len(server.asked)) == (400, b"not so", 1)


async def test_what_the_explainer_cannot_do_is_told_in_its_name() -> None:
    said = await ask(model(sums), explanations="[7")

    assert (said.status, said.container) == (400, "clarify")
    assert b"is not a JMESPath" in said.body


async def test_an_explanation_has_the_time_of_one_request() -> None:
    instance = explained(model(sums), clarify(), CONFIG)
    with pytest.raises(Lost, match="timed-out"):
        await instance.ask(FACTS, b"1,2", 0.0)


async def test_an_explainer_that_is_not_there_is_named() -> None:
    def say(path: str, body: bytes) -> Said:
        raise Unfit("gone")

    instance = explained(model(sums), Beside(say), CONFIG)
    with pytest.raises(Unfit) as raised:
        await instance.ask(FACTS, b"1,2", 60.0)
    assert raised.value.container == "clarify"


# -- in the room


async def serve(world: World, baseline: Json) -> Json:
    config = {"ShapConfig": {"ShapBaselineConfig": baseline}}
    await world.configure(ExplainerConfig={"ClarifyExplainerConfig": config})
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    return await world.settled()


async def test_an_instance_has_an_explainer_beside_its_model_with_the_baseline_from_s3(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        world.s3.objects["bucket"] = {"base.csv": b"0,0"}
        baseline = {"ShapBaselineUri": "s3://bucket/base.csv"}
        found = await serve(world, baseline)

        own, clarify = sorted(world.servers.settings, key=lambda setting: "PENSTOCK_EXPLAINER" in setting.variables)
        assert found["ExplainerConfig"]["ClarifyExplainerConfig"]["ShapConfig"]["ShapBaselineConfig"] == baseline
        assert found["ProductionVariants"][0]["DeployedImages"] == [{"SpecifiedImage": "image"}]
        assert own.variables["IMAGE"] == "image"
        assert "/sagemaker-clarify-processing:" in clarify.variables["IMAGE"]
        assert (clarify.folders["/opt/ml"] / "model" / "baseline").read_bytes() == b"0,0"
        assert clarify.log != own.log


async def test_a_baseline_that_is_not_there_fails_the_endpoint(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        found = await serve(world, {"ShapBaselineUri": "s3://bucket/none"})

    assert found["EndpointStatus"] == "Failed"
    assert "Failed to download the SHAP baseline" in found["FailureReason"]


async def test_explanations_are_asked_of_endpoints_that_have_an_explainer(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match="EnableExplanations is for endpoints with an ExplainerConfig"):
            await world.invoke(EnableExplanations="`true`")
