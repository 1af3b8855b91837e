"""Lambda: functions from packages, run in warm environments; `room.furnish` makes all of it.

A function is a document, its code a blob. An environment (`environments`) is a resident with the code loaded: one
invocation at a time, kept for the next. What nobody waits for (`events`) is a run of the engine.
"""

from penstock.services.lambda_.environments import Clients, ClientsOf, NoSdk, SdkOf
from penstock.services.lambda_.room import Lambda, furnish

__all__ = ["Clients", "ClientsOf", "Lambda", "NoSdk", "SdkOf", "furnish"]
