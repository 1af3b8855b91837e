"""`penstock env push FOLDER`: lock what a folder asks for, and put it into a repository of ECR, as an image is."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.environments.lock import resolved
from penstock.images.environments import BadEnvironment, Environment, lock_of, locked
from penstock.images.packed import MANIFEST, Packed

ASKED_IN: Final = ("requirements.txt", "pyproject.toml")


@click.command("push")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--repository", required=True, help="A repository of ECR; it is made if it is not there.")
@click.option("--tag", required=True, help="What it is called there.")
@click.option("--extends", default="installed", show_default=True, help="The environment that it is added to.")
@click.option("--framework", default="sklearn", show_default=True, help="What the environment's model servers know.")
def command(folder: Path, repository: str, tag: str, extends: str, framework: str) -> None:
    """Make an image of the packages that FOLDER asks for (requirements.txt, or pyproject.toml); print its address.

    A lock beside it is taken as it is; else pip resolves what is asked for, beyond what this Python has. The registry
    is that of the server, or the account, that AWS's variables name, as in a build.
    """
    try:
        lock = lock_in(folder)
        summary = f"what {repository}:{tag} asks for"
        packed = Packed(lock=lock, extends=extends, framework=framework, summary=summary)
        click.echo(pushed(repository, tag, packed.manifest()))
    except (BadEnvironment, BotoCoreError, ClientError) as problem:
        raise click.ClickException(str(problem)) from None


def lock_in(folder: Path) -> str:
    """What is to be installed, line by line. Raises `BadEnvironment`."""
    asked = next((folder / name for name in ASKED_IN if (folder / name).exists()), None)
    if asked is None:
        raise BadEnvironment(f"{folder} has neither {' nor '.join(ASKED_IN)}: nothing says what to install")
    environment = Environment(name=folder.resolve().name, summary="", extends="installed", requirements=asked)
    if lock_of(asked).exists():
        return locked(environment)
    return "".join(f"{line}\n" for line in sorted(resolved(environment, asked, Path(sys.executable))))


def pushed(repository: str, tag: str, manifest: str) -> str:
    """The address that the manifest has in the registry. What is there already is left there."""
    ecr = boto3.client("ecr")
    with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=repository)
    with suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest, imageManifestMediaType=MANIFEST)
    (found,) = ecr.describe_repositories(repositoryNames=[repository])["repositories"]
    return f"{found['repositoryUri']}:{tag}"
