"""Credentials: whose key signed a request.

The gateway asks a `KeyRing`; identity answers it from its rows. Neither knows the other: this page is what they share.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from penstock.wire.call import DEFAULT_ACCOUNT, Answer, Call, ServiceError

DEFAULT_ROLE: Final = "PenstockExecutionRole"
DEFAULT_SESSION: Final = "penstock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An access key and what it stands for. `expires_at` is set for temporary keys, which carry a session token;
    `asker` for those of a job, whose exchanges are heard."""

    access_key: str
    secret: str
    account: str
    principal: str
    session_token: str = ""
    expires_at: float | None = None
    active: bool = True
    asker: str = ""


Hear = Callable[[str, Call, Answer | ServiceError], None]  # (asker, what it asked, what it is answered)


class KeyRing(Protocol):
    """Who keeps the keys."""

    async def find(self, access_key: str) -> Credential | None:
        """The credential of an access key, expired and inactive ones too; None for a key that nobody was given."""


def default_principal(account: str = DEFAULT_ACCOUNT) -> str:
    """Who asks when nobody says so: a session of the role that every installation has.

    An assumed role and not a user, because the SageMaker SDK reads the execution role off this ARN.
    """
    return f"arn:aws:sts::{account}:assumed-role/{DEFAULT_ROLE}/{DEFAULT_SESSION}"
