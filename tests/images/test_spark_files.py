"""Spark's `s3://`: buckets as trees of files, told over WebHDFS."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from penstock_image.spark_files import settings
from penstock_image.spark_files.objects import Found, Objects
from penstock_image.spark_files.tree import Tree
from penstock_image.spark_files.webhdfs import served


class Kept(Objects):
    """One bucket, in memory."""

    def __init__(self, **content: bytes) -> None:
        super().__init__({})
        self.content = {key.replace("__", "/"): value for key, value in content.items()}

    def find(self, bucket: str, key: str) -> Found | None:
        return Found(key, len(self.content[key]), 7.0) if key in self.content else None

    def under(self, bucket: str, prefix: str, *, deep: bool, most: int = 1000) -> Iterator[Found]:
        told = set()
        for key in sorted(self.content):
            rest = key.removeprefix(prefix)
            if key.startswith(prefix) and ("/" not in rest or deep):
                yield Found(key, len(self.content[key]), 7.0)
            elif key.startswith(prefix) and (common := f"{prefix}{rest.partition('/')[0]}/") not in told:
                told.add(common)
                yield Found(common, None)

    def read(self, bucket: str, key: str, first: int, last: int) -> Any:
        return BytesIO(self.content[key][first : last + 1])

    def write(self, bucket: str, key: str, file: Path) -> None:
        self.content[key] = file.read_bytes()

    def copy(self, bucket: str, key: str, target: str) -> None:
        self.content[target] = self.content[key]

    def delete(self, bucket: str, key: str) -> None:
        del self.content[key]


class Client:
    """What Hadoop's client asks, and how."""

    def __init__(self, address: str) -> None:
        where, _, secret = address.removeprefix("webhdfs://").partition("/")
        self.base = f"http://{where}/webhdfs/v1/{secret}"

    def ask(self, method: str, path: str, operation: str, body: Any = None, **query: str) -> bytes:
        words = "&".join([f"op={operation}", *(f"{name}={value}" for name, value in query.items())])
        url = f"{self.base}/bucket/{path}?{words}"
        try:
            return self._send(method, url, None if operation == "CREATE" else body)
        except urllib.error.HTTPError as told:
            if told.code != 307:
                raise
            with told:
                return self._send(method, told.headers["Location"], body)

    def _send(self, method: str, url: str, body: bytes | None) -> bytes:
        chunks = None if body is None else iter([body[:3], body[3:]])
        asked = urllib.request.Request(url, data=chunks, method=method)
        if chunks is not None:
            asked.add_header("Transfer-Encoding", "chunked")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def told(self, method: str, path: str, operation: str, **query: str) -> Any:
        return json.loads(self.ask(method, path, operation, **query))


@pytest.fixture
def objects() -> Kept:
    return Kept(**{"in__a.csv": b"1,2\n", "in__deep__b.csv": b"3,4\n", "alone": b"x"})


@pytest.fixture
def client(objects: Kept) -> Iterator[Client]:
    with served(Tree(objects)) as address:
        yield Client(address)


def names(told: Any) -> dict[str, str]:
    return {each["pathSuffix"]: each["type"] for each in told["FileStatuses"]["FileStatus"]}


def test_a_bucket_is_a_tree(client: Client) -> None:
    assert names(client.told("GET", "", "LISTSTATUS")) == {"alone": "FILE", "in": "DIRECTORY"}
    assert names(client.told("GET", "in", "LISTSTATUS")) == {"a.csv": "FILE", "deep": "DIRECTORY"}
    assert names(client.told("GET", "in/a.csv", "LISTSTATUS")) == {"": "FILE"}
    found = client.told("GET", "in/a.csv", "GETFILESTATUS")["FileStatus"]
    assert (found["length"], found["modificationTime"], found["type"]) == (4, 7000, "FILE")


def test_a_file_is_read_from_where_it_is_asked_for(client: Client) -> None:
    assert client.ask("GET", "in/a.csv", "OPEN") == b"1,2\n"
    assert client.ask("GET", "in/a.csv", "OPEN", offset="2", length="1") == b"2"
    assert client.ask("GET", "in/a.csv", "OPEN", offset="4") == b""


def test_what_is_written_comes_to_its_place_when_it_is_committed(client: Client, objects: Kept) -> None:
    at = client.base.split("/webhdfs/v1")[1]

    client.told("PUT", "out/_temporary/0", "MKDIRS")
    assert names(client.told("GET", "out", "LISTSTATUS")) == {"_temporary": "DIRECTORY"}
    client.ask("PUT", "out/_temporary/0/part-0", "CREATE", b"content", overwrite="false")
    moved = client.told("PUT", "out/_temporary/0", "RENAME", destination=f"{at}/bucket/out/done")
    assert client.told("DELETE", "out/_temporary", "DELETE", recursive="true") == {"boolean": True}

    assert moved == {"boolean": True}
    assert objects.content["out/done/part-0"] == b"content"
    assert names(client.told("GET", "out", "LISTSTATUS")) == {"done": "DIRECTORY"}


def test_a_move_goes_into_a_folder_that_is_there_and_replaces_nothing(client: Client, objects: Kept) -> None:
    at = client.base.split("/webhdfs/v1")[1]

    assert client.told("PUT", "alone", "RENAME", destination=f"{at}/bucket/in") == {"boolean": True}
    assert client.told("PUT", "in/alone", "RENAME", destination=f"{at}/bucket/in/a.csv") == {"boolean": False}
    assert client.told("PUT", "nothing", "RENAME", destination=f"{at}/bucket/x") == {"boolean": False}

    assert sorted(objects.content) == ["in/a.csv", "in/alone", "in/deep/b.csv"]


def test_a_folder_goes_with_all_that_is_in_it(client: Client, objects: Kept) -> None:
    assert client.told("DELETE", "in", "DELETE", recursive="true") == {"boolean": True}

    assert [*objects.content] == ["alone"]


@pytest.mark.parametrize(
    ("method", "path", "operation", "query", "exception"),
    [
        ("GET", "nothing", "GETFILESTATUS", {}, "FileNotFoundException"),
        ("GET", "nothing", "OPEN", {}, "FileNotFoundException"),
        ("PUT", "alone", "CREATE", {"overwrite": "false"}, "FileAlreadyExistsException"),
        ("GET", "alone", "GETXATTRS", {}, "UnsupportedOperationException"),
    ],
)
def test_what_cannot_be_done_is_told_as_hadoops_exception(
    client: Client, method: str, path: str, operation: str, query: dict[str, str], exception: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        client.ask(method, path, operation, b"new content" if operation == "CREATE" else None, **query)

    with caught.value:
        assert json.load(caught.value)["RemoteException"]["exception"] == exception


def test_only_who_knows_the_secret_is_answered(client: Client) -> None:
    client.base = f"{client.base}x"

    with pytest.raises(urllib.error.HTTPError) as caught:
        client.ask("GET", "alone", "OPEN")

    with caught.value:
        assert caught.value.code == 403


def test_hadoop_is_told_each_bucket(tmp_path: Path) -> None:
    settings.write(tmp_path, "webhdfs://127.0.0.1:1/secret", ["a", "b.c"])

    told = (tmp_path / "core-site.xml").read_text()
    assert "<name>fs.s3a.impl</name>" in told
    mounted = "<name>fs.viewfs.mounttable.b.c.linkFallback</name><value>webhdfs://127.0.0.1:1/secret/b.c</value>"
    assert mounted in told
