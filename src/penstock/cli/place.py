"""Where Penstock is: its data folder, and the address and keys of the server that runs on it.

A server writes `server.json` into its data folder when it is ready; commands that talk to a server look there unless
they are told an endpoint.
"""

import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

DEFAULT_PORT: Final = 4599
SERVER_FILE: Final = "server.json"
KEYS_FILE: Final = "root-keys.json"
ANY: Final = "penstock"  # the keys shown where none are known: a server without --auth takes any
DEFAULT_DATA: Final = "~/.penstock"
DATA: Final = "PENSTOCK_DATA"  # the variable that names a data folder
ENVIRONMENTS: Final = "PENSTOCK_ENVIRONMENTS"  # the variable that names a folder of built Pythons


@dataclass(frozen=True, slots=True)
class Place:
    """A server as a client needs it."""

    data: Path
    endpoint: str
    region: str
    access_key: str
    secret_key: str


def data_folder(given: Path | None) -> Path:
    """The folder given, else `PENSTOCK_DATA`, else the user's own."""
    return (given or Path(os.environ.get(DATA, DEFAULT_DATA))).expanduser().absolute()


def find(data: Path | None, endpoint: str | None) -> Place:
    """The server to talk to: as given, as `PENSTOCK_ENDPOINT` or the data folder says, or on the default port."""
    folder = data_folder(data)
    server = _read(folder / SERVER_FILE)
    keys = _read(folder / KEYS_FILE)
    address = endpoint or os.environ.get("PENSTOCK_ENDPOINT") or server.get("endpoint")
    return Place(
        folder,
        address or f"http://127.0.0.1:{DEFAULT_PORT}",
        os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or server.get("region") or "us-east-1",
        keys.get("access_key", ANY),
        keys.get("secret_key", ANY),
    )


def is_served_at(data: Path, endpoint: str) -> bool:
    """Whether the server that runs, or last ran, on a data folder is the one at that address."""
    return _read(data / SERVER_FILE).get("endpoint", "").rstrip("/") == endpoint.rstrip("/")


def with_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--endpoint` and `--data`, and hand it the `Place` they mean."""

    @click.option("--endpoint", metavar="URL", help="The server's address; default: what its data folder says.")
    @click.option("--data", type=click.Path(path_type=Path), help=f"The data folder; default: {DEFAULT_DATA}.")
    @functools.wraps(function)
    def found(*args: object, endpoint: str | None, data: Path | None, **options: object) -> object:
        return function(*args, place=find(data, endpoint), **options)

    return found


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {str(key): str(value) for key, value in content.items()}
