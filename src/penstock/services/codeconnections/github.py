"""GitHub as CodePipeline's source action of the first version knows it: a repository by its name, and a token.

The token comes sealed, as pipelines keep it, and is opened here only, for the host. `connections/github.com.toml` may
say that another host is meant, one that speaks as GitHub does: GitHub Enterprise, Gitea, Forgejo.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from penstock.languages.githosts.apis import github_apis
from penstock.languages.githosts.tree import HEADS
from penstock.services.codeconnections.model import SERVICE, Json, repository_name
from penstock.services.codeconnections.places import USERS, Place, Places, WrongPlace
from penstock.services.codeconnections.remote import Remote, Unreachable
from penstock.services.codeconnections.using import VERSION
from penstock.services.codeconnections.watching import LOOK_EVERY, SELDOM
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Directory, ServiceError
from penstock.wire.outgoing import Exchange, Reply, Unreached, basic, fetch

SECONDS: Final = 20.0  # for one call
LARGEST_ANSWER: Final = 1 << 20
NOT_FOUND: Final = 404
EXISTS: Final = 422
KEPT: Final = 3600.0  # seconds that a look which nobody repeats is remembered


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a branch, and when it may be looked at again."""

    commit: str
    why: str
    wait: float
    again_at: float


@dataclass(frozen=True)
class GitHub:
    """`folder` is for what git fetches."""

    places: Places
    sealing: Sealing
    folder: Path
    look_every: float = LOOK_EVERY
    _looks: dict[tuple[str, ...], Look] = field(default_factory=dict)

    def open(self, directory: Directory) -> None:
        """Answer in the directory, though no model knows of it."""
        for operation, answer in (
            ("FetchGitHubCommit", self.fetch),
            ("LookAtGitHub", self.look),
            ("PutGitHubHook", self.put_hook),
            ("DeleteGitHubHook", self.delete_hook),
        ):
            directory.provide(SERVICE, [operation], answer)

    async def fetch(self, call: Call, request: Json) -> Answer:
        """The commit that a version (a branch, a commit) is, and its files."""
        version: str = request["Version"]
        if VERSION.fullmatch(version) is None:
            raise ServiceError(f"'{version}' is no version of a repository.", code="InvalidInputException")
        name, place = await self._place(request)
        try:
            commit, content = await self._remote(name, place).commit(version)
        except Unreachable as why:
            raise unavailable(str(why)) from None
        api, host = github_apis(place.url)[0], place.url
        return {
            "CommitId": commit.id, "Message": commit.message, "AuthorDate": commit.date,
            "CommitterDate": commit.committed, "ApiUrl": f"{api}/repos/{name}/git/commits/{commit.id}",
            "PageUrl": f"{host}/{name}/commit/{commit.id}", "Content": content,
        }  # fmt: skip

    async def look(self, call: Call, request: Json) -> Answer:
        """The commit that a branch is on, as it was seen in the last ten seconds.

        A host that does not answer is asked ever more seldom; until then the answer is why.
        """
        now = asyncio.get_running_loop().time()
        key = (request["Repository"], request["Branch"], request["OAuthToken"])
        for old in [each for each, look in self._looks.items() if look.again_at < now - KEPT]:
            del self._looks[old]
        found = self._looks.get(key)
        if found is None or found.again_at <= now:
            found = self._looks[key] = await self._looked(request, found)
        if found.why:
            raise unavailable(found.why)
        return {"CommitId": found.commit}

    async def _looked(self, request: Json, before: Look | None) -> Look:
        why, commit, wait = "", "", self.look_every
        try:
            name, place = await self._place(request)
            commit = (await self._remote(name, place).references()).get(f"{HEADS}{request['Branch']}", "")
            why = "" if commit else f"{name} has no branch {request['Branch']}."
        except (Unreachable, ServiceError) as wrong:
            why, wait = str(wrong), min(2 * (before.wait if before is not None else wait), SELDOM)
        return Look(commit, why, wait, asyncio.get_running_loop().time() + wait)

    async def put_hook(self, call: Call, request: Json) -> Answer:
        """Have the host tell an address of pushes; its own id of the hook.

        One that is there, by the id or by the address, is brought up to date.
        """
        config = {"url": request["Url"], "content_type": "json", "insecure_ssl": "0"}
        if request["Secret"]:
            config["secret"] = self.sealing.found(request["Secret"])
        body = {"active": True, "events": ["push"], "config": config}
        if request["Id"]:
            reply = await self._asked(request, "PATCH", f"/{request['Id']}", body)
            if reply.status != NOT_FOUND:
                return {"Id": id_in(must_be_well(reply))}
        reply = await self._asked(request, "POST", "", body)
        if reply.status == EXISTS and (known := await self._known(request)):
            reply = await self._asked(request, "PATCH", f"/{known}", body)
        return {"Id": id_in(must_be_well(reply))}

    async def _known(self, request: Json) -> str:
        """The hook that tells an address already."""
        reply = must_be_well(await self._asked(request, "GET", "?per_page=100", None))
        return next((str(each["id"]) for each in hooks_in(reply) if each["config"].get("url") == request["Url"]), "")

    async def delete_hook(self, call: Call, request: Json) -> Answer:
        """The host tells no more. A hook that is not there is no error."""
        reply = await self._asked(request, "DELETE", f"/{request['Id']}", None)
        if reply.status != NOT_FOUND:
            must_be_well(reply)
        return {}

    async def _asked(self, request: Json, method: str, path: str, body: Json) -> Reply:
        """What the first of the host's APIs answers that knows of this."""
        name, place = await self._place(request)
        if not place.url.startswith(("http://", "https://")):
            raise unavailable(f"{place.url} has no API: it cannot be told of webhooks.")
        token = self.sealing.found(request["OAuthToken"])
        headers = {"Content-Type": "application/json", "User-Agent": "Penstock", "Authorization": f"Bearer {token}"}
        for api in github_apis(place.url):
            more = of_a_new_hook(api) if method == "POST" else {}
            content = None if body is None else msgspec.json.encode({**more, **body})
            url = f"{api}/repos/{name}/hooks{path}"
            try:
                reply = await fetch(Exchange(method, url, headers, content), largest=LARGEST_ANSWER, seconds=SECONDS)
            except Unreached as why:
                raise unavailable(f"{url} cannot be reached: {why}") from None
            if reply.status != NOT_FOUND:
                break
        return reply

    async def _place(self, request: Json) -> tuple[str, Place]:
        """A repository's name, and the host with what lets in."""
        name = repository_name(request["Repository"])
        try:
            url = await asyncio.to_thread(self.places.github)
        except WrongPlace as wrong:
            raise unavailable(f"GitHub is nowhere: {wrong}") from None
        return name, Place(url.rstrip("/"), basic(USERS["GitHub"], self.sealing.found(request["OAuthToken"])))

    def _remote(self, name: str, place: Place) -> Remote:
        return Remote(place.repository(name, self.places.endpoint()), place.authorization, self.folder)


def of_a_new_hook(api: str) -> dict[str, str]:
    """What a host wants to be told beside, and another does not know: GitHub refuses what it does not know."""
    return {"type": "gitea"} if api.endswith("/api/v1") else {"name": "web"}


def unavailable(why: str) -> ServiceError:
    return ServiceError(why, code="ResourceUnavailableException", status=400)


def must_be_well(reply: Reply) -> Reply:
    """Raise with what the host says, where it refuses."""
    if reply.status >= 300:
        text = reply.body[:512].decode(errors="replace")
        raise unavailable(f"GitHub answered {reply.status} {reply.reason}: {text}")
    return reply


def id_in(reply: Reply) -> str:
    try:
        return str(msgspec.json.decode(reply.body)["id"])
    except (msgspec.DecodeError, KeyError, TypeError):
        raise unavailable("GitHub's answer does not say which hook it is.") from None


def hooks_in(reply: Reply) -> Iterator[Mapping[str, Json]]:
    try:
        yield from (each for each in msgspec.json.decode(reply.body) if "config" in each)
    except (msgspec.DecodeError, TypeError):
        raise unavailable("GitHub's answer is no list of hooks.") from None
