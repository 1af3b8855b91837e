"""Stand-in for AWS's toolkit of that name: see `penstock_image.offered`."""

from penstock_image.offered import content_types, encoders, worker
from sagemaker_containers import training_env
from sagemaker_containers.beta.framework import env, modules, transformer

__all__ = ["content_types", "encoders", "env", "modules", "training_env", "transformer", "worker"]
