"""Requests: what a tuning job is asked for, as a plan, and the rules that the service model cannot state. Pure.

What Penstock has no way to do is refused here, by name and with what would do, before there is a job. What the training
jobs of a definition would be refused for is refused here too, by the very rules of CreateTrainingJob.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.jobs.requests import Definitions, training, with_metrics
from penstock.services.sagemaker.tuning.drawing import combinations
from penstock.services.sagemaker.tuning.model import (
    NAME,
    Band,
    Criteria,
    Json,
    Objective,
    Plan,
    Search,
    Trial,
    arn_of,
)
from penstock.services.sagemaker.tuning.ranges import Categorical, Numeric, Range, around, scale_of
from penstock.services.sagemaker.tuning.training import METRIC, fixed, resources, training_request
from penstock.wire.call import Scope, ServiceError, ValidationError

Request = Mapping[str, Json]

MOST_TRIALS: Final[Mapping[str, int]] = {"Random": 10_000}  # AWS's quotas
MOST_OTHER_TRIALS: Final = 750
MOST_RANGES: Final = 30
MOST_METRICS: Final = 40
LARGEST_RESOURCE: Final = 20_000
EPOCHS: Final = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")  # where AWS looks for MaxResource
KINDS: Final = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


def planned(scope: Scope, request: Request, at: float, of_image: Definitions) -> Plan:
    """The plan of a request; raises `ValidationError` where it cannot be carried out."""
    whole = completed(request)
    config, definitions = whole["HyperParameterTuningJobConfig"], definitions_in(whole)
    is_auto = bool(whole.get("Autotune"))
    searches = tuple(searched(config, each, len(definitions) > 1, is_auto, of_image) for each in definitions)
    if len({search.objective.direction for search in searches}) > 1:
        raise ValidationError("The TuningObjective of all TrainingJobDefinitions must have the same Type.")
    strategy, limits = config["Strategy"], config["ResourceLimits"]
    return Plan(
        name=request[NAME],
        arn=arn_of(scope, request[NAME]),
        created_at=at,
        request=as_told(whole, searches, of_image),
        strategy=strategy,
        searches=searches,
        most=most(strategy, limits, searches, criteria(config)),
        parallel=limits["MaxParallelTrainingJobs"],
        seed=config.get("RandomSeed"),
        criteria=criteria(config),
        is_stopping_early=strategy == "Hyperband" or config["TrainingJobEarlyStoppingType"] == "Auto",
        band=band(config, definitions),
        tags=tuple(tagging.shown(tagging.given(request.get("Tags")))),
    )


def completed(request: Request) -> dict[str, Json]:
    """The request as Describe tells it: defaults filled in, tags left out."""
    config = dict(request["HyperParameterTuningJobConfig"])
    is_auto = bool(request.get("Autotune"))
    config.setdefault("TrainingJobEarlyStoppingType", early_stopping(config, is_auto=is_auto))
    if is_auto:
        enough = dict(config.get("TuningJobCompletionCriteria") or {})
        enough.setdefault("ConvergenceDetected", {"CompleteOnConvergence": "Enabled"})
        config["TuningJobCompletionCriteria"] = enough
    whole = {key: value for key, value in request.items() if key not in (NAME, "Tags")}
    return {**whole, "HyperParameterTuningJobConfig": config}


def as_told(whole: Request, searches: tuple[Search, ...], of_image: Definitions) -> dict[str, Json]:
    """The request with what clients look for in each definition when they attach to a tuning job."""
    every = zip(definitions_in(whole), searches, strict=True)
    told = [found_by_clients(definition, search, of_image) for definition, search in every]
    if "TrainingJobDefinition" in whole:
        return {**whole, "TrainingJobDefinition": told[0]}
    return {**whole, "TrainingJobDefinitions": told}


def found_by_clients(definition: Request, search: Search, of_image: Definitions) -> dict[str, Json]:
    """A definition with its metric among the hyperparameters, its machines as a training job names them, and the
    metrics that come with its image."""
    algorithm = definition["AlgorithmSpecification"]
    metrics = with_metrics(dict(algorithm), of_image)["MetricDefinitions"]
    return {
        **definition,
        "StaticHyperParameters": {**fixed(definition), METRIC: search.objective.metric},
        "AlgorithmSpecification": {**algorithm, "MetricDefinitions": metrics[:MOST_METRICS]},
        "ResourceConfig": resources(definition),
    }


def early_stopping(config: Request, *, is_auto: bool) -> str:
    return "Auto" if is_auto and config["Strategy"] != "Hyperband" else "Off"


def definitions_in(request: Request) -> list[dict[str, Json]]:
    """The training job definitions, however many."""
    one, many = request.get("TrainingJobDefinition"), request.get("TrainingJobDefinitions")
    if (one is None) == (not many):
        raise ValidationError("Give either TrainingJobDefinition or TrainingJobDefinitions.")
    found = [one] if one is not None else list(many or ())
    names = [each.get("DefinitionName") for each in found]
    if len(found) > 1 and (None in names or len(set(names)) < len(names)):
        raise ValidationError("Each of several TrainingJobDefinitions needs a DefinitionName of its own.")
    for definition in found:
        ways = ("ResourceConfig", "HyperParameterTuningResourceConfig")
        given = [definition[way] for way in ways if definition.get(way) is not None]
        if len(given) != 1 and (not given or definition["ResourceConfig"] != resources(definition)):
            raise ValidationError(f"A training job definition needs exactly one of {' and '.join(ways)}.")
    return found


# ------------------------------------------------------------------------------------------------ what is searched


def searched(
    config: Request, definition: Request, is_one_of_many: bool, is_auto: bool, of_image: Definitions
) -> Search:
    """What is searched for a definition. One alone takes its objective and ranges from the job's configuration."""
    told = one_of(config, "HyperParameterTuningJobObjective", definition, "TuningObjective", is_one_of_many)
    ranges = tuple(
        read_ranges(
            one_of(config, "ParameterRanges", definition, "HyperParameterRanges", is_one_of_many) or {},
            is_auto=is_auto,
        )
    )
    if told is None:
        member = "TuningObjective" if is_one_of_many else "HyperParameterTuningJobObjective"
        raise ValidationError(f"{member} is required: it names the metric that training jobs are compared by.")
    check_ranges(config["Strategy"], ranges, definition)
    objective = Objective(told["Type"], told["MetricName"], "")
    trial = Trial(1, 0, f"{'x' * 32}-001-00000000", {each.name: each.at(0.5) for each in ranges}, 0.0)
    whole = training(training_request(definition, objective, trial), of_image)
    metrics = whole["AlgorithmSpecification"].get("MetricDefinitions", ())
    regex = next((each["Regex"] for each in metrics if each["Name"] == objective.metric), None)
    if regex is None:
        raise ValidationError(
            f"The objective metric '{objective.metric}' is not defined for the image "
            f"{whole['AlgorithmSpecification']['TrainingImage']}: add it to AlgorithmSpecification.MetricDefinitions."
        )
    return Search(Objective(objective.direction, objective.metric, regex), ranges)


def one_of(config: Request, member: str, definition: Request, own: str, is_one_of_many: bool) -> Json:
    """A member of the job's configuration, or of its definition: of one alone it may stand in either, not in both."""
    outer, inner = config.get(member), definition.get(own)
    if outer is not None and (inner is not None or is_one_of_many):
        remedy = f"give {own} in each definition instead" if is_one_of_many else f"give it or {own}, not both"
        raise ValidationError(f"HyperParameterTuningJobConfig.{member}: {remedy}.")
    return inner if outer is None else outer


def read_ranges(told: Request, *, is_auto: bool) -> Iterator[Range]:
    for each in told.get("IntegerParameterRanges") or ():
        yield numeric(each, is_integer=True)
    for each in told.get("ContinuousParameterRanges") or ():
        yield numeric(each, is_integer=False)
    for each in told.get("CategoricalParameterRanges") or ():
        if len(set(each["Values"])) < len(each["Values"]):
            raise ValidationError(f"The values of parameter range '{each['Name']}' must differ from one another.")
        yield Categorical(each["Name"], tuple(each["Values"]))
    for each in told.get("AutoParameters") or ():
        if not is_auto:
            raise ValidationError("ParameterRanges.AutoParameters need Autotune with Mode Enabled.")
        yield around(each["Name"], each["ValueHint"])


def numeric(told: Request, *, is_integer: bool) -> Numeric:
    name, scaling = told["Name"], told.get("ScalingType", "Auto")
    low, high = (number(name, told[member], is_integer=is_integer) for member in ("MinValue", "MaxValue"))
    if not low < high:
        raise ValidationError(f"Parameter range '{name}': MinValue must be less than MaxValue.")
    if scaling == "Logarithmic" and low <= 0:
        raise ValidationError(f"Parameter range '{name}': Logarithmic scaling needs values greater than 0.")
    if scaling == "ReverseLogarithmic" and (is_integer or low < 0 or high >= 1):
        raise ValidationError(
            f"Parameter range '{name}': ReverseLogarithmic scaling needs continuous values within 0<=x<1.0."
        )
    return Numeric(name, low, high, scale_of(scaling, low, high), is_integer)


def number(name: str, text: str, *, is_integer: bool) -> float:
    try:
        value = int(text) if is_integer else float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        kind = "an integer" if is_integer else "a number"
        raise ValidationError(f"Parameter range '{name}': '{text}' is not {kind}.")
    return value


def check_ranges(strategy: str, ranges: tuple[Range, ...], definition: Request) -> None:
    names = [each.name for each in ranges]
    if not 1 <= len(names) <= MOST_RANGES:
        raise ValidationError(f"Give between 1 and {MOST_RANGES} parameter ranges to search; there are {len(names)}.")
    static = fixed(definition)
    for name in names:
        if names.count(name) > 1 or name in static:
            elsewhere = "StaticHyperParameters" if name in static else "another range"
            raise ValidationError(f"Hyperparameter '{name}' has a range, and must not be in {elsewhere} too.")
    if strategy == "Grid" and not all(isinstance(each, Categorical) for each in ranges):
        raise ValidationError("Strategy Grid supports CategoricalParameterRanges only.")


# -------------------------------------------------------------------------------------------------- when it ends


def most(strategy: str, limits: Request, searches: tuple[Search, ...], enough: Criteria) -> int:
    """How many trials there may be."""
    asked: int | None = limits.get("MaxNumberOfTrainingJobs")
    allowed = MOST_TRIALS.get(strategy, MOST_OTHER_TRIALS)
    if strategy == "Grid":
        every = sum(combinations(search.ranges) for search in searches)
        if asked not in (None, every):
            raise ValidationError(
                f"With strategy Grid, MaxNumberOfTrainingJobs must be the number of combinations, which is {every}; "
                "or leave it out."
            )
        asked = every
    if asked is None and enough == Criteria():
        raise ValidationError(
            "ResourceLimits.MaxNumberOfTrainingJobs is required, unless MaxRuntimeInSeconds or "
            "TuningJobCompletionCriteria say when the job has had enough."
        )
    if asked is not None and asked > allowed:
        raise ServiceError(
            f"A tuning job with strategy {strategy} can have at most {allowed} training jobs; this asks for {asked}.",
            code="ResourceLimitExceeded",
        )
    return allowed if asked is None else asked


def criteria(config: Request) -> Criteria:
    told = config.get("TuningJobCompletionCriteria") or {}
    return Criteria(
        target=told.get("TargetObjectiveMetricValue"),
        not_improving=(told.get("BestObjectiveNotImproving") or {}).get("MaxNumberOfTrainingJobsNotImproving"),
        convergence=(told.get("ConvergenceDetected") or {}).get("CompleteOnConvergence") == "Enabled",
        seconds=config["ResourceLimits"].get("MaxRuntimeInSeconds"),
    )


def band(config: Request, definitions: list[dict[str, Json]]) -> Band | None:
    """Hyperband's resources, given or found among the static hyperparameters."""
    told = config.get("StrategyConfig")
    if config["Strategy"] != "Hyperband":
        if told:
            raise ValidationError("StrategyConfig is for strategy Hyperband only: leave it out.")
        return None
    if config["TrainingJobEarlyStoppingType"] != "Off":
        raise ValidationError("TrainingJobEarlyStoppingType must be Off with strategy Hyperband, which has its own.")
    given = (told or {}).get("HyperbandStrategyConfig") or {}
    greatest = given.get("MaxResource") or inferred(definitions)
    if greatest is None or greatest > LARGEST_RESOURCE:
        raise ValidationError(
            f"HyperbandStrategyConfig.MaxResource is required, and at most {LARGEST_RESOURCE}, unless the static "
            f"hyperparameters have one of {', '.join(EPOCHS)}."
        )
    least = given.get("MinResource") or 1
    if least >= greatest:
        raise ValidationError("HyperbandStrategyConfig.MinResource must be less than MaxResource.")
    return Band(least, greatest)


def inferred(definitions: list[dict[str, Json]]) -> int | None:
    for definition in definitions:
        static = fixed(definition)
        for name in EPOCHS:
            if found := re.fullmatch(r'"?(\d+)"?', static.get(name, "")):
                return int(found[1])
    return None
