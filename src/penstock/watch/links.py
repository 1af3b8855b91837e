"""Links: where the page is; where signatures are checked, whoever comes by a link that a key has signed may look."""

from typing import Final
from urllib.parse import urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

PLACE: Final = "/_penstock/watch"
SIGNED_FOR: Final = "penstock"  # the service that links are signed for
GOOD_FOR: Final = 300  # seconds


def link(endpoint: str, region: str = "") -> str:
    """The page's address; of the server's own region, unless another is given."""
    return f"{endpoint}{PLACE}" + (f"?{urlencode({'region': region})}" if region else "")


def signed(address: str, *, region: str, access_key: str, secret: str) -> str:
    """A link that lets a browser look."""
    request = AWSRequest("GET", address)
    SigV4QueryAuth(Credentials(access_key, secret), SIGNED_FOR, region, expires=GOOD_FOR).add_auth(request)
    return str(request.url)
