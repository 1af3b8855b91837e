"""Webhooks of pipelines: who may send, what must be in it, and that it starts one execution."""

import hashlib
import hmac
import json

import pytest

from penstock.wire.call import Json, ServiceError
from penstock.wire.hooks import PLACE, Hook
from services.codepipeline.worlds import World, action, in_a_world, stage

BUILD = stage("Build", action("Do"))


def defined(authentication: str = "UNAUTHENTICATED", *filters: Json, **given: str) -> Json:
    return {
        "name": "w", "targetPipeline": "p", "targetAction": "Get", "filters": list(filters),
        "authentication": authentication, "authenticationConfiguration": given,
    }  # fmt: skip


async def posted(world: World, url: str, content: Json, *, client: str = "10.0.0.1", **headers: str) -> tuple[int, str]:
    account, region, *path = url.removeprefix(f"http://here{PLACE}/codepipeline/").split("/")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content).encode()
    return await world.room.hear(Hook(account, region, tuple(path), named, body, client))


async def put(world: World, webhook: Json) -> str:
    url: str = (await world.ask("PutWebhook", webhook=webhook))["webhook"]["url"]
    return url


@in_a_world
async def test_a_post_that_fits_starts_an_execution(world: World) -> None:
    await world.declare(BUILD)
    fit = {"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}
    url = await put(world, defined("UNAUTHENTICATED", fit))

    assert (await posted(world, url, {"ref": "refs/heads/other"}))[0] == 200
    assert len(await world.executions()) == 1
    status, execution = await posted(world, url, {"ref": "refs/heads/main"}, x_github_delivery="d1")
    again = await posted(world, url, {"ref": "refs/heads/main"}, x_github_delivery="d1")

    assert (status, again) == (200, (200, execution))
    (webhook,) = (await world.ask("ListWebhooks"))["webhooks"]
    assert webhook["lastTriggered"] > 0
    assert {each["trigger"]["triggerType"] for each in (await world.executions()).values()} == {
        "CreatePipeline", "Webhook"
    }  # fmt: skip
    assert len(await world.executions()) == 2


@in_a_world
async def test_placeholders_are_of_the_actions_configuration(world: World) -> None:
    await world.declare(BUILD)
    source = stage("Source", action("Get", "Source/Custom/Hand", makes=["Code"], given={"Note": "main"}))
    pipeline = (await world.ask("GetPipeline", name="p"))["pipeline"]
    await world.ask("UpdatePipeline", pipeline={**pipeline, "stages": [source, BUILD]})
    url = await put(world, defined("UNAUTHENTICATED", {"jsonPath": "$.ref", "matchEquals": "refs/heads/{Note}"}))

    await posted(world, url, {"ref": "refs/heads/other"})
    await posted(world, url, {})
    await posted(world, url, {"ref": "refs/heads/main"})

    assert len(await world.executions()) == 2


@in_a_world
async def test_only_who_is_let_starts_anything(world: World) -> None:
    await world.declare(BUILD)
    url = await put(world, defined("GITHUB_HMAC", {"jsonPath": "$"}, SecretToken="swordfish"))
    made = hmac.new(b"swordfish", b"{}", hashlib.sha1).hexdigest()
    assert (await posted(world, url, {}))[0] == 403
    assert (await posted(world, url, {}, x_hub_signature="sha1=0"))[0] == 403
    assert (await posted(world, url, {}, x_hub_signature=f"sha1={made}"))[0] == 200
    shown = (await world.ask("ListWebhooks"))["webhooks"][0]["definition"]["authenticationConfiguration"]
    assert shown == {"SecretToken": "****"}
    assert not any(b"swordfish" in file.read_bytes() for file in world.folder.rglob("*") if file.is_file())

    assert await put(world, defined("IP", AllowedIPRange="192.0.2.0/24")) == url
    assert (await posted(world, url, {}, client="192.0.2.9"))[0] == 200
    assert (await posted(world, url, {}, client="192.0.3.9"))[0] == 403
    assert (await posted(world, url[:-1], {}, client="192.0.2.9"))[0] == 404
    assert len(await world.executions()) == 3


@in_a_world
async def test_a_webhook_that_is_made_again_has_another_address(world: World) -> None:
    await world.declare(BUILD)
    url = await put(world, defined())
    await world.ask("DeleteWebhook", name="w")
    await world.ask("DeleteWebhook", name="w")

    assert await put(world, defined()) != url
    assert (await posted(world, url, {}))[0] == 404


@in_a_world
async def test_what_cannot_be_is_refused(world: World) -> None:
    await world.declare(BUILD)
    for webhook, code in (
        (defined("GITHUB_HMAC"), "InvalidWebhookAuthenticationParametersException"),
        (defined("IP", AllowedIPRange="here"), "InvalidWebhookAuthenticationParametersException"),
        (defined("UNAUTHENTICATED", {"jsonPath": "$["}), "InvalidWebhookFilterPatternException"),
        ({**defined(), "targetPipeline": "none"}, "PipelineNotFoundException"),
        ({**defined(), "targetAction": "none"}, "ValidationException"),
    ):
        with pytest.raises(ServiceError) as refused:
            await put(world, webhook)
        assert refused.value.code == code
    await put(world, defined())
    with pytest.raises(ServiceError, match="by hand"):
        await world.ask("RegisterWebhookWithThirdParty", webhookName="w")
    assert await world.ask("DeregisterWebhookWithThirdParty", webhookName="w") == {}
