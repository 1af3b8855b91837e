"""Comparing: what an update would change, as change sets tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from penstock.languages.cloudformation import Made, TemplateError, changes
from penstock.languages.cloudformation.changes import Recreation
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.flow import prepared
from penstock.services.cloudformation.model import Kept, Plan, Prepared, State
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.starting import Starter
from penstock.store.database import Transaction
from penstock.store.documents import Document

Json = Any


@dataclass(frozen=True)
class Comparing:
    starter: Starter
    types: Mapping[str, ResourceType]

    def differs(self, tx: Transaction, found: Document, wanted: Kept) -> bool:
        """Whether there is anything to be done. Raises `ServiceError` for a change that cannot be."""
        before = rows.kept(found, "Deployed")
        if before is None or found.status in ("UPDATE_FAILED", "CREATE_FAILED"):
            return True
        old, new = before.target, wanted.target
        outputs = (old.document.get("Outputs"), new.document.get("Outputs"))
        is_same = outputs[0] == outputs[1] and (old.tags, old.topics) == (new.tags, new.topics)
        if not is_same:
            return True
        return old != new and bool(self.changes(tx, found, wanted))

    def changes(self, tx: Transaction, found: Document, wanted: Kept) -> list[Json]:
        """Resource by resource. Raises `ServiceError`."""
        seen = self.starter.last(tx, found)
        state: State = seen.state if seen is not None else State()
        before = rows.kept(found, "Deployed")
        old = self._prepared(found, before) if before is not None else None
        new = self._prepared(found, wanted)
        assert new.template is not None
        made = {
            lid: Made(slot.now.physical_id, slot.now.attributes)
            for lid, slot in state.slots.items()
            if slot.now is not None
        }
        try:
            return changes(
                old.template if old is not None else None,
                new.template,
                before=(old or new).scope.having(made) if old is not None else new.scope.having({}),
                after=new.scope,
                replaces=self.recreation,
            )
        except TemplateError as error:
            raise rows.invalid(str(error)) from None

    def recreation(self, kind: str, name: str) -> Recreation:
        """What a change of a property does to a resource."""
        return "Always" if self.types[kind].replaces([name]) else "Never"

    @staticmethod
    def _prepared(found: Document, kept: Kept) -> Prepared:
        plan = Plan("UPDATE", found.arn, found.name, "", kept.target)
        try:
            return prepared(plan)
        except TemplateError as error:
            raise rows.invalid(str(error)) from None
