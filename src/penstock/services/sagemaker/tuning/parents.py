"""Parents: what earlier tuning jobs have seen, for one that starts warm.

It is read when the job is created, and part of its plan from then on: a parent may be deleted afterwards.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from penstock.services.sagemaker.tuning import rows
from penstock.services.sagemaker.tuning.model import NAME, Json, Observation, Plan, Search, arn_of
from penstock.services.sagemaker.tuning.ranges import Categorical, Range
from penstock.services.sagemaker.tuning.training import fixed
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError, ValidationError

SAME: Final = "IdenticalDataAndAlgorithm"


def warmed(tx: Transaction, scope: Scope, plan: Plan) -> Plan:
    """The plan with what its parents have seen; raises `ValidationError` where they are no parents for it."""
    config = plan.request.get("WarmStartConfig")
    if config is None:
        return plan
    if len(plan.searches) > 1:
        raise ValidationError("WarmStartConfig is not supported with several TrainingJobDefinitions.")
    is_same = config["WarmStartType"] == SAME
    search, definition = plan.searches[0], plan.definitions[0]
    seen: list[tuple[dict[str, Json], Observation]] = []
    for parent in config["ParentHyperParameterTuningJobs"]:
        found = find(tx, scope, parent[NAME])
        check(found, search, definition, is_same=is_same)
        static = fixed(found.body["TrainingJobDefinition"])
        for summary, observation in rows.observed(tx, found.arn):
            values = {**static, **observation.values}
            seen.append((summary, Observation(values, observation.objective)))
    known = tuple(fit for _, each in seen if (fit := fitting(search.ranges, each)) is not None)
    best = None
    for summary, each in seen:
        if best is None or search.objective.is_better(each.objective, best[1]):
            best = (summary, each.objective)
    return replace(
        plan,
        searches=(replace(search, known=known),),
        is_transfer=not is_same,
        best_known=best[0] if best and is_same else None,
    )


def find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find_by_arn(tx, arn_of(scope, name))
    if found is None:
        raise ServiceError(f"The parent tuning job '{name}' does not exist.", code="ResourceNotFound")
    if found.status in ("InProgress", "Stopping"):
        raise ValidationError(f"The parent tuning job '{name}' is in status {found.status}; wait until it has ended.")
    return found


def check(parent: Document, search: Search, definition: Mapping[str, Json], *, is_same: bool) -> None:
    """AWS's rules for parents."""
    told = parent.body.get("TrainingJobDefinition")
    if told is None:
        raise ValidationError(f"The parent tuning job '{parent.name}' has several TrainingJobDefinitions.")
    config = parent.body["HyperParameterTuningJobConfig"]
    objective = config.get("HyperParameterTuningJobObjective") or told.get("TuningObjective")
    if objective != {"Type": search.objective.direction, "MetricName": search.objective.metric}:
        raise ValidationError(
            f"The objective metric must be the same as that of the parent tuning job '{parent.name}'."
        )
    ranges = config.get("ParameterRanges") or told.get("HyperParameterRanges") or {}
    before = {each["Name"] for kind in ranges.values() for each in kind} | {*fixed(told)}
    now = {each.name for each in search.ranges} | {*fixed(definition)}
    if len(before) != len(now):
        raise ValidationError(
            f"The total number of static plus tunable hyperparameters must be the same as in the parent tuning job "
            f"'{parent.name}': it has {len(before)}, and this one {len(now)}."
        )
    if is_same and image_and_inputs(told) != image_and_inputs(definition):
        raise ValidationError(
            f"With {SAME}, TrainingImage and InputDataConfig must be those of the parent tuning job '{parent.name}'; "
            "use TransferLearning."
        )


def image_and_inputs(definition: Mapping[str, Json]) -> tuple[Json, Json]:
    return definition["AlgorithmSpecification"].get("TrainingImage"), definition.get("InputDataConfig")


def fitting(ranges: tuple[Range, ...], seen: Observation) -> Observation | None:
    """What was seen, as far as the ranges go; None if it lies outside of one."""
    values = {each.name: seen.values.get(each.name, "") for each in ranges}
    is_inside = all(
        values[each.name] in each.values if isinstance(each, Categorical) else each.place(values[each.name]) is not None
        for each in ranges
    )
    return Observation(values, seen.objective) if is_inside else None
