"""Images that were built: jobs find them by content, or by the ARN of a version of SageMaker's image."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from penstock.composition.built import Built
from penstock.composition.images import BUILT, Images
from penstock.composition.pinning import Pinning
from penstock.images.packed import Packed
from penstock.runtimes.container import Engine, EngineGone, Refused
from penstock.runtimes.sandbox import UnknownImage
from penstock.services.sagemaker.images.making import Unfit
from runtimes.wheels import wheel

ARN = "arn:aws:sagemaker:us-east-1:123456789012:image-version/ours/1"
ADDRESS = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ours"
DIGEST = f"sha256:{'b' * 64}"


class Containers(Engine):
    """An engine with images of these names."""

    def __init__(self, **images: str) -> None:
        super().__init__(Path("/nowhere"))
        self.images = images

    async def identity(self, name: str) -> str | None:
        return self.images.get(name)


def pinning(data: Path, engine: Engine) -> Pinning:
    return Pinning(Images(data), Built(data / BUILT), engine)


async def test_an_environment_is_built_and_found_by_content_and_by_arn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    manifest = Packed(
        lock=wheel(tmp_path, "brook"), extends="installed", framework="sklearn", summary="ours"
    ).manifest()

    address = await pinning(tmp_path, Containers()).pin(ARN, f"{ADDRESS}:v1", manifest)
    found = [Images(tmp_path).resolve(each) for each in (address, ARN)]  # of another life

    assert not Images(tmp_path, spread_unmapped=True).is_on_nodes(address)  # where nobody has it

    assert address == f"{ADDRESS}@sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"
    assert found[0].python == found[1].python
    said = await asyncio.create_subprocess_exec(
        str(found[0].python), "-c", "import brook; print(brook.VERSION)", stdout=asyncio.subprocess.PIPE
    )
    assert (await said.communicate())[0] == b"1.0\n"


async def test_an_image_of_the_engine_is_known_by_what_it_is_now(tmp_path: Path) -> None:
    address = await pinning(tmp_path, Containers(**{f"{ADDRESS}:v1": DIGEST})).pin(ARN, f"{ADDRESS}:v1", "")
    images = Images(tmp_path)

    assert address == f"{ADDRESS}@{DIGEST}"
    for each in (address, ARN):
        assert images.is_container(each)
        assert images.container(each).name == DIGEST
        assert images.served(each).is_container


async def test_what_is_mapped_to_an_environment_keeps_its_name(tmp_path: Path) -> None:
    assert await pinning(tmp_path, Containers()).pin(ARN, "penstock/base:1", "") == "penstock/base:1"
    assert not Images(tmp_path).is_container(ARN)


async def test_what_nobody_knows_is_refused_and_nothing_is_named_by_it(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="ours:v1: no environment is mapped to it, none was pushed"):
        await pinning(tmp_path, Containers()).pin(ARN, "ours:v1", "")
    with pytest.raises(UnknownImage):
        Images(tmp_path).resolve(ARN)


@pytest.mark.parametrize("problem", [EngineGone("no engine answers"), Refused(500, "no engine answers")])
async def test_an_engine_that_does_not_answer_is_told_of(tmp_path: Path, problem: Exception) -> None:
    class Away(Containers):
        async def identity(self, name: str) -> str | None:
            raise problem

    with pytest.raises(Unfit, match="ours:v1: no engine answers"):
        await pinning(tmp_path, Away()).pin(ARN, "ours:v1", "")


async def test_an_environment_that_extends_nothing_known_is_refused(tmp_path: Path) -> None:
    manifest = Packed(lock="", extends="nothing", framework="none", summary="ours").manifest()

    with pytest.raises(Unfit, match="there is no environment 'nothing'"):
        await pinning(tmp_path, Containers()).pin(ARN, f"{ADDRESS}:v1", manifest)


def test_what_is_kept_again_is_let_be(tmp_path: Path) -> None:
    built = Built(tmp_path)
    for _ in range(2):
        built.keep_container(DIGEST)
        built.name(ARN, f"{ADDRESS}@{DIGEST}")

    assert built.address(ARN) == f"{ADDRESS}@{DIGEST}"
    assert [each.name for each in tmp_path.iterdir() if each.name != "names"] == ["b" * 64]
