"""Lets the names that the SageMaker SDK makes up for tuning jobs be distinct: by itself it dates them by the minute.

On AWS no tuning job is over within one, so that a notebook's next has another name. Here several may be in a second.
"""

import time
from typing import Any


def distinguish(module: Any) -> None:
    """Let a `sagemaker.utils` (SDK 3: `sagemaker.core.common_utils`) tell each short timestamp once, in seconds."""
    told = [0]

    def sagemaker_short_timestamp() -> str:
        told.append(max(int(time.time()), told.pop() + 1))
        return time.strftime("%y%m%d-%H%M%S", time.localtime(told[0]))

    module.sagemaker_short_timestamp = sagemaker_short_timestamp
