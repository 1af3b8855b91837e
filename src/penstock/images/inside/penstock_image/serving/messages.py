"""What a model server is asked and what it says: HTTP's nouns, whatever they travel on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
JSON_LINES = "application/jsonlines"
TEXTS = (JSON, CSV)  # what handlers are given as text; all else is bytes


def plain(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip()


@dataclass(frozen=True)
class Request:
    path: str
    content_type: str = ""
    accept: str = ""
    attributes: str = ""
    body: bytes = b""
    streams: bool = False  # whether the answer may go out in parts, as they are made

    @property
    def content(self) -> str | bytes:
        """The body as AWS's images hand it to `input_fn`."""
        return self.body.decode() if plain(self.content_type) in TEXTS else self.body


@dataclass(frozen=True)
class Response:
    """`parts`, where there are any, come after `body`, and are made while they are taken."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    attributes: str = ""
    parts: Iterator[bytes] | None = None

    def whole(self) -> "Response":
        """With all that its parts are; raises what they raise."""
        return self if self.parts is None else replace(self, body=b"".join((self.body, *self.parts)), parts=None)

    def begun(self) -> "Response":
        """With its first part made; raises what that raises."""
        return self if self.parts is None else replace(self, body=self.body + next(self.parts, b""))


class Unserved(Exception):
    """A request that cannot be answered, with the status that says whose fault it is."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def unsupported(content_type: str) -> Unserved:
    return Unserved(415, f"Content type {content_type} is not supported by this framework.")


def unacceptable(accept: str) -> Unserved:
    return Unserved(406, f"Accept {accept} is not supported by this framework.")
