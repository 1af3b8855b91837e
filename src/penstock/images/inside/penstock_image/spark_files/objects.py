"""S3's objects by the standard library alone, signed as the job."""

import calendar
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import BinaryIO

from penstock_image import s3

KEYS_KEPT = 300.0  # seconds that keys are used before they are asked for anew
SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True)
class Found:
    """An object (or, without a size, what several keys begin with)."""

    key: str
    size: int | None
    modified: float = 0.0


class Objects:
    """A client of the job's S3."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._given = variables
        self._region = s3.region_of(variables)
        self._base = s3.endpoint(variables) or f"https://s3.{self._region}.amazonaws.com"
        self._keys: tuple[float, Mapping[str, str]] | None = None
        self._lock = Lock()

    def buckets(self) -> list[str]:
        with self._ask("GET", "/") as answer:
            return [name.text or "" for name in ET.parse(answer).iter(f"{SPACE}Name")]  # noqa: S314 - our own server's

    def find(self, bucket: str, key: str) -> Found | None:
        try:
            with self._ask("HEAD", _path(bucket, key)) as answer:
                at = parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()
                return Found(key, int(answer.headers["Content-Length"]), at)
        except urllib.error.HTTPError as problem:
            if problem.code == 404:
                return None
            raise

    def under(self, bucket: str, prefix: str, *, deep: bool, most: int = 1000) -> Iterator[Found]:
        """All objects whose keys begin so; what is below a further `/` only as that, unless `deep`."""
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "max-keys": str(most)}
        if not deep:
            query["delimiter"] = "/"
        while True:
            with self._ask("GET", f"/{bucket}", query) as answer:
                told = ET.parse(answer).getroot()  # noqa: S314
            for each in told.iter(f"{SPACE}Contents"):
                at = time.strptime(_text(each, "LastModified").partition(".")[0].rstrip("Z"), "%Y-%m-%dT%H:%M:%S")
                key = urllib.parse.unquote_plus(_text(each, "Key"))
                yield Found(key, int(_text(each, "Size")), _epoch(at))
            for each in told.iter(f"{SPACE}CommonPrefixes"):
                yield Found(urllib.parse.unquote_plus(_text(each, "Prefix")), None)
            if _text(told, "IsTruncated") != "true":
                return
            query["continuation-token"] = _text(told, "NextContinuationToken")

    def read(self, bucket: str, key: str, first: int, last: int) -> HTTPResponse:
        return self._ask("GET", _path(bucket, key), headers={"range": f"bytes={first}-{last}"})

    def write(self, bucket: str, key: str, file: Path) -> None:
        with file.open("rb") as content:
            size = {"content-length": str(file.stat().st_size)}
            self._ask("PUT", _path(bucket, key), headers=size, content=content).close()

    def copy(self, bucket: str, key: str, target: str) -> None:
        self._ask("PUT", _path(bucket, target), headers={"x-amz-copy-source": _path(bucket, key)}).close()

    def delete(self, bucket: str, key: str) -> None:
        self._ask("DELETE", _path(bucket, key)).close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
        content: BinaryIO | None = None,
    ) -> HTTPResponse:
        asked = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote, safe="-_.~")
        url = f"{self._base}{path}" + (f"?{asked}" if asked else "")
        told = s3.signed(url, self._with_keys(), self._region, time.gmtime(), method, headers)
        request = urllib.request.Request(url, data=content, headers=told, method=method)  # noqa: S310
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=s3.LONGEST_SILENCE)  # noqa: S310
        return answer

    def _with_keys(self) -> Mapping[str, str]:
        with self._lock:
            if self._keys is None or self._keys[0] < time.monotonic():
                self._keys = (time.monotonic() + KEYS_KEPT, s3.with_keys(self._given))
            return self._keys[1]


def _path(bucket: str, key: str) -> str:
    return f"/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(f"{SPACE}{name}") or ""


def _epoch(at: time.struct_time) -> float:
    return float(calendar.timegm(at))
