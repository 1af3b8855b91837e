"""Texts: SHAP where features that are no numbers are divided into tokens, sentences or paragraphs.

A record's own number of parts says how many coalitions there are, so that each is explained by itself. What its parts
add is told in a line of `out.jsonl`; a text as a whole adds the sum of its parts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from penstock_image.clarify import shapley
from penstock_image.clarify.shapley import Coalitions, Explained, Predict
from penstock_image.clarify.table import Numbers, Table, Values, is_numeric
from penstock_image.clarify.units import PARTS, Divided, Feature, Kind, feature, players_of
from penstock_image.failure import ClientError
from penstock_image.layout import Json

TYPES: Mapping[Kind, str] = {"numerical": "numerical", "text": "free_text"}  # as AWS calls them


@lru_cache
def drawn(players: int, most: int | None, seed: int) -> Coalitions:
    """The coalitions of so many parts: the same for every record."""
    return Coalitions.drawn(players, most, np.random.default_rng(seed))


@dataclass(frozen=True)
class Texts:
    """Records with texts among their features, and the options of `shap`. Raises `ClientError` if they are no good."""

    features: Table
    options: Mapping[str, Json]

    def __post_init__(self) -> None:
        config = self.options["text_config"]
        if self.granularity not in PARTS or not config.get("language"):
            raise ClientError(f"text_config needs a language, and a granularity: one of {', '.join(PARTS)}.")
        if self.options.get("features_to_explain"):
            raise ClientError("features_to_explain is not supported with text_config: all features are explained.")
        if "text" not in self.kinds:
            raise ClientError("text_config is there, and all features are numbers: leave it out.")

    @property
    def granularity(self) -> str:
        return str(self.options["text_config"].get("granularity", "")).lower()

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple("numerical" if is_numeric(column) else "text" for column in self.features.values.T)

    def without_words(self) -> Table:
        """The records with nothing in the place of each text: what baselines are found in."""
        values = self.features.values.copy()
        values[:, [kind == "text" for kind in self.kinds]] = ""
        return Table(self.features.names, values)

    def explained(self, baselines: Values, predict: Predict, *, logit: bool) -> tuple[Explained, list[list[Json]]]:
        """What features add to each record's prediction, and what their parts do."""
        local, told = [], []
        for record in self.features.values:
            divided = Divided.of(self._divided(record), baselines, self._drawn)
            scores = predict(divided.made())
            shares = shapley.attributed(scores, 1, len(baselines), divided.coalitions, logit=logit)[0]
            local.append(_by_feature(shares, divided.features))
            told.append(list(self._told(shares, divided.features)))
        return Explained(np.array(local), shapley.expected(baselines, predict, logit=logit)), told

    def _divided(self, record: Values) -> tuple[Feature, ...]:
        return tuple(
            feature("" if value is None and kind == "text" else value, kind, self.granularity)
            for value, kind in zip(record, self.kinds, strict=True)
        )

    def _drawn(self, players: int) -> Coalitions:
        return drawn(players, self.options.get("num_samples"), self.options.get("seed", 0))

    def _told(self, shares: Numbers, features: tuple[Feature, ...]) -> Iterator[Json]:
        rest = shares.T.tolist()
        for name, kind, one in zip(self.features.names, self.kinds, features, strict=True):
            mine, rest = rest[: one.players], rest[one.players :]
            described = [{"description": part.described} for part in one.parts] or [{}]
            yield {
                "feature_name": name,
                "data_type": TYPES[kind],
                "attributions": [{"attribution": each, **more} for each, more in zip(mine, described, strict=True)],
            }


def _by_feature(shares: Numbers, features: tuple[Feature, ...]) -> Numbers:
    """The shares of classes and players, summed up for each feature."""
    assert shares.shape[1] == players_of(features)
    first = np.cumsum([0, *(each.players for each in features[:-1])])
    return np.asarray(np.add.reduceat(shares, first, axis=1))
