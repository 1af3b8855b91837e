"""Notebooks: what the exploration saw, and what candidates are made of, to read and to run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from penstock_automl import columns, table
from penstock_automl.schema import Schema

EXPLORATION = "SageMakerAutopilotDataExplorationNotebook.ipynb"
CANDIDATES = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
SHOWN = 5  # frequent values of a column
PREPARED = {
    "numeric": "the median where nothing is given (and a column that says so), scaled",
    "categorical": f"a column for each of the {columns.MOST_VALUES} most frequent values",
    "datetime": "year, month, day, weekday and hour, scaled",
    "text": f"weights (TF-IDF) of the {columns.MOST_WORDS} most frequent words",
    "": "left out: it is empty, always the same, or always another",
}


def write(folder: Path, job: str, rows: pd.DataFrame, schema: Schema, algorithms: Sequence[str]) -> None:
    table.write_json(notebook(exploration(job, rows, schema)), folder / EXPLORATION)
    table.write_json(notebook(candidates(job, schema, algorithms)), folder / CANDIDATES)


def exploration(job: str, rows: pd.DataFrame, schema: Schema) -> Iterator[Any]:
    yield markdown(
        f"# Data exploration of {job}",
        f"{len(rows)} rows to learn from. The target is `{schema.target}`, the problem {schema.problem}, and "
        f"candidates are compared by {schema.metric}.",
    )
    yield markdown("## Target", *frequent(rows[schema.target]))
    yield markdown(
        "## Columns", "| column | type | missing | distinct |", "| --- | --- | --- | --- |", *described(rows, schema)
    )
    for name, kind in schema.types.items():
        if kind == "numeric":
            yield markdown(f"### {name}", *spread(rows[name]))
        elif kind == "categorical":
            yield markdown(f"### {name}", *frequent(rows[name]))
    yield code(
        "import boto3",
        "import pandas as pd",
        "",
        f"job = boto3.client('sagemaker').describe_auto_ml_job(AutoMLJobName={job!r})",
        "bucket, _, prefix = job['OutputDataConfig']['S3OutputPath'].removeprefix('s3://').partition('/')",
        f"key = f\"{{prefix.rstrip('/')}}/{job}/preprocessed-data/train.csv\".lstrip('/')",
        "rows = pd.read_csv(boto3.client('s3').get_object(Bucket=bucket, Key=key)['Body'])",
        "rows.describe(include='all')",
    )


def described(rows: pd.DataFrame, schema: Schema) -> Iterator[str]:
    for name in schema.columns:
        column = rows[name]
        kind = schema.types.get(name) or "left out"
        yield f"| {cell(name)} | {kind} | {column.isna().mean():.1%} | {column.nunique()} |"


def frequent(column: pd.Series) -> list[str]:
    counts = column.value_counts()
    lines = [f"| {cell(value)} | {count} |" for value, count in counts.head(SHOWN).items()]
    return ["| value | rows |", "| --- | --- |", *lines, "", f"{len(counts)} distinct values."]


def cell(text: Any) -> str:
    """Text as a table of Markdown holds it."""
    return " ".join(str(text).split()).replace("|", "\\|")


def spread(column: pd.Series) -> list[str]:
    values = columns.numbers(column.to_frame()).iloc[:, 0].describe()
    return ["| measure | value |", "| --- | --- |", *(f"| {name} | {value:.6g} |" for name, value in values.items())]


def candidates(job: str, schema: Schema, algorithms: Sequence[str]) -> Iterator[Any]:
    yield markdown(
        f"# Candidate definitions of {job}",
        f"Each candidate is preprocessing and one estimator, judged by {schema.metric} of answers to rows that it has "
        "not seen: " + (f"{schema.folds}-fold cross validation." if schema.folds else "the validation set."),
    )
    yield markdown(
        "## Preprocessing",
        *(f"* `{name}`: {PREPARED[schema.types.get(name, '')]}" for name in schema.columns),
    )
    yield markdown("## Algorithms", *(f"* {algorithm}" for algorithm in algorithms))
    yield markdown("## What has been tried", "Best candidates first; each is a training job with its hyperparameters.")
    yield code(
        "import boto3",
        "",
        "sagemaker = boto3.client('sagemaker')",
        "found = sagemaker.list_candidates_for_auto_ml_job(",
        f"    AutoMLJobName={job!r}, SortBy='FinalObjectiveMetricValue', SortOrder='Descending'",
        ")['Candidates']",
        "for candidate in found:",
        "    print(candidate['CandidateName'], candidate.get('FinalAutoMLJobObjectiveMetric'))",
        "    training = candidate['CandidateSteps'][-1]['CandidateStepName']",
        "    print(sagemaker.describe_training_job(TrainingJobName=training)['HyperParameters'])",
    )


def markdown(*lines: str) -> Any:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(lines)}


def code(*lines: str) -> Any:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(lines)}


def _lines(lines: Sequence[str]) -> list[str]:
    return [f"{line}\n" for line in lines[:-1]] + list(lines[-1:])


def notebook(cells: Iterator[Any]) -> Any:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "version": "3"}
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, start=1)]
    metadata = {"kernelspec": kernel, "language_info": language}
    return {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
