"""`penstock build here`: a build spec, carried out in a working directory, without a server.

The program is the one that runs inside CodeBuild's jobs. Exit codes: 0 it succeeded, 1 it failed, 2 it could not be
run.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

import click

from penstock.images import building
from penstock.languages import buildspec
from penstock.languages.buildspec import BadBuildspec, Buildspec
from penstock.services.codebuild import order

OUTPUT, ERROR = 1, 2  # handles
DIRECTORY: Final = click.Path(file_okay=False, path_type=Path)


@click.command("here")
@click.argument("source", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--buildspec", "spec", metavar="FILE", default="buildspec.yml", help="In SOURCE, or with its path.")
@click.option("--env", "given", multiple=True, metavar="NAME=VALUE", help="A variable; may be repeated.")
@click.option("--artifacts", type=DIRECTORY, help="Where artifacts go; without it they are not collected.")
@click.option("--json", "as_json", is_flag=True, help="Print phases and exports as JSON, the log on standard error.")
def command(source: Path, spec: str, given: tuple[str, ...], artifacts: Path | None, as_json: bool) -> None:
    """Run the build spec of SOURCE in SOURCE itself, with the tools of this machine."""
    read = read_from(source / spec)
    variables = variables_of(read, given)
    status, told = build(source, read, variables, artifacts=artifacts, log=ERROR if as_json else OUTPUT)
    if as_json:
        click.echo(told)
    if status:
        raise click.exceptions.Exit(1)


def build(
    source: Path, spec: Buildspec, variables: Mapping[str, str], *, artifacts: Path | None, log: int
) -> tuple[int, str]:
    """Carry a build spec out in a folder; how it ended, and what it told, as JSON."""
    with tempfile.TemporaryDirectory(prefix="penstock-build-") as folder:
        root = Path(folder)
        root.chmod(0o711)  # shells of other users (`run-as`) get at what is theirs; what is in it they cannot list
        lay_out(root, source.absolute(), spec, collects=artifacts is not None)
        status = carry_out(root, environment_of(source.absolute(), variables), log=log)
        if artifacts is not None:
            deliver(root / "artifacts", artifacts)
        return status, (root / "told" / "build.json").read_text()


def read_from(path: Path) -> Buildspec:
    try:
        return buildspec.read(path.read_text())
    except OSError as problem:
        refuse(f"{path} cannot be read: {problem.strerror}")
    except BadBuildspec as problem:
        refuse(f"{path}: {problem}")


def variables_of(spec: Buildspec, given: tuple[str, ...]) -> dict[str, str]:
    """The build spec's variables, and those given in their place."""
    told: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            refuse(f"--env {each}: a variable is NAME=VALUE")
        told[name] = value
    elsewhere = {**spec.environment.parameter_store, **spec.environment.secrets_manager}
    if missing := sorted(elsewhere.keys() - told.keys()):
        refuse(f"{', '.join(missing)}: kept on a server, which this command does not ask; give them with --env")
    return {**spec.environment.variables, **told}


def lay_out(root: Path, source: Path, spec: Buildspec, *, collects: bool) -> None:
    """The program, and its order."""
    identifiers = ["", *(each.identifier for each in spec.secondary_artifacts)]
    wanted = {identifier: {"type": "S3"} for identifier in identifiers} if collects else {}
    secrets = [*spec.environment.parameter_store, *spec.environment.secrets_manager]
    told = {**order.work(spec, wanted), "root": str(root), "folder": str(source), "secrets": secrets, "sources": []}
    (root / "order.json").touch(mode=0o600)
    (root / "order.json").write_text(json.dumps(told))
    for name, content in building.program().items():
        path = root / "runner" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def environment_of(source: Path, variables: Mapping[str, str]) -> dict[str, str]:
    own = {"CODEBUILD_CI": "true", "CODEBUILD_SRC_DIR": str(source), "CODEBUILD_BUILD_ID": f"{source.name}:here"}
    return {**os.environ, **own, **variables}


def carry_out(root: Path, environment: Mapping[str, str], *, log: int) -> int:
    """Have the program do it; an interrupt ends it with its commands."""
    words = [sys.executable, str(root / "runner"), str(root / "order.json")]
    with subprocess.Popen(words, env=environment, stdout=log, start_new_session=True) as program:
        try:
            return program.wait()
        except KeyboardInterrupt:
            program.send_signal(signal.SIGTERM)
            program.wait()
            raise


def deliver(collected: Path, folder: Path) -> None:
    """The primary artifacts into the folder itself, the others into one of their name in it."""
    for each in sorted(collected.iterdir()):
        target = folder if each.name == order.PRIMARY else folder / each.name
        shutil.copytree(each, target, dirs_exist_ok=True)


def refuse(message: str) -> NoReturn:
    click.echo(f"penstock build: {message}", err=True)
    raise click.exceptions.Exit(2)
