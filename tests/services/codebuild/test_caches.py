"""Caches: what one build keeps is there for the next, in S3 and on this server."""

import pytest

from services.codebuild.worlds import Client, Json, World, project

COMMANDS = "phases: {build: {commands: ['cat deps/found || echo nothing', 'mkdir -p deps; echo $WHICH >deps/found']}}"
SPEC = f"version: 0.2\n{COMMANDS}\ncache: {{paths: ['deps/**/*'] %s}}"
S3 = {"type": "S3", "location": "bucket/kept"}
LOCAL = {"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]}


async def said(world: World, client: Client, which: str, spec: str = "", name: str = "app") -> str:
    """What a build has found in its cache; it leaves `which` in it."""
    build = await client.run(
        name,
        environmentVariablesOverride=[{"name": "WHICH", "value": which}],
        **({"buildspecOverride": spec} if spec else {}),
    )
    assert build["buildStatus"] == "SUCCEEDED"
    return world.log(build)[-1]


@pytest.mark.parametrize("cache", [S3, LOCAL], ids=["S3", "LOCAL"])
async def test_a_cache_without_a_key_is_what_the_last_build_kept_until_it_is_invalidated(
    world: World, cache: Json
) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=SPEC % "", cache=cache))
        found = [await said(world, client, which) for which in ("one", "two", "three")]
        await client("InvalidateProjectCache", projectName="app")
        afterwards = await said(world, client, "four")

    assert found == ["nothing", "one", "two"]
    assert afterwards == "nothing"
    if cache is S3:
        assert len([key for key in world.objects if key.startswith("kept/app") and key.endswith("/latest.tar")]) == 2


async def test_the_cache_of_a_key_is_never_replaced_and_others_that_begin_so_stand_in(world: World) -> None:
    spec = SPEC % ", key: deps-$(codebuild-hash-files lock), fallback-keys: [deps-]"
    other = spec.replace("codebuild-hash-files lock", "echo other")
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, cache=S3))
        found = [await said(world, client, which) for which in ("one", "two")]
        fallen_back = await said(world, client, "three", other)
        again = await said(world, client, "four", other)

    assert found == ["nothing", "one"]
    assert (fallen_back, again) == ("one", "three")


async def test_an_action_restores_or_saves_only(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=SPEC % "", cache=S3))
        restored = [await said(world, client, "one", SPEC % ", action: restore") for _ in range(2)]
        saved = [await said(world, client, "two", SPEC % ", action: save") for _ in range(2)]
        both = await said(world, client, "three")

    assert restored == ["nothing", "nothing"]
    assert saved == ["nothing", "nothing"]
    assert both == "two"


async def test_projects_share_the_caches_of_a_namespace(world: World) -> None:
    async with world.open() as client:
        for name in ("app", "lib"):
            await client("CreateProject", **project(name, spec=SPEC % "", cache={**S3, "cacheNamespace": "team"}))
        first, second = await said(world, client, "one"), await said(world, client, "two", name="lib")

    assert (first, second) == ("nothing", "one")


async def test_a_cache_that_cannot_be_kept_is_told_in_the_log_and_fails_nothing(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=SPEC % ", action: save", cache={"type": "S3", "location": "none"}))
        build = await client.run()

    path = world.folder / "logs" / "aws/codebuild/app" / build["logs"]["streamName"]
    assert build["buildStatus"] == "SUCCEEDED"
    assert b"The cache cannot be kept: NoSuchBucket" in path.read_bytes()


async def test_what_is_no_cache_of_the_source_is_kept_in_the_home_folder_of_each_build(world: World) -> None:
    spec = (
        "version: 0.2\nphases: {build: {commands: ['cat $HOME/.m2/a || echo nothing', "
        "'mkdir -p $HOME/.m2; echo kept >$HOME/.m2/a; ln -sf a $HOME/.m2/b']}}\ncache: {paths: [/root/.m2]}"
    )
    async with world.open() as client:
        await client("CreateProject", **project(spec=spec, cache=LOCAL))
        found = []
        for home in ("first", "second"):
            (world.folder / home).mkdir()
            world.environment["HOME"] = str(world.folder / home)
            found.append(await said(world, client, ""))

    assert found == ["nothing", "kept"]
    assert (world.folder / "second/.m2/b").readlink().name == "a"
