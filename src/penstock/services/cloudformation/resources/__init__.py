"""Resource types: `TYPES` is all of them, by name. A module for each service; `kind.py` says what a type is.

A type's functions ask other services for what a customer could ask for, through the directory, and nothing else.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.cloudformation.resources import iam, s3, sagemaker
from penstock.services.cloudformation.resources.kind import ResourceType

TYPES: Final[Mapping[str, ResourceType]] = {each.name: each for module in (s3, iam, sagemaker) for each in module.TYPES}
