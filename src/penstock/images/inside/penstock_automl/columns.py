"""Columns: from a table of texts to numbers, by what each column holds.

numeric      the median where nothing is given, and scaled          categorical  one column for each frequent value
datetime     year, month, day, weekday and hour                      text         weights of frequent words (TF-IDF)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

MOST_VALUES = 50  # of a categorical column, each with a column of its own
MOST_WORDS = 200  # of a text column
DATE_PARTS = ("year", "month", "day", "day_of_week", "hour")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?")


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Texts as numbers; nothing where one is none, or is not finite."""
    read = table.apply(lambda column: pd.to_numeric(column, errors="coerce").astype(float))
    return read.where(np.isfinite(read))


def dates(table: pd.DataFrame) -> np.ndarray:
    """Texts as the parts of dates."""
    parts = []
    for name in table.columns:
        read = moments(table[name])
        parts += [getattr(read.dt, part).astype(float) for part in DATE_PARTS]
    return np.column_stack(parts)


def moments(column: pd.Series) -> pd.Series:
    looks = column.where(column.astype("string").str.fullmatch(DATE.pattern).fillna(False).astype(bool))
    return pd.to_datetime(looks, errors="coerce", format="mixed", utc=True)


def words(table: pd.DataFrame) -> pd.Series:
    """The one text column, without gaps."""
    return table.iloc[:, 0].fillna("").astype(str)


def known(table: pd.DataFrame) -> np.ndarray:
    """Categories as plain objects: what is missing is a category of its own."""
    values: np.ndarray = table.fillna("").astype(str).to_numpy(dtype=object)
    return values


class Words(TfidfVectorizer):  # type: ignore[misc]  # scikit-learn has no types
    """Weights of words, pickled to the same bytes each time: scikit-learn keeps an address among its attributes."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_stop_words_id"}


def preprocessing(types: Mapping[str, str]) -> ColumnTransformer:
    """What makes numbers of a table with columns of these types; other columns are left out."""

    def of(kind: str) -> list[str]:
        return [name for name, found in types.items() if found == kind]

    def function(what: Any) -> FunctionTransformer:
        return FunctionTransformer(what, validate=False)

    imputed = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    category = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=MOST_VALUES, sparse_output=False, dtype=np.float64
    )
    parts: list[tuple[str, Any, Sequence[str]]] = [
        ("numeric", make_pipeline(function(numbers), imputed, StandardScaler()), of("numeric")),
        ("categorical", make_pipeline(function(known), category), of("categorical")),
        ("datetime", make_pipeline(function(dates), imputed, StandardScaler()), of("datetime")),
    ]
    for name in of("text"):
        counted = Words(max_features=MOST_WORDS)
        parts.append((f"text {name}", make_pipeline(function(words), counted), [name]))
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0.0)
