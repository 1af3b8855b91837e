"""Peripheral services: what workflows touch besides Penstock's own, answered by moto, or by whoever you name.

    SQS  SNS  DynamoDB (and its streams)  Kinesis  Secrets Manager  SSM documents  ECR  CloudWatch metrics  KMS

What is set up (queues, topics, repositories, alarms, secrets) is there again after a restart; what flows through
(messages, items, records, datapoints) lives in this process and is gone with it. What of that must last belongs
elsewhere: `forward.toml` in the data folder names an endpoint per service, and Penstock passes every call on.

room.py        the front: every call comes here, and moto's thread is owned here
offered.py     which operations, and why others are not taken from moto
asked.py       what is refused in a request: messages.py (SQS's)
waiting.py     long polls, without holding a thread
stage.py       moto itself, imported when first needed; nobody else imports it
mended.py      what moto gets a little wrong, put right
stumbles.py    what to say when moto falls over a request
remembering.py  what is set up, over restarts: the calls of kept.py
deliveries.py  where moto would reach for its own queues, functions and networks: a call instead
queues.py      SQS's queues       notifications.py   what SNS sends
places.py  forward.py   forward.toml, and the client that passes calls on
"""

from penstock.services.peripheral.places import Misplaced
from penstock.services.peripheral.remembering import Memory
from penstock.services.peripheral.room import Peripheral

__all__ = ["Memory", "Misplaced", "Peripheral"]
