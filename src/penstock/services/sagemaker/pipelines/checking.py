"""Checking: what a check step's job is held against, and what comes of it.

    SuppliedBaseline…, else the latest approved model package of the group      ─►  a baseline
    the job, with the baseline among its inputs  ─►  its reports, and a message that says whether it was violated

Without a baseline there is nothing to check and nothing to carry over: that needs SkipCheck and RegisterNewBaseline.
The step's properties with the prefix CalculatedBaseline name what the job wrote; those with BaselineUsedForDriftCheck
the same, if it is to be registered, else the baseline that was there before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.engine.outbox import Task
from penstock.languages.pipeline.expressions import Sources, Unresolvable, resolve
from penstock.languages.pipeline.tree import Check, ClarifyCheck, Expression
from penstock.languages.pipeline.values import written
from penstock.wire.call import Call, Directory

Json = Any
FIND_BASELINE: Final = "pipelines.baseline"
CONSTRAINTS: Final = "BaselineUsedForDriftCheckConstraints"
STATISTICS: Final = "BaselineUsedForDriftCheckStatistics"
VIOLATED: Final = "CompletedWithViolations"
MODEL: Final = "model_name"  # the variable that tells a Clarify job which model the step is about


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of check: how its failure calls it, the baseline that a package has for it, and what its job writes."""

    name: str
    package: tuple[str, str]  # the member of DriftCheckBaselines, and its member with the constraints
    written: Mapping[str, str]  # a property to the file that it names

    @property
    def in_package(self) -> str:
        return f"DriftCheckBaselines.{'.'.join(self.package)}"


_ANALYSIS: Final = {"CalculatedBaselineConstraints": "analysis.json"}
_QUALITY: Final = {
    "CalculatedBaselineStatistics": "statistics.json", "CalculatedBaselineConstraints": "constraints.json",
}  # fmt: skip
_KINDS: Final[Mapping[str, Kind]] = {
    "DATA_QUALITY": Kind("Quality", ("ModelDataQuality", "Constraints"), _QUALITY),
    "MODEL_QUALITY": Kind("Quality", ("ModelQuality", "Constraints"), _QUALITY),
    "DATA_BIAS": Kind("Clarify", ("Bias", "PreTrainingConstraints"), _ANALYSIS),
    "MODEL_BIAS": Kind("Clarify", ("Bias", "PostTrainingConstraints"), _ANALYSIS),
    "MODEL_EXPLAINABILITY": Kind("Clarify", ("Explainability", "Constraints"), _ANALYSIS),
}
_USED: Final = {"CalculatedBaselineStatistics": STATISTICS, "CalculatedBaselineConstraints": CONSTRAINTS}
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
    model = {"ModelName": _text(step.model, sources)} if isinstance(step, ClarifyCheck) else {}
    return {
        **model,
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
    return {member: shown[member] for member in ("ModelPackageGroupName", "CheckType")}


def _needs_baseline(shown: Mapping[str, Json]) -> bool:
    return not (shown["SkipCheck"] and shown["RegisterNewBaseline"])


def request(step: Check, made: Mapping[str, Json], shown: Mapping[str, Json], sources: Sources) -> Mapping[str, Json]:
    """The job's request with the baseline that it is held against, and the model that it is about.

    Raises `Unresolvable` where there is none, or no place for the reports.
    """
    if not _outputs(made):
        raise Unresolvable("ProcessingOutputConfig must have an output with S3Output, for the reports of the check.")
    if _needs_baseline(shown) and CONSTRAINTS not in shown:
        raise Unresolvable(
            "There is no baseline to check against: SuppliedBaselineConstraints is empty, and no approved model "
            f"package of the ModelPackageGroupName has {_KINDS[step.type].in_package}. "
            "Supply one, or, for the first run, set SkipCheck and RegisterNewBaseline."
        )
    found = {} if shown["SkipCheck"] else {name: shown[key] for key, name in _INPUTS.items() if key in shown}
    environment = {name: f"{_FOLDER}/{name}/{uri.rpartition('/')[2]}" for name, uri in found.items()}
    if isinstance(step, ClarifyCheck) and (model := _text(step.model, sources)):
        environment[MODEL] = model
    if not environment:
        return made
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
    folder, kind = _reports(job), _KINDS[shown["CheckType"]]
    found = {name: f"{folder}/{file}" for name, file in kind.written.items()}
    if shown["RegisterNewBaseline"]:
        found |= {_USED[name]: uri for name, uri in found.items()}
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
    return f"ClientError: {_KINDS[step.type].name} check failed. See violation report: {shown['ViolationReport']}"


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
            member, constraints = _KINDS[task.input["CheckType"]].package
            baseline = (package.get("DriftCheckBaselines") or {}).get(member) or {}
            files = {CONSTRAINTS: baseline.get(constraints), STATISTICS: baseline.get("Statistics")}
            return {key: source["S3Uri"] for key, source in files.items() if source}
        return {}
