"""Lets a job that begins a function of the SageMaker SDK 2's read the SDK's version, instead of importing all of it.

The SDK's script imports itself for that, three seconds of processor time, and does nothing else with it.
"""

from typing import Any


def abridge(module: Any) -> None:
    """Let a `runtime_environment_manager` ask what is installed; where nobody knows, as it does by itself."""
    manager = module.RuntimeEnvironmentManager
    by_itself = manager._current_sagemaker_pysdk_version

    def version(self: Any) -> str:
        try:
            from importlib import metadata  # Python 3.6 and 3.7 have none

            return metadata.version("sagemaker")
        except ImportError:
            told: str = by_itself(self)
            return told

    manager._current_sagemaker_pysdk_version = version
