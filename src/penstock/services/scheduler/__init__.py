"""EventBridge Scheduler: schedules that call any operation of any service, durable.

model.py      a schedule as it is kept, when it fires, what it answers
asking.py     what a request may ask
api.py        operations on schedules       groups.py   on their groups, and tags
targets.py    what a target is called with: one of a dozen services by its ARN, or any operation by name
firing.py     what happens when a schedule is due
room.py       the room, furnished
"""

from penstock.services.scheduler.room import open_scheduler

__all__ = ["open_scheduler"]
