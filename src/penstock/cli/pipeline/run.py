"""`penstock pipeline run`: a declaration of CodePipeline, carried out here, without a server.

Its sources are the working directory; builds run as `penstock build` runs them, in a copy; approvals are asked for;
what is deployed to S3 is put into a folder. Which action may start when is decided by what decides it on a server.
Exit codes: 0 it succeeded, 1 it failed, 2 it could not be run.
"""

import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from penstock.cli.building.here import ERROR, build
from penstock.cli.pipeline import revisions
from penstock.languages import buildspec
from penstock.languages.buildspec import BadBuildspec
from penstock.languages.delivery import stages, tree
from penstock.languages.delivery.checking import Invalid, check
from penstock.languages.delivery.stages import Standing
from penstock.languages.delivery.variables import PIPELINE, VARIABLES, Unresolved, resolved

Json = Any
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
LEFT_OUT: Final = shutil.ignore_patterns(".git")


class Failed(Exception):
    """An action has failed; the message says why."""


@click.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path), show_default=True)
@click.option("--buildspec", "specs", multiple=True, metavar="PROJECT=FILE", help="In the source; may be repeated.")
@click.option("--variable", "given", multiple=True, metavar="NAME=VALUE", help="The pipeline's; may be repeated.")
@click.option("--deployed", type=FOLDER, default="deployed", show_default=True, help="Where S3 deployments go.")
@click.option("--skip", multiple=True, metavar="ACTION", help="Leave an action out; may be repeated.")
@click.option("--yes", is_flag=True, help="Approve whatever asks.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each action as JSON.")
def command(
    file: Path, source: Path, specs: tuple[str, ...], given: tuple[str, ...], deployed: Path, skip: tuple[str, ...],
    yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run the declaration in FILE, as create-pipeline takes it or get-pipeline prints it."""
    pipeline = read(file)
    refuse_what_needs_a_server(pipeline, skip)
    with tempfile.TemporaryDirectory(prefix="penstock-pipeline-") as folder:
        here = Here(Path(folder), source, pairs(specs), deployed, frozenset(skip), yes)
        here.namespaces[VARIABLES] = variables(pipeline, pairs(given))
        is_done = all(run_stage(here, stage) for stage in pipeline.stages)
    if as_json:
        click.echo(json.dumps({"status": "Succeeded" if is_done else "Failed", "actions": here.told}, indent=2))
    if not is_done:
        raise click.exceptions.Exit(1)


def read(file: Path) -> tree.Pipeline:
    try:
        document = json.loads(file.read_text())
        pipeline = tree.read(document.get("pipeline", document))
        check(pipeline, "us-east-1", lambda _: None)
    except Invalid as problem:
        refuse(f"{file}: {problem}")
    except (ValueError, AttributeError) as problem:
        refuse(f"{file} is no declaration of a pipeline: {problem}")
    return pipeline


def refuse_what_needs_a_server(pipeline: tree.Pipeline, skip: tuple[str, ...]) -> None:
    for stage in pipeline.stages:
        if stage.before_entry.conditions or stage.on_success.conditions or stage.on_failure.conditions:
            click.echo(f"{stage.name}: its conditions are not judged here", err=True)
        for action in stage.actions:
            kind = action.action_type_id
            if action.name not in skip and kind.category != "Source" and (kind.provider, kind.category) not in WAYS:
                refuse(
                    f"action {action.name} ({kind.category} by {kind.provider}) needs a server: `penstock up` and "
                    f"create-pipeline, or leave it out with --skip {action.name}"
                )


def variables(pipeline: tree.Pipeline, given: Mapping[str, str]) -> dict[str, str]:
    found = {each.name: given.get(each.name, each.default_value) for each in pipeline.variables}
    if unknown := sorted(given.keys() - found.keys()):
        refuse(f"--variable {unknown[0]}: the pipeline does not declare it")
    if missing := sorted(name for name, value in found.items() if value is None):
        refuse(f"the variable {missing[0]} has no value: give it with --variable {missing[0]}=VALUE")
    return {name: value for name, value in found.items() if value is not None}


@dataclass
class Here:
    """A run: artifacts are folders by name in `folder`."""

    folder: Path
    source: Path
    specs: Mapping[str, str]
    deployed: Path
    skipped: frozenset[str]
    approves: bool
    namespaces: dict[str, Mapping[str, str]] = field(
        default_factory=lambda: {PIPELINE: {"PipelineExecutionId": "here"}}
    )
    told: list[Json] = field(default_factory=list)

    def artifact(self, name: str) -> Path:
        return self.folder / name

    def say(self, stage: str, action: str, status: str, seconds: float, why: str = "") -> None:
        colour = {"Succeeded": "green", "Failed": "red"}.get(status)
        click.secho(f"{stage}/{action}: {status} in {seconds:.1f} s {why}".rstrip(), fg=colour, err=True)
        self.told.append({"stage": stage, "action": action, "status": status, "why": why})


def run_stage(here: Here, stage: tree.Stage) -> bool:
    """Carry out the actions of a stage, one after another; whether it went well."""
    standing: dict[str, Standing] = {}
    while ready := stages.startable(stage.actions, standing):
        for action in ready:
            standing[action.name] = run_action(here, stage.name, action)
    return stages.outcome(stage.actions, standing, is_stopping=False) == "Succeeded"


def run_action(here: Here, stage: str, action: tree.Action) -> Standing:
    began, kind = time.monotonic(), action.action_type_id
    if action.name in here.skipped:
        here.say(stage, action.name, "Skipped", 0.0)
        return "Succeeded"
    act = take_source if kind.category == "Source" else WAYS[kind.provider, kind.category]
    try:
        given = {key: resolved(value, here.namespaces) for key, value in action.configuration.items()}
        found = act(here, action, given)
    except (Failed, Unresolved) as problem:
        here.say(stage, action.name, "Failed", time.monotonic() - began, str(problem))
        return "Failed"
    if action.namespace:
        here.namespaces[action.namespace] = found
    here.say(stage, action.name, "Succeeded", time.monotonic() - began)
    return "Succeeded"


# ------------------------------------------------------------------------------------------------------- actions


def take_source(here: Here, action: tree.Action, given: Mapping[str, str]) -> Mapping[str, str]:
    """The working directory, as it is now, whatever the source is."""
    for name in action.outputs:
        shutil.copytree(here.source, here.artifact(name), symlinks=True, ignore=LEFT_OUT)
    return revisions.variables(action.action_type_id.provider, given, here.source)


def run_build(here: Here, action: tree.Action, given: Mapping[str, str]) -> Mapping[str, str]:
    primary = given.get("PrimarySource", action.inputs[0])
    source = here.artifact(f"{primary} of {action.name}")
    shutil.copytree(here.artifact(primary), source, symlinks=True)
    others = {f"CODEBUILD_SRC_DIR_{name}": str(here.artifact(name)) for name in action.inputs if name != primary}
    spec = source / here.specs.get(given["ProjectName"], "buildspec.yml")
    try:
        order = buildspec.read(spec.read_text())
        asked = json.loads(given.get("EnvironmentVariables", "[]"))
    except (OSError, ValueError, BadBuildspec) as problem:
        raise Failed(str(problem)) from None
    own = {each["name"]: each["value"] for each in asked if each.get("type", "PLAINTEXT") == "PLAINTEXT"}
    collected = here.artifact(f"made by {action.name}")
    commit = revisions.commit_of(here.source)["CommitId"]
    known = {} if commit == revisions.HERE else {"CODEBUILD_RESOLVED_SOURCE_VERSION": commit}
    environment = {**order.environment.variables, **others, **known, **own}
    status, told = build(source, order, environment, artifacts=collected, log=ERROR)
    if status:
        raise Failed("the build failed: see its log above")
    for name in action.outputs:
        shutil.copytree(collected if len(action.outputs) == 1 else collected / name, here.artifact(name), symlinks=True)
    return {each["name"]: each["value"] for each in json.loads(told).get("exported", [])}


def approve(here: Here, action: tree.Action, given: Mapping[str, str]) -> Mapping[str, str]:
    asked = f"{action.name}: {given.get('CustomData', 'go on?')}"
    if not here.approves and not click.confirm(asked, err=True):
        raise Failed("rejected")
    return {}


def deploy(here: Here, action: tree.Action, given: Mapping[str, str]) -> Mapping[str, str]:
    """Into the folder, under the bucket's name: the files, or a zip of them."""
    source = here.artifact(action.inputs[0])
    place = here.deployed / given["BucketName"] / given.get("ObjectKey", "")
    if given["Extract"].lower() == "true":
        shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        return {}
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(each for each in source.rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(source))
    return {}


Act = Callable[[Here, tree.Action, Mapping[str, str]], Mapping[str, str]]
WAYS: Final[Mapping[tuple[str, str], Act]] = {
    ("CodeBuild", "Build"): run_build,
    ("CodeBuild", "Test"): run_build,
    ("Manual", "Approval"): approve,
    ("S3", "Deploy"): deploy,
}


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    for each in given:
        if not each.partition("=")[0] or "=" not in each:
            refuse(f"{each}: it must be NAME=VALUE")
    return dict(each.split("=", 1) for each in given)


def refuse(message: str) -> NoReturn:
    click.echo(f"penstock pipeline run: {message}", err=True)
    raise click.exceptions.Exit(2)
