"""Contract: the processing jobs of an execution, as AWS starts them. Pure.

groundtruth-merge-202611261500-…      captured data and labels in; merged lines out, under {output}/merge
model-quality-monitoring-202611261500-…      merged lines, constraints and statistics in; reports out, under
                                             {output}/{endpoint}/{schedule}/2026/11/26/15
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.monitoring.model import TYPES, Definition, Found, Json, Piece, Plan
from penstock.services.sagemaker.monitoring.timing import HOUR
from penstock.wire.times import to_the_second

LONGEST_NAME: Final = 63
MERGER: Final = "sagemaker-model-monitor-groundtruth-merger"
BASE: Final = "/opt/ml/processing"
TRUTHS: Final = f"{BASE}/groundtruth"
MERGED: Final = f"{BASE}/output"
OF_BATCH: Final = "BATCH_TRANSFORM_INPUT"
BATCH: Final = "batchTransformOutput"  # the one side that a merged record of batch transform has
ATTRIBUTES: Final[Mapping[str, str]] = {
    "FeaturesAttribute": "features_attribute",
    "InferenceAttribute": "inference_attribute",
    "ProbabilityAttribute": "probability_attribute",
    "ProbabilityThresholdAttribute": "probability_threshold_attribute",
    "ExcludeFeaturesAttribute": "exclude_features_attribute",
}


def merge(plan: Plan, definition: Definition, found: Found) -> dict[str, Json]:
    """The request for the job that joins labels to captured data."""
    folder = local(definition.source["LocalPath"])
    registry, slash, _ = definition.application["ImageUri"].rpartition("/")
    return {
        **common(definition),
        "ProcessingJobName": job_name(plan, "groundtruth-merge"),
        "AppSpecification": {"ImageUri": f"{registry}{slash}{MERGER}"},
        "Environment": {
            "dataset_source": folder,
            "ground_truth_source": TRUTHS,
            "output_path": MERGED,
            **(of_batch(definition) if definition.is_batch else {}),
        },
        "ProcessingInputs": [
            *pieces("groundtruth_input", found.truths, TRUTHS),
            *pieces("endpoint_input", found.data, folder, definition.source.get("S3DataDistributionType")),
        ],
        "ProcessingOutputConfig": outputs(definition, merged(definition).uri, MERGED, "EndOfJob"),
    }


def analysis(plan: Plan, definition: Definition, found: Found) -> dict[str, Json]:
    """The request for the job that analyses."""
    application, folder = definition.application, local(definition.source["LocalPath"])
    output = definition.output["MonitoringOutputs"][0]["S3Output"]
    data = found.data
    if TYPES[definition.type].merges:
        data = tuple(Piece(merged(definition).under(each.folder).uri, each.folder) for each in data)
    resources = {
        "constraints": (found.constraints, "baseline/constraints"),
        "baseline": (found.statistics, "baseline/stats"),
        "analysis_config": (application.get("ConfigUri", ""), "input/config"),
        "pre_processor_script": (application.get("RecordPreprocessorSourceUri", ""), "code/preprocessing"),
        "post_processor_script": (application.get("PostAnalyticsProcessorSourceUri", ""), "code/postprocessing"),
    }
    given = {name: resource for name, resource in resources.items() if resource[0]}
    return {
        **common(definition),
        "ProcessingJobName": job_name(plan, analysis_words(definition)),
        "AppSpecification": {
            member: application[member]
            for member in ("ImageUri", "ContainerEntrypoint", "ContainerArguments")
            if member in application
        },
        "Environment": environment(plan, definition, given),
        "ProcessingInputs": [
            *(s3_input(name, uri, f"{BASE}/{path}") for name, (uri, path) in given.items()),
            *pieces("endpoint_input", data, folder, definition.source.get("S3DataDistributionType")),
        ],
        "ProcessingOutputConfig": outputs(
            definition,
            report(plan, definition).uri,
            local(output["LocalPath"]),
            output.get("S3UploadMode", "Continuous"),
        ),
    }


def common(definition: Definition) -> dict[str, Json]:
    """What both jobs have of their definition."""
    optional = {"NetworkConfig": definition.network, "StoppingCondition": definition.stopping}
    return {
        "ProcessingResources": definition.resources,
        "RoleArn": definition.role,
        **{member: value for member, value in optional.items() if value},
    }


def environment(plan: Plan, definition: Definition, given: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The container contract's variables. What the definition says besides is there too, and cannot change these."""
    about, source, application = TYPES[definition.type], definition.source, definition.application
    output = definition.output["MonitoringOutputs"][0]["S3Output"]
    files = {
        "baseline_constraints": "constraints",
        "baseline_statistics": "baseline",
        "analysis_config": "analysis_config",
        "record_preprocessor_script": "pre_processor_script",
        "post_analytics_processor_script": "post_processor_script",
    }
    optional = {
        "analysis_type": about.analysis,
        "problem_type": application.get("ProblemType", ""),
        "sagemaker_endpoint_name": definition.endpoint,
        **{variable: str(source.get(member, "")) for member, variable in ATTRIBUTES.items()},
        **{variable: at_local(given[name]) for variable, name in files.items() if name in given},
    }
    return {
        "publish_cloudwatch_metrics": "Enabled",
        **application.get("Environment", {}),
        "dataset_format": written(dataset_format(definition)),
        "dataset_source": local(source["LocalPath"]),
        "output_path": local(output["LocalPath"]),
        "start_time": stamp(plan.since),
        "end_time": stamp(plan.until),
        "metric_time": stamp(plan.since),
        "monitoring_input_type": OF_BATCH if definition.is_batch else "ENDPOINT_INPUT",
        "sagemaker_monitoring_schedule_name": plan.schedule,
        **{variable: value for variable, value in optional.items() if value},
    }


def dataset_format(definition: Definition) -> Json:
    about = TYPES[definition.type]
    if about.merges:
        return {"sagemakerMergeJson": {"captureIndexNames": (BATCH,) if definition.is_batch else about.captured}}
    if not definition.is_batch:
        return {"sagemakerCaptureJson": {"captureIndexNames": about.captured}}
    return batch_format(definition)


def of_batch(definition: Definition) -> dict[str, str]:
    """What tells the job that joins labels that its data is a transform job's."""
    return {"monitoring_input_type": OF_BATCH, "dataset_format": written(batch_format(definition))}


def batch_format(definition: Definition) -> Json:
    """The form of what transform jobs have read and written."""
    form: Mapping[str, Json] = definition.source["DatasetFormat"]
    return {
        f"{name[:1].lower()}{name[1:]}": {key.lower(): value for key, value in of.items()} for name, of in form.items()
    }


def written(form: Json) -> str:
    return msgspec.json.encode(form).decode()


def pieces(name: str, every: Iterable[Piece], folder: str, distribution: str | None = None) -> list[dict[str, Json]]:
    return [
        s3_input(f"{name}_{number}", each.uri, f"{folder}/{each.folder}", form=each.form, distribution=distribution)
        for number, each in enumerate(every, start=1)
    ]


def s3_input(
    name: str, uri: str, path: str, *, form: str = "S3Prefix", distribution: str | None = None
) -> dict[str, Json]:
    data = {
        "S3Uri": uri, "LocalPath": path, "S3DataType": form, "S3InputMode": "File",
        "S3DataDistributionType": distribution or "FullyReplicated",
    }  # fmt: skip
    return {"InputName": name, "S3Input": data}


def outputs(definition: Definition, uri: str, path: str, mode: str) -> dict[str, Json]:
    key = {"KmsKeyId": definition.output["KmsKeyId"]} if definition.output.get("KmsKeyId") else {}
    output = {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}
    return {"Outputs": [{"OutputName": "result", "S3Output": output}], **key}


def merged(definition: Definition) -> Place:
    return base(definition).under("merge")


def report(plan: Plan, definition: Definition) -> Place:
    """Where the reports go: by the hour, and by the minute where it is no full hour."""
    moment = datetime.fromtimestamp(plan.scheduled_at, UTC)
    at = f"{moment:%Y/%m/%d/%H}" if plan.scheduled_at % HOUR == 0 else f"{moment:%Y/%m/%d/%H/%M}"
    return base(definition).under("/".join(filter(None, (definition.endpoint, plan.schedule, at))))


def base(definition: Definition) -> Place:
    return Place.of(definition.output["MonitoringOutputs"][0]["S3Output"]["S3Uri"], "S3Uri")


def analysis_words(definition: Definition) -> str:
    return f"{TYPES[definition.type].words}-monitoring" if definition.name else "model-monitoring"


def job_name(plan: Plan, words: str) -> str:
    """As AWS names it: what it does, when it was scheduled, and what tells it from others."""
    moment = datetime.fromtimestamp(plan.scheduled_at, UTC)
    return f"{words}-{moment:%Y%m%d%H%M}-{plan.luck[:24]}"[:LONGEST_NAME]


def local(path: str) -> str:
    return path.rstrip("/")


def at_local(resource: tuple[str, str]) -> str:
    """Where a file of one resource is in the container."""
    uri, path = resource
    return f"{BASE}/{path}/{uri.rpartition('/')[2]}"


def stamp(moment: float) -> str:
    return to_the_second(moment)
