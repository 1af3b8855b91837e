"""Packed environments: manifests that name an environment by its content, and nothing that could not be built."""

import json

import pytest

from penstock.images.environments import BadEnvironment
from penstock.images.packed import Packed, descriptor, unpack

LOCK = f"brook==1.0 --hash=sha256:{'a' * 64}\n"
PACKED = Packed(lock=LOCK, extends="installed", framework="sklearn", summary="ours")


def test_what_is_packed_is_unpacked_and_the_same_each_time() -> None:
    assert unpack(PACKED.manifest()) == PACKED
    assert PACKED.manifest() == PACKED.manifest()


def test_the_manifest_of_an_image_is_no_environment() -> None:
    assert unpack('{"schemaVersion": 2, "config": {}, "layers": []}') is None


def changed(**members: object) -> str:
    return json.dumps({**json.loads(PACKED.manifest()), **members})


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ("no manifest", "cannot be read"),
        (changed(layers=[]), "cannot be read"),
        (changed(config=descriptor("json", '{"command": "rm"}')), "its settings are command"),
        (changed(layers=[descriptor("text", "brook\n")]), "is no lock"),
    ],
)
def test_what_nothing_can_be_built_of_is_refused(manifest: str, why: str) -> None:
    with pytest.raises(BadEnvironment, match=why):
        unpack(manifest)
