"""Parameters by name, version or label, and what they were before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.ssm import model
from penstock.services.ssm.model import Others, Reference, is_public
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.services.ssm.model import Version
    from penstock.store.database import Database, Transaction
    from penstock.store.sealing import Sealing

PAGE: Final = 50


@dataclass(frozen=True)
class Reading:
    database: Database
    sealing: Sealing
    others: Others
    service = "ssm"

    @operation("GetParameter")
    async def get(self, call: Call, request: shapes.GetParameterRequest) -> Answer:
        if is_public(request["Name"]):
            return await self.others(call, request)
        wanted = Reference.of(request["Name"])
        version = await self.database.read(lambda tx: model.selected(tx, call.scope, wanted))
        opened = bool(request.get("WithDecryption"))
        return {"Parameter": model.shown(version, self.sealing, opened=opened, selector=wanted.selector)}

    @operation("GetParameters")
    async def get_several(self, call: Call, request: shapes.GetParametersRequest) -> Answer:
        opened = bool(request.get("WithDecryption"))
        public = [name for name in request["Names"] if is_public(name)]
        names = dict.fromkeys(name for name in request["Names"] if not is_public(name))

        def look(tx: Transaction) -> tuple[list[Json], list[str]]:
            parameters, invalid = [], []
            for name in names:
                wanted = Reference.of(name)
                try:
                    version = model.selected(tx, call.scope, wanted)
                except ServiceError:
                    invalid.append(name)
                else:
                    parameters.append(model.shown(version, self.sealing, opened=opened, selector=wanted.selector))
            return parameters, invalid

        parameters, invalid = await self.database.read(look)
        if public:
            theirs = await self.others(with_names(call, public), {**request, "Names": public})
            parameters += theirs.get("Parameters", ())
            invalid += theirs.get("InvalidParameters", ())
        return {"Parameters": sorted(parameters, key=lambda each: each["Name"]), "InvalidParameters": invalid}

    @operation("GetParameterHistory")
    async def history(self, call: Call, request: shapes.GetParameterHistoryRequest) -> Answer:
        opened, limit = bool(request.get("WithDecryption")), request.get("MaxResults") or PAGE
        after = after_version(request.get("NextToken"))

        def look(tx: Transaction) -> list[Version]:
            parameter = model.found(tx, call.scope, request["Name"].strip())
            versions = [*model.earlier(tx, parameter), model.latest(parameter)]
            return [each for each in versions if each.number > after]

        versions = await self.database.read(look)
        shown = [self._past(each, opened=opened) for each in versions[:limit]]
        token = pages.encode(versions[limit - 1].number) if len(versions) > limit else None
        return {"Parameters": shown, **pages.onward(token)}

    def _past(self, version: Version, *, opened: bool) -> dict[str, Json]:
        value = model.value_of(version, self.sealing, opened=opened)
        return {**model.metadata(version), "Value": value, "Labels": version.labels}


def with_names(call: Call, names: list[str]) -> Call:
    return Call(call.service, call.operation, {**call.request, "Names": names}, call.scope, call.token)


def after_version(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(pages.decode(token))
    except (ValidationError, TypeError, ValueError):
        raise ServiceError("The specified token isn't valid.", code="InvalidNextToken") from None
