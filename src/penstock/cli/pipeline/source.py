"""The pipeline that a command is about: FILE, or FILE:NAME where a file has several."""

import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from penstock.pipeline import Mistake, Pipeline
from penstock.pipeline.graph import Graph
from penstock.pipeline.project import load


def drawn(given: str) -> Graph:
    """The graph of a pipeline; what is wrong with it ends the command."""
    file, _, name = given.partition(":")
    try:
        return chosen(pipelines_in(Path(file)), file, name).graph()
    except Mistake as mistake:
        fail(str(mistake))


def pipelines_in(file: Path) -> dict[str, "Pipeline[..., object]"]:
    """The pipelines that a file defines or imports, by their names."""
    try:
        module = load(file)
    except FileNotFoundError as error:
        fail(str(error))
    except Mistake:
        raise
    except Exception:
        traceback.print_exc()
        fail(f"{file} cannot be imported: see above")
    return {value.name: value for value in vars(module).values() if isinstance(value, Pipeline)}


def chosen(found: dict[str, "Pipeline[..., object]"], file: str, name: str) -> "Pipeline[..., object]":
    names = ", ".join(found) or "none"
    if name:
        by_function = {pipeline.function.__name__: pipeline for pipeline in found.values()}
        if name not in found and name not in by_function:
            fail(f"{file} has no pipeline '{name}': there is {names}.")
        return found.get(name) or by_function[name]
    if len(found) != 1:
        fail(
            f"{file} has {len(found)} pipelines ({names}): "
            + (f"say which, as {file}:NAME." if found else "use @pipeline.")
        )
    return next(iter(found.values()))


def fail(sentence: str) -> NoReturn:
    """End the command: there is nothing to run."""
    sys.stdout.flush()
    click.echo(f"Error: {sentence}", err=True)
    raise click.exceptions.Exit(2)
