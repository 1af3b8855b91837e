"""Publishing, as the commands do it: packed, uploaded, created or brought up to date."""

import json
from collections.abc import Sequence
from pathlib import Path

from penstock.cli.pipeline.source import fail
from penstock.cli.pipeline.target import Target
from penstock.pipeline import Mistake
from penstock.pipeline.definition import TYPES, Package, data_uri
from penstock.pipeline.graph import Given, Graph
from penstock.pipeline.inputs import is_path, is_text
from penstock.pipeline.kinds import Type
from penstock.pipeline.publishing import ensure_bucket, packaged, upload, upsert


def publish(graph: Graph, target: Target) -> str:
    """The pipeline is there afterwards, with all that it needs; its ARN."""
    return upsert(graph, supplied(graph, target), target.to, target.client("sagemaker"))


def supplied(graph: Graph, target: Target) -> Package:
    """The pipeline as it is to be made; what its definition names is in S3 afterwards."""
    try:
        package = packaged(graph, target.to)
    except Mistake as mistake:
        fail(str(mistake))
    s3 = target.client("s3")
    ensure_bucket(s3, target.to.bucket, target.to.region)
    upload(package.objects, package.data, s3)
    return package


def parameters(graph: Graph, given: Sequence[str], target: Target) -> list[dict[str, str]]:
    """`--param NAME=VALUE` as StartPipelineExecution takes them; local files are uploaded."""
    known = {each.name: each for each in graph.parameters}
    told: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            fail(f"--param is NAME=VALUE, and '{text}' is not.")
        if name not in known:
            fail(f"the pipeline has no parameter '{name}': it has {', '.join(known) or 'none'}.")
        check_number(name, known[name].type, value)
        if (
            not is_path(known[name].type)
            and known[name].type not in TYPES
            and not is_text(Given(name, known[name].type))
        ):
            check_json(name, value)
        local = is_path(known[name].type) and not value.startswith("s3://")
        told[name] = uploaded(Path(value), name, target) if local else value
    if missing := [name for name, each in known.items() if not each.has_default and name not in told]:
        fail(f"parameter '{missing[0]}' has no default: give it with --param {missing[0]}=VALUE.")
    return [{"Name": name, "Value": value} for name, value in told.items()]


def check_number(name: str, kind: Type, value: str) -> None:
    try:
        if kind in (int, float):
            kind(value)
    except ValueError:
        fail(f"--param {name} must be a {'whole number' if kind is int else 'number'}, and '{value}' is none.")


def check_json(name: str, value: str) -> None:
    try:
        json.loads(value)
    except ValueError as error:
        fail(f"--param {name} must be JSON, and is not: {error}.")


def uploaded(path: Path, name: str, target: Target) -> str:
    if not path.exists():
        fail(f"--param {name}: there is no file or folder '{path}'.")
    uri = data_uri(path, target.to)
    upload({}, {uri: path}, target.client("s3"))
    return uri
