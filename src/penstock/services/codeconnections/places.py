"""Places: where connections lead. An operator says it in a file, which only the server's user can read.

    data/connections/NAME.toml      url = "https://git.example"   user = "ci"   token = "…"   webhook_secret = "…"
                                    url = "ssh://git@git.example"   ssh_key = "/home/ci/.ssh/id_ed25519"

`penstock connect` writes it, and from then on the connection is AVAILABLE. One of a host leads to the host's endpoint
where its own file says nothing else. The service's API never tells what is in these files.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from penstock.languages.githosts.apis import GITHUB
from penstock.services.codeconnections.model import repository_name
from penstock.store.documents import Document
from penstock.wire.outgoing import basic

HERE: Final = "codecommit:"  # the repositories of this server
GITHUB_FILE: Final = "github.com"
KNOWN: Final[Mapping[str, str]] = {
    "GitHub": GITHUB, "GitLab": "https://gitlab.com", "Bitbucket": "https://bitbucket.org",
}  # fmt: skip
USERS: Final[Mapping[str, str]] = {
    "GitHub": "x-access-token", "GitHubEnterpriseServer": "x-access-token", "GitLab": "oauth2",
    "GitLabSelfManaged": "oauth2", "Bitbucket": "x-token-auth",
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a connection's file says."""

    url: str = ""
    user: str = ""
    token: str = ""
    ssh_key: str = ""  # a file, instead of the keys that the server's user has
    webhook_secret: str = ""


class WrongPlace(Exception):
    """A file that cannot be read, or an address that git is not sent to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A git host. `authorization` is the header that lets in; empty: anybody may come. Over ssh a key's file does."""

    url: str
    authorization: str = ""
    webhook_secret: str = ""
    ssh_key: str = ""

    @property
    def is_here(self) -> bool:
        return self.url.startswith(HERE)

    def repository(self, full: str, endpoint: str) -> str:
        """Where git finds a repository."""
        name = repository_name(full)
        if self.is_here:
            return f"{endpoint}/v1/repos/{name.rpartition('/')[2]}"
        if self.url.startswith("file:"):
            folder = Path(urlsplit(self.url).path) / name
            return str(folder if folder.is_dir() else folder.with_name(f"{folder.name}.git"))
        return f"{self.url.rstrip('/')}/{name}.git"


@dataclass(frozen=True)
class Places:
    """`folder` holds the files."""

    folder: Path
    endpoint: Callable[[], str]

    def of(self, connection: Document, host: Document | None) -> Place | None:
        """Where a connection leads; None until somebody says so. Raises `WrongPlace`. Blocking, for a moment."""
        settings = self._settings(connection.name)
        kind = connection.body["ProviderType"]
        url = (settings.url if settings else "") or (host.body["ProviderEndpoint"] if host else "")
        if settings is not None:
            url = url or KNOWN.get(kind, "")
        if not url:
            return None
        check_url(url)
        if settings is None:
            return Place(url)
        authorization = basic(settings.user or USERS.get(kind, "git"), settings.token) if settings.token else ""
        return Place(url, authorization, settings.webhook_secret, settings.ssh_key)

    def github(self) -> str:
        """Where pipelines find GitHub: what the file of that name says, or GitHub. Raises `WrongPlace`. Blocking."""
        settings = self._settings(GITHUB_FILE)
        url = (settings.url if settings else "") or GITHUB
        if urlsplit(url).scheme not in {"http", "https", "file"}:
            raise WrongPlace(f"'{url}' is not reached by a token: https://…, http://… or file:///FOLDER")
        check_url(url)
        return url

    def _settings(self, name: str) -> Settings | None:
        path = file_of(self.folder, name)
        try:
            return msgspec.convert(tomllib.loads(path.read_text()), Settings)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as wrong:  # tomllib's and msgspec's are such
            raise WrongPlace(f"{path.name}: {wrong}") from None


def check_url(url: str) -> None:
    """Raise `WrongPlace` unless git is let to an address."""
    place = urlsplit(url)
    if url.startswith(HERE) or (place.scheme == "file" and place.path.startswith("/")):
        return
    if place.scheme not in {"http", "https", "ssh"} or not place.hostname or place.hostname.startswith("-"):
        raise WrongPlace(f"'{url}' is no address of a git host: https://…, http://…, ssh://…, file:///FOLDER or {HERE}")


def file_of(folder: Path, name: str) -> Path:
    return folder / f"{quote(name, safe=' ')}.toml"
