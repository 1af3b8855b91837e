"""Tells the SageMaker SDK 2 in which image its functions run: by itself it knows one for Python 3.8 and 3.10 alone.

The image is Penstock's own Python with that SDK; a client with another Python has to name one, as on AWS.
"""

import os
import sys
from typing import Any

IMAGE = "penstock/sagemaker-sdk"


def offer(_: Any) -> None:
    """Let a `sagemaker.remote_function.job` find its default image in the environment, where it looks first."""
    own = os.environ.get("PENSTOCK_PYTHON")
    if own == f"{sys.version_info[0]}.{sys.version_info[1]}" and own not in ("3.8", "3.10"):
        os.environ.setdefault("SAGEMAKER_INTERNAL_IMAGE_URI", IMAGE)
