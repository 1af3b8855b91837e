"""The pipeline that a command is about: FILE, or FILE:NAME where a file has several."""

import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from penstock.pipeline import Mistake, Pipeline
from penstock.pipeline.graph import Graph
from penstock.pipeline.mistakes import Place
from penstock.pipeline.project import load, root_of


def drawn(given: str) -> Graph:
    """The graph of a pipeline; what is wrong with it ends the command."""
    file, _, name = given.partition(":")
    try:
        return chosen(pipelines_in(Path(file)), file, name).graph()
    except Mistake as mistake:
        fail(str(mistake))
    except click.exceptions.Exit:
        raise
    except Exception as error:
        fail(failure_in(Path(file), error))


def pipelines_in(file: Path) -> dict[str, "Pipeline[..., object]"]:
    """The pipelines that a file defines or imports, by their names."""
    try:
        module = load(file)
    except FileNotFoundError as error:
        fail(str(error))
    except Mistake:
        raise
    except Exception as error:
        fail(failure_in(file, error))
    return {value.name: value for value in vars(module).values() if isinstance(value, Pipeline)}


def failure_in(file: Path, error: Exception) -> str:
    """What the user's own code raised, at the user's line; the user's part of the way there is printed."""
    root, frame = str(root_of(file)), error.__traceback__
    while frame is not None and not frame.tb_frame.f_code.co_filename.startswith(root):
        frame = frame.tb_next
    traceback.print_exception(type(error), error, frame)
    lines = [(each.filename, each.lineno) for each in traceback.extract_tb(frame) if each.filename.startswith(root)]
    name, line = lines[-1] if lines else (str(file), None)
    sentence = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename:
        name, line, sentence = error.filename, error.lineno, f"{type(error).__name__}: {error.msg}"
    if isinstance(error, ModuleNotFoundError):
        sentence += f" (in {sys.executable}; what only a step needs can be imported in its function)"
    return f"{Place(name, line or 1)}: {sentence}"


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
