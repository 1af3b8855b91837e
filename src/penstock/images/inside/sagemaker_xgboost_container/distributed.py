"""Stand-in for AWS's module of that name: training on the hosts of a job."""

import os
from collections.abc import Callable, Mapping, Sequence

from penstock_image.layout import Json
from penstock_image.offered import nothing_more
from penstock_image.xgboost_mode.together import train_together

__getattr__ = nothing_more(__name__)


def rabit_run(
    exec_fun: Callable[..., Json],
    args: Mapping[str, Json],
    include_in_training: bool,
    hosts: Sequence[str],
    current_host: str,
    *_connecting: Json,
    update_rabit_args: bool = False,
    **_connection: Json,
) -> None:
    """Call the function on all hosts that are included; `update_rabit_args` tells it whether this one is the master.

    Where and how often hosts would try to connect is of no matter.
    """

    def train(is_master: bool) -> None:
        exec_fun(**{**args, "is_master": is_master} if update_rabit_args else args)

    train_together(hosts, current_host, os.environ, train, has_data=include_in_training)
