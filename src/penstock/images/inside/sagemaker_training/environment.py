"""Stand-in for AWS's module of that name."""

from penstock_image.offered import nothing_more
from penstock_image.offered.environment import Environment

__all__ = ["Environment"]
__getattr__ = nothing_more(__name__)
