"""Stand-in for AWS's module of that name: training on one host."""

from collections.abc import Callable, Mapping, Sequence

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.offered import nothing_more

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
    """Call the function as the master; `update_rabit_args` tells it so. How hosts would connect is of no matter."""
    if len(hosts) > 1:
        raise ClientError(
            f"{current_host}: XGBoost's distributed training is not done here; ask for one instance, which has all of "
            "this machine that there is"
        )
    if include_in_training:
        exec_fun(**{**args, "is_master": True} if update_rabit_args else args)
