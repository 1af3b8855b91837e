"""ARNs, and the URLs of queues: names that say where a thing is.

arn:aws:sqs:eu-west-1:123456789012:jobs      http://127.0.0.1:4599/123456789012/jobs
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from penstock.wire.call import Scope

_ACCOUNT: Final = re.compile(r"/([0-9]{12})/[^/]+/?\Z")


@dataclass(frozen=True, slots=True)
class Arn:
    service: str
    region: str
    account: str
    resource: str

    @property
    def scope(self) -> Scope:
        """Where the thing is."""
        return Scope(self.account, self.region)

    @classmethod
    def of(cls, text: str) -> Self:
        """The parts of an ARN; of anything else, empty ones."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            return cls("", "", "", "")
        return cls(*parts[2:])


def queue_address(queue: Arn) -> str:
    """A queue's URL at AWS, which whoever answers for queues understands, wherever that is."""
    return f"https://sqs.{queue.region}.amazonaws.com/{queue.account}/{queue.resource}"


def queue_url(endpoint: str, queue: Arn) -> str:
    return f"{endpoint}/{queue.account}/{queue.resource}"


def account_of_queue(url: str) -> str:
    """The account in a queue's URL; empty where there is none (AWS also takes a bare name)."""
    found = _ACCOUNT.search(url)
    return found[1] if found else ""
