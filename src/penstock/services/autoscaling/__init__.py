"""Application Auto Scaling: capacity that follows a metric, a schedule, or its bounds.

    model.py       what is kept: scalable targets, policies, scheduled actions, activities
    dimensions.py  what can be scaled, how much of it there is, and the call that sets it
    targets.py  policies.py  actions.py    the operations (actions: what is due by the clock, too)
    deciding.py    what a policy wants, of the points of its metric; pure
    metrics.py     those points, asked of CloudWatch
    watching.py    every few seconds: bounds and policies are looked at, activities begun
    activities.py  an activity is a run: the call is placed, and its end waited for

`room.open_autoscaling` makes all of it.
"""

from penstock.services.autoscaling.room import open_autoscaling

__all__ = ["open_autoscaling"]
