"""Tags of roles, users, instance profiles and managed policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.identity import policies, profiles, rows
from penstock.services.identity.model import EntityType
from penstock.store import tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.identity import shapes

Find = Callable[[Transaction], Document]  # what is to be tagged; raises NoSuchEntity


@dataclass(frozen=True, slots=True)
class Tagging:
    database: Database

    service = "iam"

    @operation("TagRole")
    async def tag_role(self, call: Call, request: shapes.TagRoleRequest) -> None:
        await self._add(entity(call, "role", request["RoleName"]), request["Tags"])

    @operation("UntagRole")
    async def untag_role(self, call: Call, request: shapes.UntagRoleRequest) -> None:
        await self._remove(entity(call, "role", request["RoleName"]), request["TagKeys"])

    @operation("ListRoleTags")
    async def role_tags(self, call: Call, request: shapes.ListRoleTagsRequest) -> shapes.ListRoleTagsResponse:
        return await self._page(entity(call, "role", request["RoleName"]), request)

    @operation("TagUser")
    async def tag_user(self, call: Call, request: shapes.TagUserRequest) -> None:
        await self._add(entity(call, "user", request["UserName"]), request["Tags"])

    @operation("UntagUser")
    async def untag_user(self, call: Call, request: shapes.UntagUserRequest) -> None:
        await self._remove(entity(call, "user", request["UserName"]), request["TagKeys"])

    @operation("ListUserTags")
    async def user_tags(self, call: Call, request: shapes.ListUserTagsRequest) -> shapes.ListUserTagsResponse:
        return await self._page(entity(call, "user", request["UserName"]), request)

    @operation("TagInstanceProfile")
    async def tag_profile(self, call: Call, request: shapes.TagInstanceProfileRequest) -> None:
        await self._add(profile(call, request["InstanceProfileName"]), request["Tags"])

    @operation("UntagInstanceProfile")
    async def untag_profile(self, call: Call, request: shapes.UntagInstanceProfileRequest) -> None:
        await self._remove(profile(call, request["InstanceProfileName"]), request["TagKeys"])

    @operation("ListInstanceProfileTags")
    async def profile_tags(
        self, call: Call, request: shapes.ListInstanceProfileTagsRequest
    ) -> shapes.ListInstanceProfileTagsResponse:
        return await self._page(profile(call, request["InstanceProfileName"]), request)

    @operation("TagPolicy")
    async def tag_policy(self, call: Call, request: shapes.TagPolicyRequest) -> None:
        await self._add(policy(call, request["PolicyArn"]), request["Tags"])

    @operation("UntagPolicy")
    async def untag_policy(self, call: Call, request: shapes.UntagPolicyRequest) -> None:
        await self._remove(policy(call, request["PolicyArn"]), request["TagKeys"])

    @operation("ListPolicyTags")
    async def policy_tags(self, call: Call, request: shapes.ListPolicyTagsRequest) -> shapes.ListPolicyTagsResponse:
        return await self._page(policy(call, request["PolicyArn"]), request)

    async def _add(self, find: Find, labels: list[shapes.Tag]) -> None:
        await self.database.write(lambda tx: tags.add(tx, find(tx).arn, rows.labels_of(labels)))

    async def _remove(self, find: Find, keys: Iterable[str]) -> None:
        await self.database.write(lambda tx: tags.remove(tx, find(tx).arn, keys))

    async def _page(self, find: Find, request: Mapping[str, Json]) -> shapes.ListRoleTagsResponse:
        return await self.database.read(lambda tx: rows.tag_page(tx, find(tx).arn, request))


def entity(call: Call, kind: EntityType, name: str) -> Find:
    return lambda tx: rows.require(tx, rows.here(call), kind, name)


def profile(call: Call, name: str) -> Find:
    return lambda tx: profiles.require(tx, rows.here(call), name)


def policy(call: Call, arn: str) -> Find:
    return lambda tx: policies.require(tx, call, arn)
