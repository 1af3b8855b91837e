"""Stand-in for AWS's module of that name: a channel as a matrix of XGBoost's."""

from collections.abc import Iterable
from pathlib import Path

import xgboost

from penstock_image.failure import UserError
from penstock_image.offered import nothing_more
from penstock_image.xgboost_mode import data

__getattr__ = nothing_more(__name__)


def get_dmatrix(
    data_path: str | Iterable[str] | None,
    content_type: str,
    csv_weights: int = 0,
    is_pipe: bool = False,
    combine_train_val: bool = False,
) -> xgboost.DMatrix | None:
    """The data of a folder, or of several as one; None where there is none. Labels are its first column."""
    if is_pipe:
        raise UserError("channels are brought as files here: leave out is_pipe")
    places = [data_path] if isinstance(data_path, str) else list(data_path or ())
    if len(places) > 1 and not combine_train_val:
        raise UserError("several folders are read as one with combine_train_val")
    tables = [data.read(Path(place), content_type, weighted=csv_weights == 1) for place in places]
    found = [table for table in tables if table is not None]
    return data.joined(found).matrix() if found else None
