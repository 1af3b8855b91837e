"""Stand-in for AWS's module of that name: a request's content as a matrix of XGBoost's."""

import xgboost

from penstock_image.layout import Json
from penstock_image.offered import nothing_more
from penstock_image.xgboost_mode.serving import matrix

__getattr__ = nothing_more(__name__)


def csv_to_dmatrix(text: str | bytes) -> xgboost.DMatrix:
    return matrix(text, "text/csv")


def libsvm_to_dmatrix(text: str | bytes) -> xgboost.DMatrix:
    return matrix(text, "text/libsvm")


def decode(obj: Json, content_type: str) -> xgboost.DMatrix:
    """By content type; raises where it is not one of these two."""
    return matrix(obj, content_type.partition(";")[0].strip())
