"""Pushes: what happens in git repositories, for those who start something by it.

Who learns of a change tells of it in the transaction that knows it from then on, and who listens does in that
transaction what follows: so each change is heard once, whatever happens to the server. A repository has one name for
both: the ARN of one of CodeCommit's, or a connection's ARN with `/OWNER/NAME` behind it.
"""

from collections.abc import Iterable
from typing import Literal, Protocol

from penstock.languages.githosts.tree import Change
from penstock.store.database import Transaction

Interest = Literal["nothing", "changes", "paths"]  # paths: which files have changed is wanted, too


class Listener(Protocol):
    """Who does something when a repository changes."""

    def interest(self, tx: Transaction, repository: str) -> Interest: ...

    def repositories(self, tx: Transaction) -> Iterable[str]:
        """Those that are listened to."""

    def hear(self, tx: Transaction, repository: str, change: Change) -> None: ...


class Pushes:
    """Hands on what is told to who listens. Until somebody does (`heed`), nothing is wanted."""

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def heed(self, listener: Listener) -> None:
        self._listener = listener

    def interest(self, tx: Transaction, repository: str) -> Interest:
        """What is to be found out of a repository's changes."""
        return self._listener.interest(tx, repository) if self._listener is not None else "nothing"

    def repositories(self, tx: Transaction) -> Iterable[str]:
        return self._listener.repositories(tx) if self._listener is not None else ()

    def tell(self, tx: Transaction, repository: str, change: Change) -> None:
        if self._listener is not None:
            self._listener.hear(tx, repository, change)
