"""Making a version: what its address means is looked up, and made to stay.

An address in a repository of ECR means what was put there; any other is for whoever knows images (`Keep`). Doing it
again comes to the same, so a crash does no harm.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.images.model import Made, Plan, version_arn
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError

ADDRESS: Final = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[a-z0-9/._-]+?)"
    r"(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


class Unfit(Exception):
    """No job could run in what an address means; the sentence says why, and what would do."""


Keep = Callable[[str, str, str], Awaitable[str]]
"""(version's ARN, address, manifest or nothing) → what it is called by content. Raises `Unfit`."""


@dataclass(frozen=True)
class Making:
    directory: Directory
    keep: Keep

    async def make(self, task: Task) -> Json:
        plan = msgspec.convert(task.input, Plan)
        arn = version_arn(task.scope, plan.image, plan.version)
        try:
            container = await self.keep(arn, plan.base, await self._manifest(task.scope, plan.base))
        except Unfit as why:
            return msgspec.to_builtins(Made(why=str(why)))
        return msgspec.to_builtins(Made(container))

    async def _manifest(self, scope: Scope, base: str) -> str:
        """What ECR has under an address; nothing where that is no address of this account's ECR, or not there."""
        address = ADDRESS.fullmatch(base)
        if address is None or address["account"] != scope.account:
            return ""
        wanted = {"imageDigest": address["digest"]} if address["digest"] else {"imageTag": address["tag"] or "latest"}
        request = {"repositoryName": address["repository"], "imageIds": [wanted]}
        where = Scope(scope.account, address["region"], scope.principal)
        try:
            answer = await self.directory.answer(Call("ecr", "BatchGetImage", request, where))
        except ServiceError as error:
            if error.code == "RepositoryNotFoundException":
                return ""
            raise
        return next((str(each["imageManifest"]) for each in answer.get("images", ())), "")
