"""Page tokens: text that says where the next page begins, marked with the list it belongs to."""

import base64
import binascii

from penstock.services.logs.model import InvalidParameter


def write_token(kind: str, place: str) -> str:
    return base64.urlsafe_b64encode(f"{kind} {place}".encode(errors="surrogatepass")).decode()


def read_token(kind: str, token: str | None) -> str:
    """The place that a token says; '' where there is no token."""
    if not token:
        return ""
    try:
        found, _, place = base64.urlsafe_b64decode(token).decode(errors="surrogatepass").partition(" ")
    except (binascii.Error, ValueError):
        found, place = "", ""
    if found != kind:
        raise InvalidParameter("The specified nextToken is invalid.")
    return place
