"""`penstock sfn run`: a machine carried out here, in memory; its history is told while it happens.

The history goes to standard error and the output to standard output, so that the output can be piped. Exit codes: 0 it
succeeded, 1 it failed, 2 it could not be run: a definition, an input or mocks that are wrong, or nobody to do a task.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import msgspec
from rich.console import Console

from penstock.cli.place import find
from penstock.cli.sfn import definition
from penstock.cli.sfn.printing import Printer
from penstock.cli.sfn.remote import Remote
from penstock.languages.asl.check import task_states
from penstock.languages.asl.read import read_machine
from penstock.services.stepfunctions.alone import Ran, Surroundings, carry_out, order_of
from penstock.services.stepfunctions.integrations import Asked, MockConfig, MockError, Return
from penstock.services.stepfunctions.integrations.resources import is_resource
from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.services.stepfunctions.interpreter.history import shown
from penstock.services.stepfunctions.interpreter.plan import LARGEST_PAYLOAD

Json = Any
clock: Final = time.time  # noqa: TID251 - composed here: to load `penstock.app` for it would take longer than the run
LONGEST: Final = 3600.0
REMEDY: Final = (
    "Mock it (--mock 'STATE=JSON', or --mocks FILE --test-case NAME), or give it a server: `penstock up`, and "
    "--endpoint if it is not the one in --data."
)


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    return os.urandom(16).hex()


@click.command("run")
@click.argument("file")
@click.option("--input", "given", default="{}", metavar="JSON|FILE|-", help="The input; default: {}.")
@click.option("--name", help="The machine's name; default: the file's.")
@click.option("--mock", "simple", multiple=True, metavar="STATE=JSON", help="What a task's result is; may be repeated.")
@click.option("--mocks", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A mock configuration.")
@click.option("--test-case", help="The test case of --mocks; needed only where the machine has several.")
@click.option("--endpoint", metavar="URL", help="The server that other tasks are sent to; default: the one in --data.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder to look for a server in.")
@click.option("--fast", is_flag=True, help="Let waits, time-outs and retries take no time.")
@click.option("--timeout", default=LONGEST, show_default=True, help="Seconds after which to give up.")
@click.option("--quiet", "-q", is_flag=True, help="Do not print the history.")
@click.option("--json", "as_json", is_flag=True, help="Print the end and the history as JSON on standard output.")
def command(
    file: str, given: str, name: str | None, simple: tuple[str, ...], mocks: Path | None, test_case: str | None,
    endpoint: str | None, data: Path | None, fast: bool, timeout: float, quiet: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run the state machine in FILE (- is standard input) without a server."""
    if file == given == definition.STDIN:
        fail("standard input cannot be both the definition and the input: put one of them into a file.")
    text = checked(file)
    name = name or ("Machine" if file == definition.STDIN else Path(file).name.split(".")[0])
    config, case = mock_config(mocks, name, test_case)
    order = order_of(text, name=name, input=input_of(given), at=clock(), chance=chance(), test_case=case)
    around = Surroundings(
        clock=clock, chance=chance, mocks=config, stand_in=stand_in(simple, text), leaps=fast,
        directory=Remote(find(data, endpoint)),
    )  # fmt: skip
    printer = Printer(Console(stderr=True), order.started_at)
    watch: Callable[[Sequence[HistoryEvent]], None] = (lambda _: None) if quiet or as_json else printer.print
    try:
        ran = asyncio.run(carry_out(order, around, seen=watch, longest=timeout))
    except TimeoutError:
        fail(f"the execution had not ended after {timeout:g} s. --fast lets waits take no time; --timeout gives more.")
    tell(ran, as_json=as_json)


def checked(file: str) -> str:
    """The definition in a file; what is wrong with it ends the command."""
    text = definition.read(file)
    errors = [problem for problem in definition.problems(file, text) if problem.is_error]
    if errors:
        definition.show(errors)
        raise click.exceptions.Exit(2)
    return text


def input_of(given: str) -> str:
    """JSON as it was given, in a file or on standard input."""
    is_json = given.lstrip()[:1] in {"{", "[", '"'}
    text = given if is_json or _is_json(given) else definition.read(given)
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        fail(f"the input is not JSON: {error}" + ("" if text == given else f" (in {given})"))
    if len(text.encode()) > LARGEST_PAYLOAD:
        fail(f"the input is larger than {LARGEST_PAYLOAD} bytes, the most that an execution takes: put it into S3.")
    return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def mock_config(file: Path | None, machine: str, case: str | None) -> tuple[MockConfig | None, str | None]:
    """The configuration, and the test case that is meant."""
    if file is None:
        if case is not None:
            fail("--test-case names a test case of a mock configuration: give that with --mocks FILE.")
        return None, None
    try:
        config = MockConfig.parse(file.read_bytes())
        case = case or config.only_case(machine)
        config.check(machine, case)
    except MockError as wrong:
        fail(f"{file}: {wrong}")
    return config, case


def stand_in(simple: Sequence[str], text: str) -> Callable[[Asked], Any]:
    """Who answers for the states of `--mock STATE=JSON`; they must be there."""
    answers: Mapping[str, Json] = dict(map(simple_mock, simple))
    tasks = task_states(read_machine(text, recognises=is_resource)) if answers else []
    if unknown := [state for state in answers if state not in tasks]:
        fail(f"--mock names '{unknown[0]}', which is no Task state. There are {', '.join(map(repr, tasks)) or 'none'}.")

    async def answer(asked: Asked) -> Return | None:
        return Return(answers[asked.state]) if asked.state in answers else None

    return answer


def simple_mock(text: str) -> tuple[str, Json]:
    state, equals, value = text.partition("=")
    try:
        return state, msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        fail(f"--mock is STATE=JSON, but '{text}' is not: {error if equals else 'there is no ='}")


def fail(sentence: str) -> NoReturn:
    """End the command: there is nothing to run."""
    click.echo(f"Error: {sentence}", err=True)
    raise click.exceptions.Exit(2)


def tell(ran: Ran, *, as_json: bool) -> None:
    """The end of an execution, and the exit code that goes with it."""
    ended = ran.ended
    if as_json:
        told = {"status": ended.status, "output": None if ended.output is None else json.loads(ended.output)}
        told |= {"error": ended.error, "cause": ended.cause, "unattended": list(ran.unattended)}
        click.echo(json.dumps({**told, "history": [shown(event) for event in ran.events]}, indent=2))
    elif ended.output is not None:
        click.echo(ended.output)
    if ran.unattended:
        fail("\n".join((*ran.unattended, REMEDY)))
    if ended.status == "SUCCEEDED":
        return
    click.echo(f"{ended.status}: {ended.error or 'no error given'}", err=True)
    if ended.cause:
        click.echo(ended.cause, err=True)
    raise click.exceptions.Exit(1)
