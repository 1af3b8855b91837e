"""Notifications (CodeStar Notifications): what happens to pipelines, builds and repositories, told to topics.

catalogue.py   the types of events that there are, and which events of EventBridge's they are
model.py       rules and targets, as they are kept and found
rules.py       operations on rules, and their tags
targets.py     operations on targets, and who is subscribed to which rule
managed.py     the rule on the default bus that brings events here
telling.py     which rules an event is for; the message, brought to each of their targets
attributes.py  what a message has beside its event, where a rule wants it all
room.py        all of it, furnished
"""

from penstock.services.notifications.room import open_notifications

__all__ = ["open_notifications"]
