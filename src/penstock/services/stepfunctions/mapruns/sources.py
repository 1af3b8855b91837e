"""Sources: where a map run's items come from, read a piece at a time.

CSV, JSON Lines and Parquet are streamed, whatever their size; a JSON document is read whole, as it has to be. What
cannot be read is `States.ItemReaderFailed`, in AWS's words where they are known.
"""

import importlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.services.stepfunctions.mapruns.arguments import request_of
from penstock.services.stepfunctions.mapruns.texts import document, failed, lines, records, unzipped
from penstock.wire.call import Answer, Body, Call, Directory, Scope, ServiceError

Json = Any
MOST_ITEMS: Final = 100_000_000
_DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
LIST: Final = "listObjectsV2"
PARQUET: Final = "penstock.services.stepfunctions.mapruns.parquet"
LOADED: Final = ("CSV", "JSON", "JSONL", "PARQUET")  # objects that LOAD_AND_FLATTEN can load
_ADDRESS: Final = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """An item, where it is from, and its name where it is a member of a JSON object."""

    value: Json
    source: str
    key: str | None = None

    @property
    def input(self) -> Json:
        """What a child is given of it, if nothing says otherwise."""
        return self.value if self.key is None else {"Key": self.key, "Value": self.value}

    def told(self, index: int) -> dict[str, Json]:
        """It as the context object's Map.Item."""
        named = {} if self.key is None else {"Key": self.key}
        return {"Index": index, **named, "Value": self.value, "Source": self.source}


class Source:
    """The items of one reader, in order. `scope` is whose S3 it reads."""

    def __init__(self, directory: Directory, scope: Scope, reader: Mapping[str, Json]) -> None:
        self._directory = directory
        self._scope = scope
        self._reader = reader
        self._config: Mapping[str, Json] = reader["config"]
        self._arguments: Mapping[str, Json] = reader["arguments"] or {}

    async def items(self) -> AsyncGenerator[Item]:
        """Every item, up to MaxItems."""
        most = self._reader["max_items"]
        if most is not None and most < 0:
            raise failed("field MaxItems must be positive")
        left = min(most or MOST_ITEMS, MOST_ITEMS)
        async for item in self._chosen():
            if left == 0:
                return
            left -= 1
            yield item

    def _chosen(self) -> AsyncIterator[Item]:
        if self._reader["resource"].rpartition(":")[2] == LIST:
            return self._loaded() if self._config.get("Transformation") == "LOAD_AND_FLATTEN" else self._listed()
        kind, manifest = self._config.get("InputType", "JSON"), self._config.get("ManifestType")
        chosen = self._requested("GetObject") | {"Bucket": self._argument("Bucket"), "Key": self._argument("Key")}
        if manifest == "ATHENA_DATA":
            return self._athena(kind, chosen)
        if manifest == "S3_INVENTORY" or kind == "MANIFEST":
            return self._inventory(chosen)
        if kind == "PARQUET" and "VersionId" in chosen:
            raise failed("VersionId is not supported where the InputType is PARQUET.")
        return self._object(kind, chosen)

    def _requested(self, operation: str) -> dict[str, Json]:
        """What the arguments ask S3 for."""
        try:
            return request_of(operation, self._arguments)
        except ValueError as why:
            raise failed(f"the ItemReader's arguments cannot be used: {why}") from None

    def _argument(self, name: str) -> str:
        value = self._arguments.get(name)
        if not isinstance(value, str) or not value:
            raise failed(f"the ItemReader's {name} must be a string that is not empty")
        return value

    # ------------------------------------------------------------------------------------------------------ objects

    async def _object(self, kind: str, chosen: Mapping[str, Json]) -> AsyncGenerator[Item]:
        """The items in an object."""
        source = _address(chosen)
        if kind == "JSON":
            async for item in self._json(source, self._bytes(chosen)):
                yield item
            return
        async for value in self._values(kind, source, chosen):
            yield Item(value, source)

    def _values(self, kind: str, source: str, chosen: Mapping[str, Json]) -> AsyncIterator[Json]:
        match kind:
            case "PARQUET":
                return self._parquet(source, chosen)
            case "CSV":
                return self._csv(self._bytes(chosen))
        return self._json_lines(source, self._bytes(chosen))

    async def _ask(self, operation: str, request: Mapping[str, Json]) -> Answer:
        try:
            return await self._directory.answer(Call("s3", operation, request, self._scope))
        except ServiceError as error:
            raise failed(f"{error.message} (Service: Amazon S3; Error Code: {error.code})") from None

    async def _body(self, chosen: Mapping[str, Json]) -> bytes | Body:
        body: bytes | Body = (await self._ask("GetObject", chosen))["Body"]
        return body

    async def _bytes(self, chosen: Mapping[str, Json]) -> AsyncIterator[bytes]:
        body = await self._body(chosen)
        pieces = _once(body) if isinstance(body, bytes) else body
        async for piece in unzipped(pieces) if chosen["Key"].endswith(".gz") else pieces:
            yield piece

    async def _parquet(self, source: str, chosen: Mapping[str, Json]) -> AsyncIterator[Json]:
        parquet: Any = importlib.import_module(PARQUET)
        try:
            async for row in parquet.rows_of(await self._body(chosen)):
                yield row
        except parquet.Unreadable as why:
            raise failed(f"{source} cannot be read as Parquet: {why}") from None

    async def _json(self, source: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[Item]:
        pointer = self._config.get("ItemsPointer", "")
        found = _at_pointer(await document(source, pieces), pointer)
        # AWS has been seen to refuse a document that is an object; one that is pointed at is newer than that.
        if not isinstance(found, list | dict if pointer else list):
            raise failed("Attempting to map over non-iterable node.")
        for item in items_in(found, source):
            yield item

    async def _json_lines(self, source: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[Json]:
        number = 0
        async for line in lines(pieces):
            number += 1
            if not line.strip():
                continue
            try:
                yield msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise failed(f"line {number} of {source} is not JSON: {error}") from None

    async def _csv(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[Json]:
        is_given = self._config.get("CSVHeaderLocation") == "GIVEN"
        headers: list[str] | None = self._config.get("CSVHeaders") if is_given else None
        async for record in self._records(pieces):
            if headers is None:
                headers = record
            elif record:
                yield _row(headers, record)

    def _records(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[list[str]]:
        return records(lines(pieces), _DELIMITERS[self._config.get("CSVDelimiter", "COMMA")])

    # ----------------------------------------------------------------------------------------- lists and manifests

    async def _entries(self) -> AsyncIterator[dict[str, Json]]:
        request = self._requested("ListObjectsV2") | {"Bucket": self._argument("Bucket")}
        while True:
            page = await self._ask("ListObjectsV2", request)
            for entry in page.get("Contents", ()):
                yield entry
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    async def _listed(self) -> AsyncIterator[Item]:
        """What is known of every object that is listed."""
        source = f"S3://{self._argument('Bucket')}"
        async for entry in self._entries():
            known = {
                "Etag": entry["ETag"],
                "Key": entry["Key"],
                "LastModified": int(entry["LastModified"]),
                "Size": entry["Size"],
                "StorageClass": entry.get("StorageClass", "STANDARD"),
            }
            yield Item(known, source)

    async def _loaded(self) -> AsyncIterator[Item]:
        """The items of every object that is listed, one object after another."""
        kind = self._config.get("InputType")
        if kind not in LOADED:
            raise failed(f"LOAD_AND_FLATTEN needs an InputType: {', '.join(LOADED)}.")
        async for entry in self._entries():
            if entry["Key"].endswith("/") and not entry["Size"]:
                continue  # what consoles make to show a folder
            async for item in self._object(kind, {"Bucket": self._argument("Bucket"), "Key": entry["Key"]}):
                yield item

    async def _inventory(self, chosen: Mapping[str, Json]) -> AsyncIterator[Item]:
        """The objects that the files of an S3 inventory list."""
        source = _address(chosen)
        manifest = await document(source, self._bytes(chosen))
        try:
            kind = manifest["fileFormat"]
            if kind not in {"CSV", "Parquet"}:
                raise failed(f"an inventory in {kind} cannot be read: have it made as CSV or Parquet.")
            headers = [name.strip() for name in manifest["fileSchema"].split(",")]
            files = [file["key"] for file in manifest["files"]]
            held = manifest["destinationBucket"].rpartition(":")[2]
        except (KeyError, TypeError, AttributeError) as error:
            raise failed(f"{source} is no inventory manifest: {error!r}") from None
        for key in files:
            file = {"Bucket": held, "Key": key}
            async for row in self._parquet(_address(file), file) if kind == "Parquet" else self._listing(headers, file):
                yield Item(row, _address(file))

    async def _listing(self, headers: list[str], file: Mapping[str, Json]) -> AsyncIterator[Json]:
        async for record in self._records(self._bytes(file)):
            yield _row(self._config.get("CSVHeaders", headers), record)

    async def _athena(self, kind: str, chosen: Mapping[str, Json]) -> AsyncIterator[Item]:
        """The items of the objects that a manifest of Athena's UNLOAD names, one address a line."""
        if kind not in {"CSV", "JSONL", "PARQUET"}:
            raise failed("ATHENA_DATA needs an InputType that says what the data files are: CSV, JSONL or PARQUET.")
        async for line in lines(self._bytes(chosen)):
            address = line.strip().strip('"')
            if not address:
                continue
            found = _ADDRESS.fullmatch(address)
            if found is None:
                raise failed(f"{_address(chosen)} is no manifest of Athena: '{address}' is no address in S3.")
            async for item in self._object(kind, {"Bucket": found["bucket"], "Key": found["key"]}):
                yield item


def _address(chosen: Mapping[str, Json]) -> str:
    return f"S3://{chosen['Bucket']}/{chosen['Key']}"


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def items_in(values: list[Json] | dict[str, Json], source: str) -> Iterator[Item]:
    """The items of an array, or the members of an object."""
    if isinstance(values, dict):
        return (Item(value, source, key) for key, value in values.items())
    return (Item(value, source) for value in values)


def _row(headers: list[str], record: list[str]) -> dict[str, str]:
    """A record by its headers: cells that are missing are empty, cells beyond the headers are left out."""
    return dict(zip(headers, record + [""] * (len(headers) - len(record)), strict=False))


def _at_pointer(document: Json, pointer: str) -> Json:
    """What a JSON pointer leads to."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(name)] if isinstance(document, list) else document[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise failed(f"the ItemsPointer '{pointer}' leads nowhere in the document") from None
    return document
