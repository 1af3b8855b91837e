"""Reporting: an analysis for people: report.html, which needs nothing else; report.ipynb, which reads analysis.json."""

import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from penstock_image.layout import Json

TITLE = "SageMaker Analysis Report"
SECTIONS = {"pre_training_bias_metrics": "Pre-training bias", "post_training_bias_metrics": "Post-training bias"}
STYLE = """body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #ddd; padding: .3em .6em; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums }
meter { width: 12em } svg { width: 100%; height: 12em }"""
WIDE, HIGH = 600, 160
CELL = """import json
import pandas

with open("analysis.json") as file:
    analysis = json.load(file)
"""
BIAS_CELL = """for section in ("pre_training_bias_metrics", "post_training_bias_metrics"):
    for facet, groups in analysis.get(section, {}).get("facets", {}).items():
        for group in groups:
            print(section, facet, group["value_or_threshold"])
            display(pandas.DataFrame(group["metrics"]))
"""
SHAP_CELL = """for label, told in analysis.get("explanations", {}).get("kernel_shap", {}).items():
    pandas.Series(told["global_shap_values"]).sort_values().plot.barh(title=label)
"""


def page(analysis: Json, title: str) -> str:
    """report.html."""
    explanations = analysis.get("explanations") or {}
    parts = [
        *(part for section, name in SECTIONS.items() if section in analysis for part in _bias(name, analysis[section])),
        *_attributions(explanations.get("kernel_shap") or {}),
        *(part for each in explanations.get("pdp") or () for part in _dependence(each)),
    ]
    head = f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return "\n".join([head, f"<h1>{escape(title)}</h1>", *parts]) + "\n"


def notebook(title: str) -> str:
    """report.ipynb."""
    code: list[Json] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
        for cell in (CELL, BIAS_CELL, SHAP_CELL)
    ]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}"}, *code]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>"
    yield from (f"<tr>{''.join(row)}</tr>" for row in rows)
    yield "</table>"


def _text(value: Json) -> str:
    return f"<td>{escape(str(value))}</td>"


def _number(value: Json) -> str:
    shown = f"{value:.6g}" if isinstance(value, int | float) else escape(str(value))
    return f'<td class="number">{shown}</td>'


def _bias(name: str, section: Json) -> Iterator[str]:
    label = f"{section['label']} = {section['label_value_or_threshold']}"
    yield f"<h2>{name}</h2><p>Positive outcome: {escape(label)}</p>"
    for facet, groups in section["facets"].items():
        for group in groups:
            yield f"<h3>{escape(facet)}: {escape(str(group['value_or_threshold']))}</h3>"
            rows = [
                (_text(metric["description"]), _number(metric.get("error") or metric["value"]))
                for metric in group["metrics"]
            ]
            yield from _table(("Metric", "Value"), rows)


def _attributions(labels: Json) -> Iterator[str]:
    for label, told in labels.items():
        values = sorted(told["global_shap_values"].items(), key=lambda each: -abs(each[1]))
        most = max((abs(value) for _, value in values), default=0.0) or 1.0
        yield f"<h2>Feature importance: {escape(label)}</h2><p>Expected value: {told['expected_value']:.6g}</p>"
        rows = [
            (_text(name), f'<td><meter max="1" value="{abs(value) / most:.4f}"></meter></td>', _number(value))
            for name, value in values
        ]
        yield from _table(("Feature", "", "Global SHAP value"), rows)


def _dependence(told: Json) -> Iterator[str]:
    yield f"<h2>Partial dependence: {escape(told['feature_name'])}</h2>"
    names = told.get("label_headers") or [f"label{place}" for place in range(len(told["model_predictions"]))]
    if told["data_type"] == "numerical":
        yield from map(_line, told["model_predictions"])
    values = [f"{value:.6g}" if isinstance(value, float) else value for value in told["feature_values"]]
    rows = [
        (_text(value), _number(share), *map(_number, scores))
        for value, share, *scores in zip(values, told["data_distribution"], *told["model_predictions"], strict=True)
    ]
    yield from _table(("Value", "Share of the data", *map(escape, map(str, names))), rows)


def _line(scores: Sequence[float]) -> str:
    low, span = min(scores), (max(scores) - min(scores)) or 1.0
    points = " ".join(
        f"{WIDE * place / max(1, len(scores) - 1):.1f},{HIGH - HIGH * (score - low) / span:.1f}"
        for place, score in enumerate(scores)
    )
    return (
        f'<svg viewBox="-5 -5 {WIDE + 10} {HIGH + 10}"><polyline points="{points}" fill="none" stroke="#06c" '
        'stroke-width="2"/></svg>'
    )
