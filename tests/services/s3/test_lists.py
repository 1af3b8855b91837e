"""Lists: keys in order, rolled up and paged; and a bucket that behaves as a dictionary does."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from databases import each_database
from penstock.services.s3 import listing
from penstock.services.s3.model import Version
from penstock.wire.call import Answer
from services.s3.worlds import World, build

KEYS = ["a", "a/1", "a/2", "a/b/1", "b/1", "c", "d/1", "é/1", "\U0001f5dd"]


async def filled(world: World, keys: list[str]) -> None:
    for key in keys:
        await world.put(key, key.encode())


async def everything(world: World, operation: str = "ListObjectsV2", **request: object) -> tuple[list[str], list[str]]:
    """Keys and common prefixes of all pages."""
    keys: list[str] = []
    prefixes: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = await world.ask(operation, **{"Bucket": "models", **request, **more})
        keys += [entry["Key"] for entry in page["Contents"]]
        prefixes += [entry["Prefix"] for entry in page["CommonPrefixes"]]
        if not page["IsTruncated"]:
            return keys, prefixes
        if operation == "ListObjectsV2":
            more = {"ContinuationToken": page["NextContinuationToken"]}
        else:
            more = {"Marker": page.get("NextMarker") or page["Contents"][-1]["Key"]}


@each_database("bare")
async def test_keys_come_in_the_order_of_their_utf_8(world: World) -> None:
    keys = ["￿", "\U0001f5dd", "z", "Z", "a", "a/", "a//", "é"]
    await filled(world, keys)

    assert await world.keys() == sorted(keys, key=str.encode)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2"])
@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "prefixes"),
    [
        ("", "", KEYS, []),
        ("", "/", ["a", "c", "\U0001f5dd"], ["a/", "b/", "d/", "é/"]),
        ("a/", "/", ["a/1", "a/2"], ["a/b/"]),
        ("a", "/", ["a"], ["a/"]),
        ("x", "/", [], []),
        ("a/", "", ["a/1", "a/2", "a/b/1"], []),
        ("", "/1", ["a", "a/2", "c", "\U0001f5dd"], ["a/1", "a/b/1", "b/1", "d/1", "é/1"]),
    ],
)
async def test_every_page_size_tells_the_same(
    world: World, operation: str, size: int, prefix: str, delimiter: str, keys: list[str], prefixes: list[str]
) -> None:
    await filled(world, KEYS)

    told = await everything(world, operation, Prefix=prefix, Delimiter=delimiter, MaxKeys=size)

    assert told == (keys, prefixes)


async def test_a_common_prefix_costs_one_look_up(world: World) -> None:
    looks: list[int] = []
    keys = [f"{folder}/{number:04}" for folder in "abc" for number in range(2000)]

    def fetch(least: str, seen: Version | None, limit: int) -> list[Version]:
        looks.append(limit)
        start = least if seen is None else max(least, listing.after(seen.key))
        return [Version(bucket="b", key=key, version_id="null", modified_at=0) for key in keys if key >= start][:limit]

    page = listing.page(fetch, prefix="", delimiter="/", least="", limit=1000)

    assert page.prefixes == ["a/", "b/", "c/"]
    assert sum(looks) < 100


@each_database("bare")
async def test_a_start_after_need_not_be_a_key(world: World) -> None:
    await filled(world, KEYS)

    assert await world.keys(StartAfter="a/15") == ["a/2", "a/b/1", "b/1", "c", "d/1", "é/1", "\U0001f5dd"]


async def test_keys_are_encoded_where_asked_for(world: World) -> None:
    await world.put("a b/ü+1")

    told = await world.ask("ListObjectsV2", Bucket="models", EncodingType="url", Prefix="a b", Delimiter="+")

    assert told["EncodingType"] == "url"
    assert told["CommonPrefixes"] == [{"Prefix": "a+b/%C3%BC%2B"}]
    assert (told["Prefix"], told["Delimiter"]) == ("a+b", "%2B")


async def test_a_list_tells_what_a_head_tells(world: World) -> None:
    await world.put("a", b"content", StorageClass="STANDARD_IA", ChecksumAlgorithm="CRC32")

    (entry,) = (await world.ask("ListObjectsV2", Bucket="models", FetchOwner=True))["Contents"]
    head = await world.ask("HeadObject", Bucket="models", Key="a")

    assert (entry["ETag"], entry["Size"], entry["LastModified"]) == (head["ETag"], 7, head["LastModified"])
    assert (entry["StorageClass"], entry["ChecksumAlgorithm"]) == ("STANDARD_IA", ["CRC32"])
    assert len(entry["Owner"]["ID"]) == 64


async def test_an_empty_page_is_asked_for_and_told(world: World) -> None:
    await filled(world, KEYS)

    told = await world.ask("ListObjectsV2", Bucket="models", MaxKeys=0)

    assert (told["Contents"], told["IsTruncated"], told["MaxKeys"]) == ([], False, 0)
    assert (await world.refused("ListObjectsV2", Bucket="models", MaxKeys=-1)).code == "InvalidArgument"
    assert (await world.refused("ListObjectsV2", Bucket="models", ContinuationToken="é")).code == "InvalidArgument"


class BucketAsADictionary(RuleBasedStateMachine):
    """Whatever is done to a versioned bucket, it tells what a dictionary of lists would."""

    ids = Bundle("ids")
    keys = st.sampled_from(["a", "a/", "a/1", "a/2/", "b", "b//c", "é/ü", "￿", "\U0001f5dd/1"])

    @initialize(versioning=st.sampled_from(["", "Enabled", "Suspended"]))
    def open(self, versioning: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = build(Path(self.folder.name))
        self.runner = asyncio.Runner()
        self.model: dict[str, list[tuple[str, bytes | None]]] = {}
        self.versioning = ""
        self.ask("CreateBucket")
        self.set_versioning(versioning)

    def ask(self, operation: str, **request: object) -> Answer:
        return self.runner.run(self.world.ask(operation, Bucket="models", **request)) if hasattr(self, "runner") else {}

    def set_versioning(self, status: str) -> None:
        if status:
            self.ask("PutBucketVersioning", VersioningConfiguration={"Status": status})
            self.versioning = status

    @rule(status=st.sampled_from(["Enabled", "Suspended"]))
    def change_versioning(self, status: str) -> None:
        self.set_versioning(status)

    def write(self, key: str, version_id: str, content: bytes | None) -> None:
        kept = [each for each in self.model.get(key, []) if version_id != "null" or each[0] != "null"]
        self.model[key] = [*kept, (version_id, content)]

    @rule(target=ids, key=keys, content=st.binary(max_size=3))
    def put(self, key: str, content: bytes) -> tuple[str, str]:
        version_id = self.ask("PutObject", Key=key, Body=content).get("VersionId", "null")
        self.write(key, version_id, content)
        return key, version_id

    @rule(target=ids, key=keys)
    def delete(self, key: str) -> object:
        told = self.ask("DeleteObject", Key=key)
        if not self.versioning:
            self.model.pop(key, None)
            return multiple()
        self.write(key, told["VersionId"], None)
        return key, told["VersionId"]

    @rule(name=ids)
    def delete_version(self, name: tuple[str, str]) -> None:
        key, version_id = name
        self.ask("DeleteObject", Key=key, VersionId=version_id)
        self.model[key] = [each for each in self.model.get(key, []) if each[0] != version_id]

    @invariant()
    def lists_tell_the_same(self) -> None:
        if not hasattr(self, "runner"):
            return
        current = {key: versions[-1][1] for key, versions in self.model.items() if versions}
        living = sorted((key for key, content in current.items() if content is not None), key=str.encode)
        found, prefixes = self.runner.run(everything(self.world, Delimiter="/", MaxKeys=2))
        assert found == [key for key in living if "/" not in key]
        assert prefixes == sorted({key.partition("/")[0] + "/" for key in living if "/" in key}, key=str.encode)

    @invariant()
    def every_version_is_told_newest_first(self) -> None:
        if not hasattr(self, "runner"):
            return
        told = self.runner.run(every_version(self.world))
        expected = [
            (key, version_id, content is None, place == 0)
            for key in sorted(self.model, key=str.encode)
            for place, (version_id, content) in enumerate(reversed(self.model[key]))
        ]
        assert told == expected

    @invariant()
    def content_is_what_was_put(self) -> None:
        for key, versions in self.model.items() if hasattr(self, "runner") else ():
            for version_id, content in versions:
                if content is not None:
                    assert self.runner.run(self.world.content(key, VersionId=version_id)) == content

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            contents = {content for versions in self.model.values() for _, content in versions if content is not None}
            assert self.runner.run(self.world.blobs_in_store()) == len(contents)
            self.world.database.close()
            self.runner.close()
            self.folder.cleanup()


async def every_version(world: World) -> list[tuple[str, str, bool, bool]]:
    """(key, version id, is a marker, is the latest) in the order that pages of three tell."""
    told: list[tuple[str, str, bool, bool]] = []
    more: dict[str, str] = {}
    while True:
        page = await world.ask("ListObjectVersions", Bucket="models", MaxKeys=3, **more)
        entries = [(entry, False) for entry in page["Versions"]] + [(entry, True) for entry in page["DeleteMarkers"]]
        order = {}
        for entry, is_marker in entries:
            order[entry["Key"], entry["VersionId"]] = (entry["Key"], entry["VersionId"], is_marker, entry["IsLatest"])
        told += await in_order(world, order)
        if not page["IsTruncated"]:
            return told
        more = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


async def in_order(
    world: World, entries: dict[tuple[str, str], tuple[str, str, bool, bool]]
) -> list[tuple[str, str, bool, bool]]:
    """A page tells versions and markers apart; this puts them together again by what the table says."""
    rows = await world.database.read(
        lambda tx: tx.rows("SELECT key, version_id FROM s3_version ORDER BY key, seq DESC")
    )
    return [entries[str(key), str(version_id)] for key, version_id in rows if (key, version_id) in entries]


TestBucketAsADictionary = BucketAsADictionary.TestCase
TestBucketAsADictionary.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
