"""Lets the MPI driver that the SageMaker SDK 3 sends along with a job do without SSH, which the rooms of jobs have not.

All that it has of that is its `mpi_utils`, which would import paramiko; `penstock_image.nodes` takes its place.
"""

import os
import sys
from typing import Any


def relate(module: Any) -> None:
    """Let the driver's package have nodes that reach one another by errands, in a job of Penstock's."""
    driver = os.path.join(os.path.dirname(module.__file__ or ""), "mpi_driver.py")
    if os.environ.get("PENSTOCK_IMAGE") and os.path.exists(driver):
        from penstock_image import nodes

        sys.modules[module.__name__ + ".mpi_utils"] = nodes
