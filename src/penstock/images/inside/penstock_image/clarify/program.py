"""The program: from analysis_config.json and the data to analysis.json, its reports, and a verdict."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from penstock_image.clarify import (
    answers,
    attribution,
    captured,
    dataset,
    drift,
    facets,
    metrics,
    outcomes,
    predictor,
    reporting,
)
from penstock_image.clarify.bias import Mask
from penstock_image.clarify.configuration import BIAS, Configuration
from penstock_image.clarify.dataset import Dataset
from penstock_image.clarify.predictor import Predictor
from penstock_image.clarify.table import Numbers, Values
from penstock_image.failure import ClientError
from penstock_image.layout import Folders, Json
from penstock_image.monitor import formats, publishing, violations
from penstock_image.monitor.settings import Settings
from penstock_image.monitor.verdict import reached, said

ANALYSES = ("", "MODEL_BIAS", "MODEL_EXPLAINABILITY")
ASKING = ("shap", "pdp")
SECTION = "_metrics"  # what sections of analysis.json about bias are called after their method
TYPES = {"csv": answers.CSV, "parquet": "application/x-parquet"}


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Carry out the analysis; the exit code of the job."""
    hosts = Folders.of(variables).base / "config/resourceconfig.json"
    if hosts.exists() and (told := json.loads(hosts.read_text()))["current_host"] != told["hosts"][0]:
        print("The first host does it all.")
        return 0
    return reached(variables, lambda: run(_settings(variables), variables.get("model_name", "")))


def _settings(variables: Mapping[str, str]) -> Settings:
    """What the variables say; a job that is no monitoring job has none, and everything where AWS has it."""
    base = Folders.of(variables).base / "processing"
    usual = {
        "dataset_source": str(base / "input/data"),
        "output_path": str(base / "output"),
        "analysis_config": str(base / "input/config/analysis_config.json"),
    }
    return Settings.of({**usual, **variables}, ANALYSES)


def run(settings: Settings, model: str = "") -> str:
    """Write the reports that were asked for; a sentence about them. Raises `JobFailure`.

    `model` is what predicts where the configuration does not say so.
    """
    assert settings.configuration is not None
    if settings.excluded:
        raise ClientError(
            "exclude_features_attribute is not supported: Clarify's jobs ask the model, with all features."
        )
    settings.output.mkdir(parents=True, exist_ok=True)
    config = Configuration.at(settings.configuration, settings.analysis, model)
    data, config = _loaded(settings, config)
    with _model(data, config) as asked:
        splits = _split(data, config, settings, asked)
        analysis = analysed(data, config, settings, asked, splits)
    _write(settings, "analysis.json", json.dumps(analysis, indent=2, allow_nan=False) + "\n")
    if "report" in config.methods:
        _report(analysis, config, settings)
    if settings.publish:
        publishing.publish(metrics.of_bias(analysis), "bias", settings)
        publishing.publish(metrics.of_attributions(analysis), "explainability", settings)
    if settings.baseline_constraints is None:
        return said([])

    def deviation(section: str, facet: str, group: str, metric: str) -> float:
        of = splits[section.removesuffix(SECTION)]
        return next(each.deviations[metric] for each in of if (each.facet, each.shown) == (facet, group))

    found = list(drift.violations(analysis, violations.document(settings.baseline_constraints), deviation))
    content = json.dumps({"version": "1.0", "violations": found}, indent=2)
    _write(settings, "constraint_violations.json", content + "\n")
    return said(found)


def _loaded(settings: Settings, config: Configuration) -> tuple[Dataset, Configuration]:
    """The data, and the configuration with what a monitoring job says of its format and of the model's answers."""
    if settings.format is None:
        return dataset.load(settings.source, config), config
    name, options = formats.read(settings.format)
    document = dict(config.document)
    if config.predictor:
        told = {"label": settings.inference, "probability": settings.probability}
        document["predictor"] = {**{member: where for member, where in told.items() if where}, **config.predictor}
    if name in formats.CAPTURED:
        config = Configuration(document)
        return captured.load(settings, config), config
    if settings.features:
        document["features"] = settings.features
    is_lines = str(options.get("line", options.get("lines", True))).lower() == "true"
    config = Configuration({**document, "dataset_type": TYPES.get(name, answers.LINES if is_lines else answers.JSON)})
    return dataset.load(settings.source, config), config


@contextmanager
def _model(data: Dataset, config: Configuration) -> Iterator[Predictor | None]:
    """The model, where a method needs it."""
    is_told = data.answers is not None
    if any(name in config.methods for name in ASKING) or ("post_training_bias" in config.methods and not is_told):
        with predictor.ready(config, data.features) as asked:
            yield asked
    else:
        yield None


def _split(
    data: Dataset, config: Configuration, settings: Settings, asked: Predictor | None
) -> dict[str, list[facets.Split]]:
    """The groups whose bias is measured, by each method."""
    found: dict[str, list[facets.Split]] = {}
    for method in (method for method in BIAS if method in config.methods):
        positive = _positive(data, config, settings, asked) if method == "post_training_bias" else None
        found[method] = facets.splits(data, config, method, positive)
    return found


def analysed(
    data: Dataset,
    config: Configuration,
    settings: Settings,
    asked: Predictor | None,
    splits: Mapping[str, list[facets.Split]],
) -> Json:
    """analysis.json."""
    analysis: dict[str, Json] = {"version": "1.0"}
    explanations: dict[str, Json] = {}

    def predict(records: Values) -> Numbers:
        assert asked is not None
        return answers.scores(asked.ask(records))

    if "shap" in config.methods:
        explanations["kernel_shap"] = attribution.shap(data, config, predict, settings.output)
    if "pdp" in config.methods:
        known = explanations.get("kernel_shap") or {}
        explanations["pdp"] = attribution.pdp(data, config, predict, known)
    if explanations:
        analysis["explanations"] = explanations
    for method, found in splits.items():
        analysis[f"{method}{SECTION}"] = facets.measured(data, config, found)
    return analysis


def _positive(data: Dataset, config: Configuration, settings: Settings, asked: Predictor | None) -> Mask:
    """Which of the model's answers are positive."""
    if data.labels is None:
        raise ClientError(facets.UNLABELLED)
    found = data.answers
    if found is None:
        assert asked is not None
        found = tuple(asked.ask(data.features.values))
    threshold = None
    if settings.probability_threshold:
        threshold = float(settings.probability_threshold)
    return outcomes.positive(found, data.labels, config, threshold)


def _report(analysis: Json, config: Configuration, settings: Settings) -> None:
    options = config.methods["report"]
    name, title = options.get("name") or "report", options.get("title") or reporting.TITLE
    _write(settings, f"{name}.html", reporting.page(analysis, title))
    _write(settings, f"{name}.ipynb", reporting.notebook(title))


def _write(settings: Settings, name: str, content: str) -> None:
    (settings.output / name).write_text(content, encoding="utf-8")
