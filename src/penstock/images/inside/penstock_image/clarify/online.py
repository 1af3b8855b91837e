"""The explainer beside a model server: what the model is asked to explain an answer of its, and what that comes to.

    POST /questions      a request and the model's answer       ──►  the lines that the model is to be asked about
    POST /explanations   the same, and what it says of them     ──►  AWS's document: predictions and explanations

It asks nobody and keeps nothing: whoever holds the model server asks, and the same request has the same questions.
Requests and answers are `text/csv` or `application/jsonlines`, a record in each line.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jmespath
import numpy as np

from penstock_image.clarify import answers, shapley
from penstock_image.clarify.answers import CSV, LINES, Answer, located
from penstock_image.clarify.shapley import Coalitions
from penstock_image.clarify.table import Numbers, Table, Values, valued
from penstock_image.clarify.units import Divided, Feature, Kind, feature, players_of
from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.serving.messages import JSON, Request, Response, plain

BASELINE = "baseline"  # the file in the model's folder, where a URI says what the baseline is
MOST_VALUES = 2_000_000  # that are made up for a request
csv.field_size_limit(1 << 26)  # a text is a field, and a request's body the longest of them


@lru_cache
def drawn(players: int, most: int | None, seed: int) -> Coalitions:
    """The coalitions of so many parts: the same for every request."""
    return Coalitions.drawn(players, most, np.random.default_rng(seed))


@dataclass(frozen=True)
class Asked:
    """A request of a customer's, and what the model has answered."""

    body: str
    content_type: str
    said: str
    said_type: str
    enabled: str = ""  # an expression, in the place of the configuration's
    answers: tuple[tuple[int, str], ...] = ()  # to questions: how many records each is about

    @classmethod
    def of(cls, told: dict[str, Json]) -> "Asked":
        answered = tuple((count, text) for count, text in told.get("answers", ()))
        asked = cls(**{**told, "answers": answered})
        for name, given in (("request", asked.content_type), ("model's answer", asked.said_type)):
            if plain(given) not in (CSV, LINES):
                raise ClientError(
                    f"{CSV} and {LINES} are explained, and the {name} is '{given}': see ContentType and Accept."
                )
        return asked


class Explainer:
    """`configuration` is a ClarifyExplainerConfig; `folder` holds the baseline if that is not in it.

    Raises `ClientError` where they cannot be followed.
    """

    def __init__(self, configuration: Mapping[str, Json], folder: Path) -> None:
        self._inference: Mapping[str, Json] = configuration.get("InferenceConfig", {})
        self._shap: Mapping[str, Json] = configuration["ShapConfig"]
        self._enabled = configuration.get("EnableExplanations", "`true`")
        compiled(self._enabled)
        self._baselines = self._found_baselines(folder)
        self._kinds = self._found_kinds()
        self._check()

    def answer(self, request: Request) -> Response:
        try:
            asked = Asked.of(json.loads(request.body))
            answer = self._questions(asked) if request.path == "/questions" else self._explained(asked)
        except ClientError as problem:
            return Response(400, str(problem).encode())
        return Response(200, json.dumps(answer).encode(), JSON)

    # ------------------------------------------------------------------------------------------ what it is told once

    def _found_baselines(self, folder: Path) -> Values:
        config = self._shap["ShapBaselineConfig"]
        held = config.get("ShapBaseline")
        text = (folder / BASELINE).read_text() if held is None else held
        return self._records(text, config.get("MimeType", CSV))

    def _found_kinds(self) -> tuple[Kind, ...]:
        """What each feature is: as it is configured, else as the baseline has it."""
        if configured := self._inference.get("FeatureTypes"):
            return tuple(configured)
        other: Kind = "text" if "TextConfig" in self._shap else "categorical"
        return tuple(
            "numerical" if all(isinstance(valued(str(value)), int | float) for value in column) else other
            for column in self._baselines.T
        )

    def _check(self) -> None:
        for member in ("FeatureHeaders", "FeatureTypes"):
            if member in self._inference and len(self._inference[member]) != self._baselines.shape[1]:
                raise ClientError(f"{member} has another number of features than the SHAP baseline.")
        if ("TextConfig" in self._shap) != ("text" in self._kinds):
            raise ClientError("TextConfig is for features of the type text, and those need it; see FeatureTypes.")
        if "FeaturesAttribute" in self._inference and "ContentTemplate" not in self._inference:
            raise ClientError("FeaturesAttribute needs a ContentTemplate, which writes what it has found.")
        for name in ("Index", "Attribute"):
            if f"Label{name}" in self._inference and f"Probability{name}" not in self._inference:
                raise ClientError(f"Label{name} needs a Probability{name}: scores are explained.")

    # -------------------------------------------------------------------------------------------------- the questions

    def _questions(self, asked: Asked) -> Json:
        options = {"content_template": self._inference.get("ContentTemplate", "$features")}
        written: list[str] = []
        for each in self._divided(asked):
            if each is not None:
                written += answers.lines(each.made(), options, plain(asked.content_type))
        return {"lines": written}

    def _divided(self, asked: Asked) -> list[Divided | None]:
        """What each record is made up of; None where it is not to be explained."""
        records = self._records(asked.body, asked.content_type)
        if records.shape[1] != len(self._kinds):
            raise ClientError(f"a record has {records.shape[1]} features, and one of the baseline {len(self._kinds)}.")
        are_wanted = self._are_wanted(asked, len(records))
        found = [self._features(each) if wanted else None for each, wanted in zip(records, are_wanted, strict=True)]
        self._check_size([each for each in found if each is not None])
        return [None if each is None else Divided.of(each, self._baselines, self._drawn) for each in found]

    def _check_size(self, records: list[tuple[Feature, ...]]) -> None:
        """How much is made up is known before it is."""
        most = self._shap.get("NumberOfSamples")
        coalitions = sum(Coalitions.at_most(players_of(each), most) + 2 for each in records)
        values = coalitions * len(self._baselines) * len(self._kinds)
        if values > MOST_VALUES:
            raise ClientError(
                f"{values} values would be made up for this request, and at most {MOST_VALUES} can be: send fewer "
                "records, or have a smaller baseline or NumberOfSamples."
            )

    def _features(self, record: Values) -> tuple[Feature, ...]:
        granularity = self._shap.get("TextConfig", {}).get("Granularity", "")
        return tuple(feature(value, kind, granularity) for value, kind in zip(record, self._kinds, strict=True))

    def _drawn(self, players: int) -> Coalitions:
        return drawn(players, self._shap.get("NumberOfSamples"), self._shap.get("Seed", 0))

    def _are_wanted(self, asked: Asked, count: int) -> list[bool]:
        """Of which records the expression says that they are to be explained."""
        enabled = compiled(asked.enabled or self._enabled)
        found = [_truth(enabled, each) for each in _said_of_each(asked, count)]
        if len(found) != count:
            raise ClientError(f"the model was asked about {count} records and answered about {len(found)}.")
        return found

    # ---------------------------------------------------------------------------------------------- the explanations

    def _explained(self, asked: Asked) -> Json:
        """The document that the customer is answered with."""
        divided = self._divided(asked)
        scores = answers.scores([each for count, text in asked.answers for each in self._said(count, text, asked)])
        found: list[Json] = []
        for each in divided:
            count = each.mixtures if each else 0
            found.append(self._attributions(each, scores[:count]) if each else None)
            scores = scores[count:]
        headers = self._label_headers(asked)
        return {
            "version": "1.0",
            "predictions": {"content_type": asked.said_type, "data": asked.said},
            **({"label_headers": headers} if headers else {}),
            "explanations": {"kernel_shap": found} if any(divided) else {},
        }

    def _said(self, count: int, text: str, asked: Asked) -> list[Answer]:
        """What the model says of some records."""
        name = "Index" if plain(asked.said_type) == CSV else "Attribute"
        members = {"label": f"Label{name}", "probability": f"Probability{name}"}
        options = {key: self._inference[member] for key, member in members.items() if member in self._inference}
        return answers.answers(text, count, options, plain(asked.said_type))

    def _label_headers(self, asked: Asked) -> list[str]:
        """The names of the classes: as they are configured, else as the model tells them."""
        if configured := self._inference.get("LabelHeaders"):
            return list(configured)
        if not {"LabelIndex", "LabelAttribute"} & self._inference.keys():
            return []
        count = len(self._records(asked.body, asked.content_type))
        label = self._said(count, asked.said, asked)[0].label
        return list(map(str, label)) if isinstance(label, list) else [str(label)]

    def _attributions(self, each: Divided, scores: Numbers) -> Json:
        """A record's explanation: of each feature its parts, and what they add to each class."""
        logit = bool(self._shap.get("UseLogit"))
        shares = shapley.attributed(scores, 1, len(self._baselines), each.coalitions, logit=logit)[0].T.tolist()
        told: list[Json] = []
        for place, one in enumerate(each.features):
            mine, shares = shares[: one.players], shares[one.players :]
            told.append({"attributions": _described(one, mine), **self._named(place)})
        return told

    def _named(self, place: int) -> dict[str, str]:
        headers = self._inference.get("FeatureHeaders")
        named = {"feature_header": headers[place]} if headers else {}
        return {**named, "feature_type": self._kinds[place]} if "text" in self._kinds else named

    # --------------------------------------------------------------------------------------------------------- texts

    def _records(self, text: str, content_type: str) -> Values:
        """The records of a text, by their features."""
        if plain(content_type) == CSV:
            rows: list[list[Any]] = [row for row in csv.reader(io.StringIO(text)) if row]
        else:
            rows = [self._listed(line) for line in text.splitlines() if line.strip()]
        if len({len(row) for row in rows}) != 1:
            raise ClientError(f"there must be a record, and all with as many features: {text[:200]}")
        return Table.of([str(place) for place in range(len(rows[0]))], rows).values

    def _listed(self, line: str) -> list[Any]:
        value, path = _parsed(line), self._inference.get("FeaturesAttribute")
        found = located(path, value) if path and not isinstance(value, list) else value
        if not isinstance(found, list):
            raise ClientError(f"FeaturesAttribute ({path}) finds no list of features in: {line[:200]}")
        return found


def _described(one: Feature, shares: list[list[float]]) -> list[Json]:
    if not one.parts:
        return [{"attribution": shares[0]}]
    return [
        {"attribution": share, "description": part.described} for part, share in zip(one.parts, shares, strict=True)
    ]


def _said_of_each(asked: Asked, count: int) -> list[Json]:
    """The model's answer, by record: a list of what is in a line of CSV, or what a JSON line holds."""
    if plain(asked.said_type) == CSV:
        return list(answers.csv_rows(asked.said, count))
    return [_parsed(line) for line in asked.said.splitlines() if line.strip()]


def compiled(expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as problem:
        raise ClientError(f"EnableExplanations ('{expression}') is not a JMESPath: {problem}") from problem


def _truth(enabled: Any, said: Json) -> bool:
    try:
        found = enabled.search(said)
    except jmespath.exceptions.JMESPathError as problem:
        raise ClientError(f"EnableExplanations cannot be evaluated of {json.dumps(said)}: {problem}") from problem
    if not isinstance(found, bool):
        raise ClientError(f"EnableExplanations comes to {json.dumps(found)} of {json.dumps(said)}, not true or false.")
    return found


def _parsed(line: str) -> Json:
    try:
        return json.loads(line)
    except ValueError as problem:
        raise ClientError(f"this line is not JSON: {line[:200]}") from problem
