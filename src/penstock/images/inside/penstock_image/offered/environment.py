"""The job as an object: each property of AWS's training environment is an attribute."""

import os

from penstock_image.environment import TrainingEnvironment
from penstock_image.layout import Folders, Json


class Environment:
    """What a script may know about its job, read when it asks."""

    def __init__(self) -> None:
        self._read = TrainingEnvironment.read(Folders.of(os.environ), os.environ)
        self._told = self._read.snapshot()

    def __getattr__(self, name: str) -> Json:
        try:
            return self.__dict__["_told"][name]
        except KeyError:
            raise AttributeError(f"a job's environment has no '{name}'") from None

    def to_env_vars(self) -> dict[str, str]:
        return self._read.to_variables()

    def to_cmd_args(self) -> list[str]:
        return self._read.arguments
