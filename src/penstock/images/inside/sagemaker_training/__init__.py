"""Stand-in for AWS's toolkit of that name: see `penstock_image.offered`."""

from penstock_image.offered import content_types, encoders
from sagemaker_training import environment

__all__ = ["content_types", "encoders", "environment"]
