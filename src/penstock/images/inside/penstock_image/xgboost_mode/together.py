"""Training on several hosts: those that have data train one model, by XGBoost's own collective and its tracker."""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence

from xgboost import collective
from xgboost.tracker import RabitTracker

from penstock_image.failure import UserError
from penstock_image.layout import Json
from penstock_image.meeting import meet


def train_together(
    hosts: Sequence[str],
    current: str,
    variables: Mapping[str, str],
    train: Callable[[bool], None],
    *,
    has_data: bool,
) -> None:
    """Call `train` on every host that has data; it is told whether this is the master, whose model counts.

    Raises `UserError` if no host has any, `ClientError` if one does not come.
    """
    trackers: list[RabitTracker] = []

    def track(told: dict[str, Json]) -> Json:
        joining = [host for host in hosts if told[host]]
        if len(joining) < 2:
            return {"joining": joining, "tracker": None}
        tracker = RabitTracker(len(joining), socket.gethostbyname(hosts[0]), sortby="task")
        tracker.start()
        trackers.append(tracker)
        return {"joining": joining, "tracker": tracker.worker_args()}

    agreed = meet(hosts, current, variables, has_data, track)
    if not agreed["joining"]:
        raise UserError("No data in the training channel of any host")
    if has_data:
        _join(agreed["joining"].index(current), agreed["tracker"], train)
    for tracker in trackers:  # the first host's, which stays for the others even if it has no data
        waiting = threading.Thread(target=tracker.wait_for, daemon=True)
        waiting.start()
        waiting.join()  # not in C, where a signal would not be heard


def _join(rank: int, tracker: Mapping[str, str | int] | None, train: Callable[[bool], None]) -> None:
    if tracker is None:
        train(True)
        return
    collective.init(**tracker, dmlc_task_id=f"{rank:06}")
    train(rank == 0)
    collective.finalize()  # not after a failure: it would wait for hosts that wait for this one
