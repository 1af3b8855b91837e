"""Pages: the tokens by which a list operation goes on where it stopped.

A token is opaque to customers and holds whatever the operation needs to go on: usually the last key that it gave.
It is checked when it comes back, so that rubbish is told from a token of ours.
"""

import base64
import binascii
import zlib
from typing import Final

import msgspec

from penstock.wire.call import Json, WrongToken

# The mark of this form of tokens: another form gets another letter, and tokens of both can be told apart.
FORM: Final = b"1"
CHECK: Final = 4  # bytes of a checksum: against typing errors and cut tokens, not against forgery


def encode(value: Json) -> str:
    """The token that stands for a value (JSON's kinds, and bytes as base64 text)."""
    body = FORM + msgspec.json.encode(value)
    return base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(CHECK, "big") + body).decode()


def decode(token: str, *, member: str = "nextToken") -> Json:
    """The value that a token stands for; raises `WrongToken` naming the member that held rubbish."""
    try:
        packed = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        check, body = packed[:CHECK], packed[CHECK:]
        if body.startswith(FORM) and zlib.crc32(body).to_bytes(CHECK, "big") == check:
            return msgspec.json.decode(body[len(FORM) :])
    except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError):
        pass
    raise WrongToken(
        f"The value at '{member}' is not a token that this operation gave: "
        "pass the token of the last answer unchanged, or none to begin again."
    )


def onward(token: str | None, member: str = "NextToken") -> dict[str, str]:
    """How an answer says where the next page begins; nothing where there is none."""
    return {member: token} if token else {}
