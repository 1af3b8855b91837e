"""Inventories: what an image stands for, as a blob that changes when a package does."""

import json
from pathlib import Path

import pytest

from penstock.composition.images import Images
from penstock.composition.inventories import Inventories, installed
from penstock.runtimes.container import Engine
from penstock.services.sagemaker.identify import UNBUILT
from penstock.store.blobs import Blobs

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"


def package(site: Path, name: str, version: str) -> Path:
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The packages of an environment of the user's own, which the image is mapped to."""
    (tmp_path / "mine" / "bin").mkdir(parents=True)
    (tmp_path / "mine" / "bin" / "python3").symlink_to("/usr/bin/env")
    (tmp_path / "mine" / "pyvenv.cfg").write_text("version = 3.12.1\n")
    (tmp_path / "images.toml").write_text(
        f"""
        [environments.mine]
        python = "{tmp_path}/mine/bin/python3"

        [[images]]
        repository = "*/mine"
        versions = ["*"]
        environment = "mine"

        [[images]]
        repository = "*/contained"
        versions = ["*"]
        runtime = "container"
        """
    )
    return tmp_path / "mine" / "lib" / "python3.12" / "site-packages"


async def test_an_inventory_lists_packages_and_changes_with_them(tmp_path: Path, site: Path) -> None:
    old = package(site, "numpy", "2.0.1")
    package(site, "Typing_Extensions", "4.9")
    blobs = Blobs(tmp_path)
    inventories = Inventories(Images(tmp_path), blobs, Engine(tmp_path / "nobody"))

    first = await inventories.identify(IMAGE)
    same = await inventories.identify(IMAGE)
    old.rename(site / "numpy-2.1.0.dist-info")
    changed = await inventories.identify(IMAGE)

    assert first is not None
    assert changed is not None
    assert first == same != changed
    listed = [json.loads(blobs.find(digest).read()) for digest in (first, changed)]
    assert [each["packages"]["numpy"] for each in listed] == ["2.0.1", "2.1.0"]
    assert (listed[0]["environment"], listed[0]["python"]) == ("mine", "3.12.1")
    assert listed[0]["packages"]["typing-extensions"] == "4.9"


async def test_an_environment_that_has_yet_to_be_built_is_what_it_will_be_made_of(tmp_path: Path) -> None:
    (tmp_path / "images.toml").write_text(
        """
        [environments.mine]
        requirements = "mine.txt"

        [[images]]
        repository = "*/mine"
        versions = ["*"]
        environment = "mine"
        """
    )
    unbuilt = []
    for version in ("1.0", "1.1"):
        (tmp_path / "mine.txt").write_text(f"toolz=={version} --hash=sha256:{'0' * 64}\n")
        images = Images(tmp_path)
        inventories = Inventories(images, Blobs(tmp_path), Engine(tmp_path / "nobody"))
        unbuilt.append(await inventories.identify(IMAGE))
    plan = images.plan(IMAGE)
    package(plan.python.parents[1] / "lib" / "python3.11" / "site-packages", "toolz", "1.1")
    plan.python.parent.mkdir()
    plan.python.touch()
    built = await inventories.identify(IMAGE)

    assert built is not None
    assert len({*unbuilt, built}) == 3
    assert [each is not None and each.startswith(UNBUILT) for each in (*unbuilt, built)] == [True, True, False]
    listed = json.loads(Blobs(tmp_path).find(built).read())
    assert listed["packages"] == {"toolz": "1.1"}


async def test_an_inventory_that_was_swept_is_listed_again(tmp_path: Path, site: Path) -> None:
    package(site, "numpy", "2.0.1")
    blobs = Blobs(tmp_path)
    inventories = Inventories(Images(tmp_path), blobs, Engine(tmp_path / "nobody"))

    first = await inventories.identify(IMAGE)
    assert first is not None
    blobs.path(first).unlink()

    assert await inventories.identify(IMAGE) == first
    assert blobs.path(first).exists()


async def test_a_container_is_named_where_its_engine_says_no_more_and_an_unknown_image_is_nothing(
    tmp_path: Path, site: Path
) -> None:
    blobs = Blobs(tmp_path)
    inventories = Inventories(Images(tmp_path), blobs, Engine(tmp_path / "nobody"))

    found = await inventories.identify("there.io/contained:1")

    assert found is not None
    told = json.loads(blobs.find(found).read())
    assert (told["container"], told["id"]) == ("there.io/contained:1", None)
    assert await inventories.identify("there.io/nobody:1") is None


def test_a_folder_without_packages_has_none(tmp_path: Path) -> None:
    assert installed(str(tmp_path / "nothing")) == {}
