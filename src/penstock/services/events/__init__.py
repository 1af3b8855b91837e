"""EventBridge: buses, rules, targets, archives and API destinations, durable.

    PutEvents ─► which rules does it fit (listening.py) ─► a delivery for each target (delivering.py) ─► its call

model.py      names and documents of all that is kept      rows.py   archived events
event.py      events, as they are put and as they are told
shaping.py    what a target is sent of an event            targets.py   which targets there are, and their calls
putting.py    PutEvents and TestEventPattern               buses.py   rules.py   ruletargets.py   tagging.py
schedules.py  rules that go by the clock                   managed.py   rules that services keep for themselves
archives.py   replays.py                                   connections.py   destinations.py   calling.py
authorizing.py   what connections send along               credentials.py   for services that call in their name
room.py       the room, furnished

An event that was accepted is on disk with everything that follows from it: its deliveries are runs of the engine.
"""

from penstock.services.events.room import open_events

__all__ = ["open_events"]
