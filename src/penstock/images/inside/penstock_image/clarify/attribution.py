"""Attribution: the methods that ask the model, `shap` and `pdp`, as analysis.json and the files beside it have them."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from penstock_image.clarify import clustering, dataset, dependence, objects, shapley
from penstock_image.clarify.answers import CSV, located
from penstock_image.clarify.configuration import Configuration
from penstock_image.clarify.dataset import Dataset
from penstock_image.clarify.shapley import Coalitions, Explained, Predict
from penstock_image.clarify.table import Numbers, Table, Values
from penstock_image.clarify.texts import Texts
from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.monitor import formats

FOLDER = "explanations_shap"
DEFAULT_CLUSTERS = 1
TOP_FEATURES = 10


def shap(data: Dataset, config: Configuration, predict: Predict, output: Path) -> Json:
    """The section `kernel_shap`; baselines that were found and the records' own values go to files."""
    options, features = config.methods["shap"], data.features
    if "text_config" in options:
        return _of_texts(data, config, predict, output)
    chance = np.random.default_rng(options.get("seed", 0))
    baselines = _baselines(features, config, chance, output)
    asked = options.get("features_to_explain") or features.names
    players = [features.place(each, "features_to_explain") for each in asked]
    coalitions = Coalitions.drawn(len(players), options.get("num_samples"), chance)
    found = shapley.explain(
        features.values, baselines, predict, coalitions, players, logit=bool(options.get("use_logit"))
    )
    names = [features.names[place] for place in players]
    if options.get("save_local_shap_values"):
        _write_local(data, names, _labels(config, len(found.expected)), found, output / FOLDER / "out.csv")
    return _told(config, names, found)


def _of_texts(data: Dataset, config: Configuration, predict: Predict, output: Path) -> Json:
    options, texts = config.methods["shap"], Texts(data.features, config.methods["shap"])
    chance = np.random.default_rng(options.get("seed", 0))
    baselines = _baselines(texts.without_words(), config, chance, output)
    found, parts = texts.explained(baselines, predict, logit=bool(options.get("use_logit")))
    if options.get("save_local_shap_values"):
        _write_parts(data, parts, output / FOLDER / "out.jsonl")
    return _told(config, list(data.features.names), found)


def _told(config: Configuration, names: list[str], found: Explained) -> Json:
    whole = _aggregated(found.local, config.methods["shap"].get("agg_method", "mean_abs"))
    return {
        label: {
            "global_shap_values": dict(zip(names, whole[place].tolist(), strict=True)),
            "expected_value": float(found.expected[place]),
        }
        for place, label in enumerate(_labels(config, len(found.expected)))
    }


def _aggregated(local: Numbers, method: str) -> Numbers:
    if method == "median":
        return np.asarray(np.median(local, axis=0))
    return np.asarray((np.abs(local) if method == "mean_abs" else local**2).mean(axis=0))


def _labels(config: Configuration, count: int) -> list[str]:
    headers = config.predictor.get("label_headers") or ()
    return list(map(str, headers)) if len(headers) == count else [f"label{place}" for place in range(count)]


def _baselines(features: Table, config: Configuration, chance: np.random.Generator, output: Path) -> Values:
    """The records that stand for a feature's absence: given, or found in the data."""
    options, names = config.methods["shap"], features.names
    given = options.get("baseline")
    if given is None:
        found = clustering.prototypes(features, options.get("num_clusters", DEFAULT_CLUSTERS), chance)
        _write(output / FOLDER / "baseline.csv", names, found)
        return found
    if isinstance(given, str):
        return _fetched(given, config, names).values
    rows = given if isinstance(given, list) else [given]
    path = config.document.get("features", "features")
    lists = [located(path, row) if isinstance(row, dict) else row for row in rows]
    if not rows or any(not isinstance(row, list) or len(row) != len(names) for row in lists):
        raise ClientError(f"each row of the SHAP baseline must have {len(names)} values: {', '.join(names)}.")
    return Table.of(names, lists).values


def _fetched(uri: str, config: Configuration, names: Sequence[str]) -> Table:
    paths = formats.files(objects.brought(uri))
    if config.dataset_type == CSV:
        return dataset.csv(paths, names)
    about = {"dataset_type": config.dataset_type, "headers": list(names)}
    path = config.document.get("features")
    return dataset.read(paths, Configuration({**about, "features": path} if path else about))


def _write_local(data: Dataset, names: Sequence[str], labels: Sequence[str], found: Explained, path: Path) -> None:
    """A record's values in a line, first what identifies it if something does."""
    header = [f"{name}_{label}" for label in labels for name in names]
    rows = found.local.reshape(len(found.local), -1).astype(object)
    if data.joined_by:
        header = [data.joined_by, *header]
        rows = np.column_stack((data.table.column(data.joined_by), rows))
    _write(path, header, rows)


def _write_parts(data: Dataset, parts: list[list[Json]], path: Path) -> None:
    """A record in a line: what the parts of its features add, and what identifies it if something does."""
    sources: Sequence[Json] = data.table.column(data.joined_by).tolist() if data.joined_by else [None] * len(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for told, source in zip(parts, sources, strict=True):
            joined = {} if source is None else {"join_source_value": source}
            file.write(json.dumps({"explanations": told, **joined}) + "\n")


def _write(path: Path, header: Sequence[str], rows: Values) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def pdp(data: Dataset, config: Configuration, predict: Predict, attributions: Json) -> list[Json]:
    """The section `pdp`: of the features that are named, else of those with the highest SHAP values."""
    options, features = config.methods["pdp"], data.features
    named = options.get("features")
    if not named and not attributions:
        raise ClientError("pdp needs features, or shap beside it to say which matter most.")
    if named:
        names = [features.names[features.place(each, "pdp.features")] for each in named]
    else:
        totals: dict[str, float] = {}
        for told in attributions.values():
            for name, value in told["global_shap_values"].items():
                totals[name] = totals.get(name, 0.0) + abs(value)
        names = sorted(totals, key=lambda name: -totals[name])[: options.get("top_k_features", TOP_FEATURES)]
    resolution = int(options.get("grid_resolution", dependence.DEFAULT_RESOLUTION))
    headers = list(map(str, config.predictor.get("label_headers") or ()))
    return [dependence.plotted(features, name, resolution, predict, headers) for name in names]
