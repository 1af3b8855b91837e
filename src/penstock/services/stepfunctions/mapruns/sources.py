"""Sources: where a map run's items come from, read a piece at a time.

CSV and JSON Lines are streamed, whatever their size; a JSON document is read whole, as it has to be. What cannot be
read is `States.ItemReaderFailed`, in AWS's words where they are known.
"""

import codecs
import csv
import io
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.wire.call import Answer, Body, Call, Directory, Scope, ServiceError, read_whole

Json = Any
MOST_ITEMS: Final = 100_000_000
LARGEST_DOCUMENT: Final = 512 << 20  # bytes of a JSON document or manifest
LONGEST_RECORD: Final = 10 << 20  # characters of one record
UNZIP: Final = 31
UNZIPPED: Final = 1 << 20  # bytes at once
csv.field_size_limit(LONGEST_RECORD)  # of this process: a record's own bound is the one that counts
_DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
LIST: Final = "listObjectsV2"
LOADED: Final = ("CSV", "JSON", "JSONL")  # objects that LOAD_AND_FLATTEN can load
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


def failed(cause: str) -> ServiceError:
    return ServiceError(cause, code="States.ItemReaderFailed")


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
        bucket, key = self._argument("Bucket"), self._argument("Key")
        if manifest == "ATHENA_DATA":
            return self._athena(kind, bucket, key)
        if manifest == "S3_INVENTORY" or kind == "MANIFEST":
            return self._inventory(bucket, key)
        return self._object(kind, bucket, key, self._arguments.get("VersionId"))

    def _argument(self, name: str) -> str:
        value = self._arguments.get(name)
        if not isinstance(value, str) or not value:
            raise failed(f"the ItemReader's {name} must be a string that is not empty")
        return value

    # ------------------------------------------------------------------------------------------------------ objects

    async def _object(self, kind: str, bucket: str, key: str, version: str | None = None) -> AsyncIterator[Item]:
        """The items in an object."""
        if kind == "PARQUET":
            raise failed("Penstock does not read PARQUET: convert the items to JSONL or CSV.")
        source, pieces = f"S3://{bucket}/{key}", self._bytes(bucket, key, version)
        if kind == "JSON":
            async for item in self._json(source, pieces):
                yield item
            return
        async for value in self._csv(pieces) if kind == "CSV" else self._json_lines(source, pieces):
            yield Item(value, source)

    async def _ask(self, operation: str, request: Mapping[str, Json]) -> Answer:
        try:
            return await self._directory.answer(Call("s3", operation, request, self._scope))
        except ServiceError as error:
            raise failed(f"{error.message} (Service: Amazon S3; Error Code: {error.code})") from None

    async def _bytes(self, bucket: str, key: str, version: str | None = None) -> AsyncIterator[bytes]:
        request = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
        body = (await self._ask("GetObject", request))["Body"]
        pieces = _once(body) if isinstance(body, bytes) else body
        if key.endswith(".gz"):
            async for piece in _unzipped(pieces):
                yield piece
            return
        async for piece in pieces:
            yield piece

    async def _json(self, source: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[Item]:
        pointer = self._config.get("ItemsPointer", "")
        document = _at_pointer(await _document(source, pieces), pointer)
        # AWS has been seen to refuse a document that is an object; one that is pointed at is newer than that.
        if not isinstance(document, list | dict if pointer else list):
            raise failed("Attempting to map over non-iterable node.")
        for item in items_in(document, source):
            yield item

    async def _json_lines(self, source: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[Json]:
        number = 0
        async for line in _lines(pieces):
            number += 1
            if not line.strip():
                continue
            try:
                yield msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise failed(f"line {number} of {source} is not JSON: {error}") from None

    async def _csv(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[Json]:
        delimiter = _DELIMITERS[self._config.get("CSVDelimiter", "COMMA")]
        headers: list[str] | None = self._config.get("CSVHeaders")
        async for record in _records(_lines(pieces), delimiter):
            if headers is None:
                headers = record
            elif record:
                yield _row(headers, record)

    # ----------------------------------------------------------------------------------------- lists and manifests

    async def _entries(self) -> AsyncIterator[dict[str, Json]]:
        request = {"Bucket": self._argument("Bucket")}
        for name in ("Prefix", "StartAfter"):
            if self._arguments.get(name) is not None:
                request[name] = self._arguments[name]
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
            async for item in self._object(kind, self._argument("Bucket"), entry["Key"]):
                yield item

    async def _inventory(self, bucket: str, key: str) -> AsyncIterator[Item]:
        """The objects that the CSV files of an S3 inventory list."""
        source = f"S3://{bucket}/{key}"
        manifest = await _document(source, self._bytes(bucket, key, self._arguments.get("VersionId")))
        try:
            if manifest["fileFormat"] != "CSV":
                raise failed(f"an inventory in {manifest['fileFormat']} cannot be read: have it made as CSV.")
            headers = [name.strip() for name in manifest["fileSchema"].split(",")]
            files = [file["key"] for file in manifest["files"]]
            held = manifest["destinationBucket"].rpartition(":")[2]
        except (KeyError, TypeError, AttributeError) as error:
            raise failed(f"{source} is no inventory manifest: {error!r}") from None
        for file in files:
            async for record in _records(_lines(self._bytes(held, file)), ","):
                yield Item(_row(headers, record), f"S3://{held}/{file}")

    async def _athena(self, kind: str, bucket: str, key: str) -> AsyncIterator[Item]:
        """The items of the objects that a manifest of Athena's UNLOAD names, one address a line."""
        if kind not in {"CSV", "JSONL", "PARQUET"}:
            raise failed("ATHENA_DATA needs an InputType that says what the data files are: CSV or JSONL.")
        async for line in _lines(self._bytes(bucket, key, self._arguments.get("VersionId"))):
            address = line.strip().strip('"')
            if not address:
                continue
            found = _ADDRESS.fullmatch(address)
            if found is None:
                raise failed(f"S3://{bucket}/{key} is no manifest of Athena: '{address}' is no address in S3.")
            async for item in self._object(kind, found["bucket"], found["key"]):
                yield item


def items_in(values: list[Json] | dict[str, Json], source: str) -> Iterator[Item]:
    """The items of an array, or the members of an object."""
    if isinstance(values, dict):
        return (Item(value, source, key) for key, value in values.items())
    return (Item(value, source) for value in values)


async def _document(source: str, pieces: AsyncIterator[bytes]) -> Json:
    """A JSON document, read whole, as it has to be."""
    content = await read_whole(pieces, LARGEST_DOCUMENT)
    if len(content) > LARGEST_DOCUMENT:
        raise failed(f"{source} is over {LARGEST_DOCUMENT} bytes: use JSONL or CSV, which are streamed.")
    try:
        return msgspec.json.decode(content.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise failed(f"{source} is not JSON: {error}") from None


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


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _unzipped(pieces: Body | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What gzip made smaller, a bounded piece at a time; several members after one another are one text."""
    unzip, is_begun = zlib.decompressobj(UNZIP), False
    try:
        async for piece in pieces:
            left = bytes(piece)
            while left:
                if unzip.eof:
                    unzip = zlib.decompressobj(UNZIP)
                is_begun = True
                yield unzip.decompress(left, UNZIPPED)
                left = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        if is_begun and not unzip.eof:
            yield unzip.flush()
    except zlib.error as error:
        raise failed(f"the object ends in .gz and cannot be unzipped: {error}") from None
    if is_begun and not unzip.eof:
        raise failed("the object ends in .gz and is cut off")


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Lines with their ends (a line feed ends one, nothing else), decoded as UTF-8, without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        async for piece in pieces:
            *lines, rest = (rest + decoder.decode(piece)).split("\n")
            if len(rest) > LONGEST_RECORD:
                raise failed(f"a line has over {LONGEST_RECORD} characters")
            for line in lines:
                yield line + "\n"
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise failed(f"the object is not UTF-8 text: {error}") from None
    if rest:
        yield rest


async def _records(lines: AsyncIterator[str], delimiter: str) -> AsyncIterator[list[str]]:
    """CSV records; a quoted cell may go over several lines."""
    kept: list[str] = []
    is_open, length = False, 0
    async for line in lines:
        kept.append(line)
        length += len(line)
        is_open ^= bool(line.count('"') % 2)
        if is_open:
            if length > LONGEST_RECORD:
                raise failed(f"a CSV record has over {LONGEST_RECORD} characters: is a quote not closed?")
            continue
        for record in _parsed("".join(kept), delimiter):
            yield record
        kept, length = [], 0
    for record in _parsed("".join(kept), delimiter):
        yield record


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise failed(f"the object is not CSV: {error}") from None
