"""What scripts import from AWS's images: the substance of `sagemaker_containers`, `sagemaker_training`,
`sagemaker_inference` and `sagemaker_xgboost_container`, which are names for what is here.

They come last on a job's path, so an environment that has the real ones uses those. What a module here does not have
is told with its name when it is asked for.
"""

from collections.abc import Callable

from penstock_image.layout import Json


def nothing_more(module: str) -> Callable[[str], Json]:
    """A module's `__getattr__` for names of AWS's that are not offered."""

    def missing(name: str) -> Json:
        raise AttributeError(f"{module} is Penstock's stand-in for AWS's module, and has no '{name}'")

    return missing
