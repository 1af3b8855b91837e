"""Places: `forward.toml`, which names the services that somebody else answers, and where.

    dynamodb = "http://localhost:8000"                   # any endpoint
    bedrock-runtime = "aws"                              # AWS itself

Credentials and region are the server's own, found as AWS's tools find them (environment, profile, instance role).
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from penstock.wire import models

FILE: Final = "forward.toml"
AWS: Final = "aws"


class Misplaced(Exception):
    """What is wrong with the file, in a sentence for the person who wrote it."""


def forwards(data: Path, own: Iterable[str]) -> Mapping[str, str]:
    """Service → endpoint, as the file in the data folder says; `own` are services that stay with Penstock."""
    path = data / FILE
    if not path.exists():
        return {}
    try:
        said = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise Misplaced(f"{path} is not TOML: {bad}") from None
    kept = frozenset(own)
    for service, endpoint in said.items():
        _check(path, service, endpoint, kept)
    return said


def _check(path: Path, service: str, endpoint: object, own: frozenset[str]) -> None:
    if service not in models.names():
        raise Misplaced(f"{path}: there is no service '{service}'; names are boto3's, such as 'dynamodb'")
    if service in own:
        raise Misplaced(f"{path}: '{service}' is Penstock's own and cannot be forwarded; remove the line")
    if endpoint == AWS:
        return
    if not isinstance(endpoint, str) or not is_endpoint(endpoint):
        raise Misplaced(f'{path}: \'{service}\' must be "{AWS}" or a URL such as "http://localhost:8000"')


def is_endpoint(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
