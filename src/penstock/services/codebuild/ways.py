"""Ways: where the repository of a source is, and what lets in there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from penstock.services.codebuild.credentials import authorization
from penstock.services.codebuild.model import Json
from penstock.store.database import Database
from penstock.store.sealing import Sealing
from penstock.wire.call import Call, Directory, Scope
from penstock.wire.gitkeys import GitKeys

CODECOMMIT: Final = re.compile(r"https://git-codecommit\.(?P<region>[^/.]+)\.[^/]+(?P<path>/v1/repos/.+)")
CONNECTION: Final = re.compile(
    r"https://(?:codeconnections|codestar-connections)\.[^/]+/git-http/"
    r"(?P<account>[0-9]{12})/(?P<region>[a-z0-9-]+)/(?P<id>[^/]+)/(?P<name>.+?)(?:\.git)?"
)


@dataclass(frozen=True, slots=True)
class Way:
    """To a repository: an address, and what lets in: a header, which stays out of what is cloned, or ssh's command."""

    url: str
    authorization: str = ""
    ssh_command: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """Git's environment: the header goes to this address only."""
        if self.ssh_command:
            return {"GIT_SSH_COMMAND": self.ssh_command}
        if not self.authorization:
            return {}
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{self.url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: {self.authorization}",
        }


@dataclass(frozen=True)
class Ways:
    database: Database
    directory: Directory
    sealing: Sealing
    keys: GitKeys

    async def to(self, scope: Scope, source: Mapping[str, Json], endpoint: str = "") -> Way:
        """To a repository: of this server, whose `endpoint` is told; of a connection; or where its address says."""
        location: str = source["location"]
        if (here := CODECOMMIT.fullmatch(location)) and endpoint:
            url = f"{endpoint}{here['path']}"
            return Way(url, await self.keys.authorization(Scope(scope.account, here["region"]), url))
        if found := CONNECTION.fullmatch(location):
            place = Scope(found["account"], found["region"])
            asked = {
                "ConnectionArn": place.arn("codeconnections", f"connection/{found['id']}"),
                "FullRepositoryId": found["name"],
            }
            told = await self.directory.answer(Call("codeconnections", "UseConnection", asked, scope))
            return Way(told["Url"], told["Authorization"], told.get("SshCommand", ""))
        if not location.startswith(("http://", "https://")):
            return Way(location)
        name = urlsplit(location).path.strip("/")
        return Way(location, await authorization(self.database, self.directory, self.sealing, scope, source, name))
