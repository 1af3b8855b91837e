"""Lives: every thing that is there or was there, by kind, and which of several of one name was there at a time.

A name may be used again. The latest thing of a name is known by its ARN; an earlier one by its ARN and when it began.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from penstock.services.sagemaker import remains
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope
from penstock.wire.times import iso

ALWAYS: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Life:
    """A document, when it went (None: it is there), and whether nothing of its name came after it."""

    document: Document
    gone: float | None = None
    is_latest: bool = True

    @property
    def uri(self) -> str:
        """What the thing is known by."""
        began = "" if self.is_latest else f"@{iso(self.document.created_at)}"
        return f"{self.document.arn}{began}"

    def stood(self, at: float) -> bool:
        """Whether it was there at a time."""
        return self.document.created_at <= at < (ALWAYS if self.gone is None else self.gone)


@dataclass
class Lives:
    """Lives by kind and name, the earliest first."""

    by_kind: dict[str, dict[str, list[Life]]] = field(default_factory=dict)

    @classmethod
    def read(cls, tx: Transaction, scope: Scope, kinds: Iterable[str]) -> "Lives":
        """Everything of these kinds."""
        found: dict[str, dict[str, list[Life]]] = {kind: {} for kind in kinds}
        for gone in remains.every(tx, scope):
            if gone.document.kind in found:
                found[gone.document.kind].setdefault(gone.document.name, []).append(Life(gone.document, gone.gone_at))
        for kind, named in found.items():
            for document in remains.every_document(tx, scope, kind):
                named.setdefault(document.name, []).append(Life(document))
            for name, lives in named.items():
                named[name] = _ordered(lives)
        return cls(found)

    def of(self, kind: str) -> Iterator[Life]:
        """All of a kind."""
        for lives in self.by_kind[kind].values():
            yield from lives

    def at(self, kind: str, name: str, at: float) -> Life | None:
        """The one of that name that was there at a time; the latest before it, if none was."""
        lives = self.by_kind[kind].get(name, ())
        earlier = [life for life in lives if life.document.created_at <= at]
        standing = [life for life in earlier if life.stood(at)]
        return next(reversed(standing or earlier), None)


def _ordered(lives: list[Life]) -> list[Life]:
    """In order of time. What was kept of a thing that is still there was another form of it, not the end of it."""
    lives.sort(key=lambda life: (life.document.created_at, life.gone is None, life.document.modified_at))
    latest = lives[-1].document.created_at
    return [Life(life.document, life.gone, life.document.created_at == latest) for life in lives]
