"""Requests as they are given, without a client that would set them right."""

from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

from end_to_end.world import World

JSON = {"Content-Type": "application/x-amz-json-1.1"}


def ask(world: World, body: bytes, *, method: str = "POST", path: str = "/", **headers: str) -> tuple[int, str]:
    """Status and body of the answer to a request as it is given."""
    door = HTTPConnection(urlsplit(world.place.endpoint).netloc, timeout=20)
    try:
        door.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer: HTTPResponse = door.getresponse()
        return answer.status, answer.read().decode()
    finally:
        door.close()
