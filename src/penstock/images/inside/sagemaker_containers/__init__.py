"""Stand-in for AWS's toolkit of that name: see `penstock_image.offered`."""

from penstock_image.offered.environment import Environment


def training_env() -> Environment:
    """The job, as an object."""
    return Environment()
