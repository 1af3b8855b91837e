"""Sessions: which instance holds which conversation with a stateful model.

    SessionId NEW_SESSION ──► any instance, whose model says `{id}; Expires=…` ──► NewSessionId
    SessionId {id}        ──► the same instance, until its model says that it is closed ──► ClosedSessionId

Only the model knows what is in a session, and whether it has expired; with its server, its sessions are gone.
"""

from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.endpoints.instance import Answering
from penstock.services.sagemaker.endpoints.saying import Said

NEW: Final = "NEW_SESSION"
MOST: Final = 10_000  # in a fleet; the oldest is forgotten


@dataclass(frozen=True, slots=True)
class Place:
    variant: str
    instance: Answering


class Sessions:
    """The sessions of a fleet, by their ids."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def place(self, session: str) -> Place | None:
        return self._places.get(session)

    def hear(self, session: str, said: Said, place: Place) -> None:
        """What an answer says of sessions, to a request of one."""
        if session == NEW and said.new_session:
            self._places[said.new_session.partition(";")[0].strip()] = place
            if len(self._places) > MOST:
                del self._places[next(iter(self._places))]
        self._places.pop(said.closed_session, None)

    def leave(self, instance: Answering) -> None:
        """An instance is to go."""
        for session in [session for session, place in self._places.items() if place.instance is instance]:
            del self._places[session]
