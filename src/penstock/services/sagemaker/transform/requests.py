"""Requests: AWS's defaults filled in, and the rules that the service model cannot state. Pure.

What Penstock has no way to do is refused here, by name and with what would do, before there is a job.
"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.requests import MOST_INSTANCES
from penstock.services.sagemaker.transform import selecting
from penstock.services.sagemaker.transform.shaping import form_of
from penstock.wire.call import ValidationError

Json = Any
Request = Mapping[str, Json]

MOST_MEGABYTES: Final = 100  # of one payload, and of all that are on their way to an instance
FORMS: Final = "text/csv, application/json or application/jsonlines"


def completed(request: Request) -> dict[str, Json]:
    """The request with defaults filled in; raises `ValidationError` where it cannot be carried out."""
    source, output = request["TransformInput"], request["TransformOutput"]
    check_source(source["DataSource"]["S3DataSource"])
    Place.of(output["S3OutputPath"], "TransformOutput.S3OutputPath")
    check_sizes(request)
    count = request["TransformResources"]["InstanceCount"]
    if count > MOST_INSTANCES:
        raise ValidationError(f"TransformResources.InstanceCount must be at most {MOST_INSTANCES}; it is {count}.")
    if "DataCaptureConfig" in request:
        Place.of(request["DataCaptureConfig"]["DestinationS3Uri"], "DataCaptureConfig.DestinationS3Uri")
    whole = {
        **request,
        "TransformInput": {"CompressionType": "None", "SplitType": "None", **source},
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": "", **output},
        "DataProcessing": {
            "InputFilter": "$",
            "OutputFilter": "$",
            "JoinSource": "None",
            **request.get("DataProcessing", {}),
        },
    }
    check_processing(whole)
    return whole


def check_source(source: Request) -> None:
    if source["S3DataType"] not in {"S3Prefix", "ManifestFile"}:
        raise ValidationError(
            f"TransformInput.DataSource.S3DataSource.S3DataType {source['S3DataType']} is not supported; use S3Prefix "
            "or ManifestFile."
        )
    Place.of(source["S3Uri"], "TransformInput.DataSource.S3DataSource.S3Uri")


def check_sizes(request: Request) -> None:
    megabytes, concurrent = request.get("MaxPayloadInMB") or 0, request.get("MaxConcurrentTransforms") or 0
    if megabytes > MOST_MEGABYTES:
        raise ValidationError(f"MaxPayloadInMB must be at most {MOST_MEGABYTES}; it is {megabytes}.")
    if concurrent * max(1, megabytes) > MOST_MEGABYTES:
        raise ValidationError(
            f"MaxConcurrentTransforms * MaxPayloadInMB must be at most {MOST_MEGABYTES}; it is "
            f"{concurrent} * {max(1, megabytes)}."
        )


def check_processing(request: Request) -> None:
    """That what is filtered, joined and marked has records that are known."""
    processing, source, output = request["DataProcessing"], request["TransformInput"], request["TransformOutput"]
    filters = [
        selecting.read(processing[member], f"DataProcessing.{member}") for member in ("InputFilter", "OutputFilter")
    ]
    marks = bool(request.get("DataCaptureConfig", {}).get("GenerateInferenceId"))
    if not any(filters) and processing["JoinSource"] == "None" and not marks:
        return
    form = form_of(source.get("ContentType", ""))
    if form is None or source["SplitType"] not in {"None", "Line"}:
        raise ValidationError(
            f"{'DataCaptureConfig.GenerateInferenceId' if marks else 'DataProcessing'} needs records of a form that is "
            f"known: set TransformInput.ContentType to {FORMS}, and SplitType to None or Line."
        )
    accept = output.get("Accept")
    if accept and (filters[1] or processing["JoinSource"] == "Input" or marks) and form_of(accept) is not form:
        raise ValidationError(
            "TransformOutput.Accept must be of the form of TransformInput.ContentType where the output is filtered, "
            f"joined or given inference ids; they are {accept} and {source['ContentType']}."
        )
