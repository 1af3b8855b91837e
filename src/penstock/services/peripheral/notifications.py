"""Notifications: what SNS writes into a queue or hands a function.

They are signed as SNS signs (version 1, SHA1 with RSA), by a key of this server's: the address of its certificate has
the right form and nothing is there, so a signature can be made and not be checked.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from penstock.wire.call import Json

SIGNED: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
# Functions get the same under slightly other names.
OF_FUNCTIONS: Final = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message for one subscription; `at` is when it was published, as SNS spells it."""

    topic: str
    subscription: str
    message: str
    message_id: str
    subject: str | None
    attributes: Mapping[str, Json]
    at: str
    endpoint: str

    def document(self) -> dict[str, Json]:
        """In SNS's order."""
        told = {
            "Type": "Notification",
            "MessageId": self.message_id,
            "TopicArn": self.topic,
            **({"Subject": self.subject} if self.subject else {}),
            "Message": self.message,
            "Timestamp": self.at,
        }
        leaving = f"{self.endpoint}/?Action=Unsubscribe&SubscriptionArn={self.subscription}"
        return {
            **told,
            "SignatureVersion": "1",
            "Signature": signature(told),
            "SigningCertURL": f"{self.endpoint}/SimpleNotificationService-{fingerprint()}.pem",
            "UnsubscribeURL": leaving,
            **({"MessageAttributes": self.attributes} if self.attributes else {}),
        }

    def body(self) -> str:
        """For a queue."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False)

    def record(self) -> str:
        """For a function."""
        document = {OF_FUNCTIONS.get(name, name): each for name, each in self.document().items()}
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": self.subscription,
            "Sns": {"Subject": None, "MessageAttributes": {}, **document},
        }
        return json.dumps({"Records": [record]}, ensure_ascii=False)


def signature(told: Mapping[str, Json]) -> str:
    text = "".join(f"{name}\n{told[name]}\n" for name in SIGNED if name in told)
    # SHA1 is what version 1 is; whoever reads it expects no more of it.
    return base64.b64encode(key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA1())).decode()  # noqa: S303


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def fingerprint() -> str:
    return f"{key().public_key().public_numbers().n & (1 << 128) - 1:032x}"
