"""Lets programs that insist on TLS reach Penstock where it listens without.

A function answers CloudFormation at the address that it was given. Many (those made with `crhelper` among them) take
the host of it, and `HTTPSConnection`: that one connects plainly where host and port are those of `AWS_ENDPOINT_URL`.
"""

import functools
import os
from typing import Any
from urllib.parse import urlsplit


def plainly(module: Any) -> None:
    """Change the `HTTPSConnection` of `http.client`."""
    secured = module.HTTPSConnection
    connect = secured.connect

    @functools.wraps(connect)
    def connect_here(self: Any) -> None:
        penstock = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
        is_ours = penstock.scheme == "http" and (self.host, self.port) == (penstock.hostname, penstock.port)
        (module.HTTPConnection.connect if is_ours else connect)(self)

    secured.connect = connect_here
