"""Finding what has an id or an ARN: builds, batches, sandboxes and projects alike."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError

NOT_THERE: Final = "ResourceNotFoundException"


class Kind(NamedTuple):
    """How a kind of thing is kept, what its ARNs call it, and what people are told it is."""

    kept: str
    resource: str
    noun: str

    def name(self, id: str) -> str:  # noqa: A002
        """Its id, of itself or its ARN."""
        return id.rpartition(f":{self.resource}/")[2]

    def find(
        self,
        tx: Transaction,
        scope: Scope,
        id: str,  # noqa: A002
        code: str = NOT_THERE,
    ) -> Document:
        """What has an id; raises an error of that code, which not every operation has the same for."""
        found = documents.find(tx, scope, self.kept, self.name(id))
        if found is None:
            missing = scope.arn("codebuild", f"{self.resource}/{self.name(id)}")
            raise ServiceError(f"{self.noun} cannot be found: {missing}", code=code)
        return found

    def sort_out(self, tx: Transaction, scope: Scope, ids: Sequence[str]) -> tuple[list[Document], list[str]]:
        """Those that are there, and the ids of the others."""
        found = [documents.find(tx, scope, self.kept, self.name(each)) for each in ids]
        there = [each for each in found if each is not None]
        return there, [asked for asked, each in zip(ids, found, strict=True) if each is None]
