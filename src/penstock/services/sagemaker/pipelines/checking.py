"""Checking: what a check step's job is held against, and what comes of it.

    SuppliedBaseline…, else the latest approved model package of the group      ─►  a baseline
    the job, with the baseline among its inputs  ─►  its reports, and a message that says whether it was violated

Without a baseline there is nothing to check and nothing to carry over: that needs SkipCheck and RegisterNewBaseline.
The step's properties with the prefix CalculatedBaseline name what the job wrote; those with BaselineUsedForDriftCheck
the same, if it is to be registered, else the baseline that was there before.
"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.engine.outbox import Task
from penstock.languages.pipeline.expressions import Sources, Unresolvable, resolve
from penstock.languages.pipeline.tree import Check, Expression, QualityCheck
from penstock.languages.pipeline.values import written
from penstock.wire.call import Call, Directory

Json = Any
FIND_BASELINE: Final = "pipelines.baseline"
CONSTRAINTS: Final = "BaselineUsedForDriftCheckConstraints"
STATISTICS: Final = "BaselineUsedForDriftCheckStatistics"
VIOLATED: Final = "CompletedWithViolations"
_NAMES: Final[Mapping[type, str]] = {QualityCheck: "Quality"}
_IN_PACKAGES: Final = {"DATA_QUALITY": "ModelDataQuality", "MODEL_QUALITY": "ModelQuality"}
_FOLDER: Final = "/opt/ml/processing/baseline"
_INPUTS: Final = {CONSTRAINTS: "baseline_constraints", STATISTICS: "baseline_statistics"}


def asked(step: Check, sources: Sources) -> dict[str, Json]:
    """What a step asks for, as its metadata show it: a supplied baseline, too. Raises `Unresolvable`."""
    texts = {
        "ModelPackageGroupName": _text(step.group, sources),
        CONSTRAINTS: _text(step.constraints, sources),
        STATISTICS: _text(step.statistics, sources),
    }
    return {
        "CheckType": step.type,
        "SkipCheck": is_on(step.skip, sources),
        "RegisterNewBaseline": is_on(step.registers, sources),
        **{name: text for name, text in texts.items() if text},
    }


def counting(step: Check, sources: Sources) -> dict[str, Json]:
    """What tells runs of a check apart beside its job's arguments; the members are the definition's own."""
    return {
        "CheckType": step.type,
        "SkipCheck": is_on(step.skip, sources),
        "FailOnViolation": is_on(step.fails, sources),
        "RegisterNewBaseline": is_on(step.registers, sources),
        "ModelPackageGroupName": _text(step.group, sources),
        "SuppliedBaselineConstraints": _text(step.constraints, sources),
        "SuppliedBaselineStatistics": _text(step.statistics, sources),
    }


def _text(expression: Expression, sources: Sources) -> str:
    value = resolve(expression, sources)
    return "" if value is None else written(value)


def is_on(expression: Expression, sources: Sources) -> bool:
    return written(resolve(expression, sources)).lower() == "true"


def in_registry(shown: Mapping[str, Json]) -> dict[str, str] | None:
    """Where a baseline is to be looked up; None if one was supplied, none is needed, or no group is named."""
    if CONSTRAINTS in shown or not _needs_baseline(shown) or "ModelPackageGroupName" not in shown:
        return None
    return {"ModelPackageGroupName": shown["ModelPackageGroupName"], "Baseline": _IN_PACKAGES[shown["CheckType"]]}


def _needs_baseline(shown: Mapping[str, Json]) -> bool:
    return not (shown["SkipCheck"] and shown["RegisterNewBaseline"])


def request(made: Mapping[str, Json], shown: Mapping[str, Json]) -> Mapping[str, Json]:
    """The job's request with the baseline that it is held against.

    Raises `Unresolvable` where there is none, or no place for the reports.
    """
    if not _outputs(made):
        raise Unresolvable("ProcessingOutputConfig must have an output with S3Output, for the reports of the check.")
    if _needs_baseline(shown) and CONSTRAINTS not in shown:
        raise Unresolvable(
            "There is no baseline to check against: SuppliedBaselineConstraints is empty, and no approved model "
            f"package of the ModelPackageGroupName has DriftCheckBaselines.{_IN_PACKAGES[shown['CheckType']]}. "
            "Supply one, or, for the first run, set SkipCheck and RegisterNewBaseline."
        )
    if shown["SkipCheck"]:
        return made
    found = {name: shown[key] for key, name in _INPUTS.items() if key in shown}
    environment = {name: f"{_FOLDER}/{name}/{uri.rpartition('/')[2]}" for name, uri in found.items()}
    return {
        **made,
        "ProcessingInputs": [*(made.get("ProcessingInputs") or ()), *(_input(*entry) for entry in found.items())],
        "Environment": {**(made.get("Environment") or {}), **environment},
    }


def _input(name: str, uri: str) -> dict[str, Json]:
    place = {"S3Uri": uri, "LocalPath": f"{_FOLDER}/{name}", "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": place}


def judged(shown: Mapping[str, Json], job: Mapping[str, Json]) -> dict[str, Json]:
    """What the metadata show when the job has ended well."""
    folder = _reports(job)
    found = {
        "CalculatedBaselineStatistics": f"{folder}/statistics.json",
        "CalculatedBaselineConstraints": f"{folder}/constraints.json",
    }
    if shown["RegisterNewBaseline"]:
        found[STATISTICS] = found["CalculatedBaselineStatistics"]
        found[CONSTRAINTS] = found["CalculatedBaselineConstraints"]
    if str(job.get("ExitMessage") or "").startswith(VIOLATED):
        found["ViolationReport"] = f"{folder}/constraint_violations.json"
    return {**shown, **found}


def _reports(job: Mapping[str, Json]) -> str:
    """Where the job's reports went: the output that it was told to write to, else its first."""
    outputs, path = _outputs(job), (job.get("Environment") or {}).get("output_path")
    told = next((output for output in outputs if output["LocalPath"] == path), outputs[0])
    return str(told["S3Uri"]).rstrip("/")


def _outputs(job: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    outputs = (job.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
    return [output["S3Output"] for output in outputs if output.get("S3Output")]


def failure(step: Check, shown: Mapping[str, Json], sources: Sources) -> str:
    """Why a step failed though its job did well; empty if it did not."""
    try:
        if "ViolationReport" not in shown or not is_on(step.fails, sources):
            return ""
    except Unresolvable as error:
        return f"ClientError: {error}"
    return f"ClientError: {_NAMES[type(step)]} check failed. See violation report: {shown['ViolationReport']}"


class Baselines:
    """The activity that looks a baseline up in the model registry."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def find(self, task: Task) -> Json:
        """What the latest approved model package of a group has as its baseline; nothing if there is none.

        Raises what the registry refuses with.
        """
        wanted = {
            "ModelPackageGroupName": task.input["ModelPackageGroupName"], "ModelApprovalStatus": "Approved",
            "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1,
        }  # fmt: skip
        page = await self._directory.answer(Call("sagemaker", "ListModelPackages", wanted, task.scope))
        for entry in page["ModelPackageSummaryList"]:
            call = Call("sagemaker", "DescribeModelPackage", {"ModelPackageName": entry["ModelPackageArn"]}, task.scope)
            package = await self._directory.answer(call)
            baseline = (package.get("DriftCheckBaselines") or {}).get(task.input["Baseline"]) or {}
            files = {CONSTRAINTS: baseline.get("Constraints"), STATISTICS: baseline.get("Statistics")}
            return {key: source["S3Uri"] for key, source in files.items() if source}
        return {}
