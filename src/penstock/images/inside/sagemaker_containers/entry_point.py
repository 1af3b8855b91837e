"""Stand-in for AWS's module of that name: waiting for a job's other hosts."""

from penstock_image.offered import nothing_more
from penstock_image.train import wait_for as _wait_hostname_resolution

__all__ = ["_wait_hostname_resolution"]
__getattr__ = nothing_more(__name__)
