"""Labels: names of versions. A label is on one version of a parameter, and moves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.ssm import model
from penstock.store import documents
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.services.ssm.telling import Tell
    from penstock.store.database import Database, Transaction

LABEL: Final = re.compile(r"(?!aws|ssm)[a-z_.-][a-z0-9_.-]*", re.IGNORECASE)
MOST: Final = 10  # on one version


@dataclass(frozen=True)
class Labels:
    database: Database
    tell: Tell
    clock: Callable[[], float]
    service = "ssm"

    @operation("LabelParameterVersion")
    async def label(self, call: Call, request: shapes.LabelParameterVersionRequest) -> Answer:
        invalid = [each for each in request["Labels"] if not LABEL.fullmatch(each)]
        wanted, at = [each for each in request["Labels"] if each not in invalid], self.clock()

        def label(tx: Transaction) -> int:
            parameter = model.found(tx, call.scope, request["Name"].strip())
            number = request.get("ParameterVersion") or parameter.body["Version"]
            version = model.numbered(tx, parameter, number)
            if len({*version.labels, *wanted}) > MOST:
                raise ServiceError(
                    f"A parameter version can have maximum {MOST} labels. Move one or more labels to another version "
                    "and try again.",
                    code="ParameterVersionLabelLimitExceeded",
                )
            if wanted:
                self._keep(tx, parameter, parameter.body["Labels"] | dict.fromkeys(wanted, number))
                self.tell(tx, parameter, "LabelParameterVersion", at)
            return version.number

        return {"InvalidLabels": invalid, "ParameterVersion": await self.database.write(label)}

    @operation("UnlabelParameterVersion")
    async def unlabel(self, call: Call, request: shapes.UnlabelParameterVersionRequest) -> Answer:
        def unlabel(tx: Transaction) -> list[str]:
            parameter = model.found(tx, call.scope, request["Name"].strip())
            here = model.numbered(tx, parameter, request["ParameterVersion"]).labels
            removed = [each for each in request["Labels"] if each in here]
            kept = {label: number for label, number in parameter.body["Labels"].items() if label not in removed}
            self._keep(tx, parameter, kept)
            return removed

        removed = await self.database.write(unlabel)
        return {"RemovedLabels": removed, "InvalidLabels": [each for each in request["Labels"] if each not in removed]}

    def _keep(self, tx: Transaction, parameter: documents.Document, labels: dict[str, int]) -> None:
        """The version stays as it was, and so does the moment of its change."""
        documents.update(tx, replace(parameter, body={**parameter.body, "Labels": labels}))
