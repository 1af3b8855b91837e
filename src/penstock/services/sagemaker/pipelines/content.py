"""Content: what lies in S3, and not where, decides which earlier run stands for a step.

    ProcessingInputs: data from s3://b/v2/       ─►  ProcessingInputs without its URIs · the content of input 'data'

This is Penstock's own way of caching, for pipelines with the tag ``penstock:cache`` = ``content``. A change in place is
a miss, the same content under another URI a hit. A run stands for a step only while what it wrote is as it left it. Of
a Lambda step the function's code counts.

Content is known by S3's ETags: objects that were uploaded in other parts count as others. What an image stands for
counts, too: a package that was replaced is a miss. See decision 11.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from penstock.languages.pipeline.tree import AutoML, Check, Lambda, Processing, Training, Transform, Tuning
from penstock.services.sagemaker.identify import Identify
from penstock.services.sagemaker.landing import local_path
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
TAG: Final = "penstock:cache"
WAYS: Final = ("uri", "content")
CODE: Final = "code of the function"
ENVIRONMENT: Final = "the environment of the image"
_SUBMITTED: Final = "sagemaker_submit_directory"
_ABSENT: Final = ("NoSuchBucket", "NoSuchKey")


class Opaque(Exception):
    """Content that cannot be compared; the message says which and why."""


def sources(step: object, counting: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
    """The arguments that count without where content lies, and where it does, by what it is. Raises `Opaque`."""
    match step:
        case Processing():
            inputs, found = _taken(counting.get("ProcessingInputs"), "InputName", ("S3Input",))
            found |= _environment(counting, "AppSpecification", "ImageUri")
            return _with(counting, ProcessingInputs=inputs), found
        case Check():
            inputs, found = _taken(counting.get("ProcessingInputs"), "InputName", ("S3Input",))
            supplied = {name: uri for name, uri in counting.items() if name.startswith("SuppliedBaseline") and uri}
            found |= _environment(counting, "AppSpecification", "ImageUri")
            found |= {f"the content of {name}": uri for name, uri in supplied.items()}
            rest = {name: value for name, value in counting.items() if name not in supplied}
            return _with(rest, ProcessingInputs=inputs), found
        case Training():
            return _of_training(counting, "HyperParameters")
        case Tuning():
            return _of_tuning(counting)
        case AutoML():
            return _of_automl(counting)
        case Transform():
            found = {}
            given = _without(counting["TransformInput"], "the job's input", ("DataSource", "S3DataSource"), found)
            return _with(counting, TransformInput=given), found
        case Lambda():
            return dict(counting), {CODE: str(counting["FunctionArn"])}
    return dict(counting), {}


def _of_training(told: Mapping[str, Json], parameters: str) -> tuple[dict[str, Json], dict[str, str]]:
    """What trains, and with what: of a job, or of a definition of such."""
    inputs, found = _taken(told.get("InputDataConfig"), "ChannelName", ("DataSource", "S3DataSource"))
    found |= _environment(told, "AlgorithmSpecification", "TrainingImage")
    given = told.get(parameters)
    if isinstance(given, dict) and _SUBMITTED in given:
        found["the content of the script's archive"] = str(given[_SUBMITTED]).strip('"')
        given = {name: value for name, value in given.items() if name != _SUBMITTED}
    return _with(told, InputDataConfig=inputs, **{parameters: given}), found


def _environment(told: Mapping[str, Json], specification: str, image: str) -> dict[str, str]:
    """The image, by what it is; nothing where none is named."""
    named = (told.get(specification) or {}).get(image)
    return {} if named is None else {ENVIRONMENT: str(named)}


def _of_tuning(counting: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
    """What the training jobs of each definition are made with."""
    if (one := counting.get("TrainingJobDefinition")) is not None:
        rest, found = _of_training(one, "StaticHyperParameters")
        return {**counting, "TrainingJobDefinition": rest}, found
    every, found = [], {}
    for definition in counting.get("TrainingJobDefinitions") or ():
        rest, places = _of_training(definition, "StaticHyperParameters")
        every.append(rest)
        found |= {f"{what} of {definition.get('DefinitionName')}": place for what, place in places.items()}
    return {**counting, "TrainingJobDefinitions": every}, found


def _of_automl(counting: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
    """The data that candidates are made of; what says which columns of it is data too."""
    channels = [{"ChannelType": "training", **each} for each in counting.get("InputDataConfig") or ()]
    inputs, found = _taken(channels, "ChannelType", ("DataSource", "S3DataSource"))
    config = counting.get("AutoMLJobConfig") or {}
    generation = config.get("CandidateGenerationConfig") or {}
    if specification := generation.get("FeatureSpecificationS3Uri"):
        found["the content of the feature specification"] = str(specification)
        rest = {key: value for key, value in generation.items() if key != "FeatureSpecificationS3Uri"}
        config = {**config, "CandidateGenerationConfig": rest}
    return {**counting, "InputDataConfig": inputs, "AutoMLJobConfig": config}, found


def outputs(properties: Mapping[str, Json]) -> list[str]:
    """Where a run wrote to, each a folder of its own."""
    written = (properties.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    places = [(output.get("S3Output") or {}).get("S3Uri") for output in written]
    trained = (properties.get("OutputDataConfig") or {}).get("S3OutputPath")
    named = [properties[name] for name in ("TrainingJobName", "AutoMLJobName") if name in properties]
    if trained:
        places.extend(f"{trained.rstrip('/')}/{name}" for name in named)
    places.extend(_tuned(properties))
    places.append((properties.get("TransformOutput") or {}).get("S3OutputPath"))
    return [f"{place.rstrip('/')}/" for place in places if place]


def _tuned(properties: Mapping[str, Json]) -> list[str]:
    """Where the training jobs of a tuning job wrote to, those that later steps can find."""
    one = properties.get("TrainingJobDefinition")
    definitions = [one] if one is not None else properties.get("TrainingJobDefinitions") or ()
    paths = {each.get("DefinitionName"): each["OutputDataConfig"]["S3OutputPath"] for each in definitions}
    return [
        f"{paths[job.get('TrainingJobDefinitionName')].rstrip('/')}/{job['TrainingJobName']}"
        for job in properties.get("TrainingJobSummaries", ())
        if job.get("TrainingJobDefinitionName") in paths
    ]


def _taken(inputs: Json, name: str, way: tuple[str, ...]) -> tuple[Json, dict[str, str]]:
    """Inputs without their URIs, and the URIs by the inputs' names."""
    found: dict[str, str] = {}
    rest = [_without(entry, f"input '{entry.get(name)}'", way, found) for entry in inputs or ()]
    return (rest if inputs is not None else None), found


def _without(entry: Mapping[str, Json], what: str, way: tuple[str, ...], found: dict[str, str]) -> Json:
    if not way:
        if entry.get("S3DataType") not in (None, "S3Prefix"):
            raise Opaque(f"{what} is a {entry['S3DataType']}, and the objects that it lists are not looked into")
        found[f"the content of {what}"] = str(entry.get("S3Uri"))
        return {key: value for key, value in entry.items() if key != "S3Uri"}
    head, *rest = way
    if not isinstance(entry.get(head), dict):
        raise Opaque(f"{what} has no {head}")
    return {**entry, head: _without(entry[head], what, tuple(rest), found)}


def _with(counting: Mapping[str, Json], **members: Json) -> dict[str, Json]:
    return {**counting, **{name: value for name, value in members.items() if value is not None}}


class Contents:
    """Digests of what lies in S3, asked for at S3's front door, and of what images stand for."""

    def __init__(self, directory: Directory, identify: Identify) -> None:
        self._directory = directory
        self._identify = identify

    async def digests(self, scope: Scope, places: Mapping[str, str]) -> dict[str, str]:
        """A digest for each place, by what it is; an environment that nobody can look into has none."""
        found = {what: await self._digest_of(what, scope, place) for what, place in places.items()}
        return {what: digest for what, digest in found.items() if digest is not None}

    async def _digest_of(self, what: str, scope: Scope, place: str) -> str | None:
        if what.startswith(ENVIRONMENT):
            return await self._identify(place)
        return await (self._code(scope, place) if what == CODE else self.digest(scope, place))

    async def digest(self, scope: Scope, uri: str) -> str:
        """A digest of the objects whose keys begin so: of their names inside a job, and their content."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        found: list[tuple[str, str, int]] = []
        request: dict[str, Json] = {"Bucket": bucket, "Prefix": prefix}
        while request:
            page = await self._list(scope, request)
            found += [
                (local_path(prefix, entry["Key"]), entry["ETag"], entry["Size"])
                for entry in page.get("Contents") or ()
                if not entry["Key"].endswith("/")
            ]
            token = page.get("NextContinuationToken")
            request = {**request, "ContinuationToken": token} if token else {}
        return hashlib.sha256(msgspec.json.encode(sorted(found))).hexdigest()[:32]

    async def _list(self, scope: Scope, request: Mapping[str, Json]) -> Mapping[str, Json]:
        try:
            return await self._directory.answer(Call("s3", "ListObjectsV2", request, scope))
        except ServiceError as error:
            if error.code in _ABSENT:  # the job will say so
                return {}
            raise

    async def _code(self, scope: Scope, function: str) -> str:
        call = Call("lambda", "GetFunctionConfiguration", {"FunctionName": function}, scope)
        return str((await self._directory.answer(call))["CodeSha256"])
