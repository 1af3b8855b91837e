"""Keeps the SageMaker SDK from sending its telemetry: the call has no time-out, and nobody answers it here.

The SDK's own way to opt out is a line in a configuration file. But where there is any, it checks that file against its
schema each time that it looks a default up: half a minute for a pipeline of five steps.
"""

from typing import Any


def silence(module: Any) -> None:
    """Let a `sagemaker…telemetry_logging` send nothing."""
    module._send_telemetry_request = lambda *_, **__: None
