"""What a model package holds, and how it is shown. Pure: a request and a document in, a body or an answer out.

A body is what DescribeModelPackage answers, less what the document's columns hold (name, ARN, times, approval).
A versioned package belongs to a group (`parent`) and is named `<group>/<version>`; an unversioned one has no parent.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.pipelines.origin import Origin
from penstock.store.documents import Document
from penstock.wire.call import Json, NotImplementedHere, Scope, ValidationError

APPROVALS: Final = "_Approvals"  # a member of the body that is not told: every decision, for lineage
MOST_ADDITIONAL: Final = 15  # additional inference specifications in one package

# What a package keeps of the request that makes it, in the service model's order.
KEPT: Final = (
    "ModelPackageDescription", "ModelPackageRegistrationType", "InferenceSpecification", "ValidationSpecification",
    "SourceAlgorithmSpecification", "MetadataProperties", "ModelMetrics", "Domain", "Task", "SamplePayloadUrl",
    "CustomerMetadataProperties", "DriftCheckBaselines", "AdditionalInferenceSpecifications", "SkipModelValidation",
    "SourceUri", "SecurityConfig", "ModelCard", "ModelLifeCycle", "ManagedStorageType",
)  # fmt: skip
_UPDATED: Final = (
    "ModelPackageRegistrationType", "ApprovalDescription", "InferenceSpecification", "SourceUri", "ModelLifeCycle",
)  # fmt: skip
_SUMMARISED: Final = ("ModelPackageDescription", "ModelLifeCycle", "ModelPackageRegistrationType")


def must_make_sense(request: Mapping[str, Json]) -> None:
    """Raise on what a CreateModelPackage request may not say, or Penstock cannot do."""
    name, group = request.get("ModelPackageName"), request.get("ModelPackageGroupName")
    if name and group:
        raise ValidationError(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if not name and not group:
        raise ValidationError("Missing ARN. Give ModelPackageGroupName for a new version, or ModelPackageName.")
    if group and request.get("Tags"):
        raise ValidationError("Tags may not be given for a versioned model package: it uses those of its group.")
    if request.get("SourceUri") and request.get("InferenceSpecification"):
        raise ValidationError("SourceUri and InferenceSpecification cannot be given together; give one of them.")
    if request.get("CertifyForMarketplace"):
        raise ValidationError("CertifyForMarketplace cannot be true: Penstock has no Marketplace; leave it out.")
    if request.get("ValidationSpecification") and request.get("SkipModelValidation") != "All":
        raise NotImplementedHere(
            "Penstock does not run the transform jobs of a ValidationSpecification yet; "
            "leave it out, or set SkipModelValidation to 'All' to keep it unrun."
        )
    must_be_a_card(request.get("ModelCard"))


def must_be_a_card(card: Mapping[str, Json] | None) -> None:
    """Raise unless a model card's content, where there is one, is JSON."""
    if card is None or "ModelCardContent" not in card:
        return
    try:
        msgspec.json.decode(card["ModelCardContent"])
    except msgspec.DecodeError as error:
        raise ValidationError(f"ModelCard.ModelCardContent is not JSON: {error}.") from None


def approval(request: Mapping[str, Json]) -> str:
    """The approval status a new package begins with: only versions wait for approval unasked."""
    unasked = "PendingManualApproval" if request.get("ModelPackageGroupName") else ""
    return str(request.get("ModelApprovalStatus", unasked))


def made(request: Mapping[str, Json], at: float, scope: Scope, origin: Origin | None) -> dict[str, Json]:
    """The body of a new package. One that a pipeline registers says so, as on AWS."""
    body = {member: request[member] for member in KEPT if request.get(member) is not None}
    if origin is not None:
        body["MetadataProperties"] = {"GeneratedBy": origin.execution} | body.get("MetadataProperties", {})
    first = [_decision(approval(request), None, at, scope)] if approval(request) else []
    return body | {
        APPROVALS: first,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "CreatedBy": user_context(scope),
    }


def updated(package: Document, request: Mapping[str, Json], at: float, by: Scope) -> Document:
    """A package after UpdateModelPackage."""
    members = {member: request[member] for member in _UPDATED if member in request}
    metadata = package.body.get("CustomerMetadataProperties", {}) | request.get("CustomerMetadataProperties", {})
    for key in request.get("CustomerMetadataPropertiesToRemove", ()):
        metadata.pop(key, None)
    if "ModelCard" in request:
        members["ModelCard"] = package.body.get("ModelCard", {}) | request["ModelCard"]
    decides = "ModelApprovalStatus" in request or "ApprovalDescription" in request
    status, why = request.get("ModelApprovalStatus", package.status), request.get("ApprovalDescription")
    decided = [_decision(status, why, at, by)] if decides else []
    return package.changed(
        at,
        status=request.get("ModelApprovalStatus"),
        CustomerMetadataProperties=metadata or None,
        AdditionalInferenceSpecifications=_with_more(package, request) or None,
        LastModifiedBy=user_context(by),
        LastModifiedTime=at,
        **{APPROVALS: [*package.body.get(APPROVALS, ()), *decided]},
        **members,
    )


def _decision(status: str, why: str | None, at: float, by: Scope) -> dict[str, Json]:
    """One entry of a package's approvals: what was decided, when, by whom, and why if that was said."""
    said = {} if why is None else {"Why": why}
    return {"Status": status, "At": at, "By": user_context(by), **said}


def _with_more(package: Document, request: Mapping[str, Json]) -> list[Json]:
    more = request.get("AdditionalInferenceSpecificationsToAdd", ())
    specifications = [*package.body.get("AdditionalInferenceSpecifications", ()), *more]
    must_differ(specifications)
    return specifications


def must_differ(specifications: list[Json]) -> None:
    """Raise unless additional inference specifications are few enough, each with a name of its own."""
    if len(specifications) > MOST_ADDITIONAL:
        raise ValidationError(
            f"A model package can have at most {MOST_ADDITIONAL} AdditionalInferenceSpecifications, "
            f"and this would make {len(specifications)}."
        )
    names = [specification["Name"] for specification in specifications]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValidationError(f"AdditionalInferenceSpecifications must have different names; twice: {twice[0]}.")


def described(package: Document) -> dict[str, Json]:
    """A package as DescribeModelPackage answers it."""
    return _named(package) | _body(package)


def in_event(package: Document) -> dict[str, Json]:
    """A package as EventBridge is told of it."""
    return _named(package) | {"LastModifiedTime": package.modified_at} | _body(package)


def without_card_content(answer: dict[str, Json]) -> dict[str, Json]:
    """What `IncludedData` MetadataOnly leaves: all but the content of the model card."""
    card = {key: value for key, value in answer.get("ModelCard", {}).items() if key != "ModelCardContent"}
    return answer | {"ModelCard": card} if "ModelCard" in answer else answer


def summary(package: Document) -> dict[str, Json]:
    """A package as lists show it."""
    kept = {member: package.body[member] for member in _SUMMARISED if member in package.body}
    return _named(package) | kept | {"ModelPackageStatus": package.body["ModelPackageStatus"]}


def in_batch(package: Document) -> dict[str, Json]:
    """A package as BatchDescribeModelPackage shows it."""
    specification = package.body.get("InferenceSpecification", {"Containers": []})
    shown = summary(package) | {"InferenceSpecification": specification}
    shown.pop("ModelLifeCycle", None)
    shown.pop("ModelPackageName", None)
    return {"ModelPackageGroupName": ""} | shown


def _body(package: Document) -> dict[str, Json]:
    """What is told of the body."""
    return {member: value for member, value in package.body.items() if member != APPROVALS}


def _named(package: Document) -> dict[str, Json]:
    """What the columns say. A version has no name of its own anywhere, as on AWS: SageMaker's SDK 3 goes by its ARN."""
    said: dict[str, Json] = {"ModelPackageArn": package.arn, "CreationTime": package.created_at}
    if package.parent:
        said["ModelPackageGroupName"] = package.parent
        said["ModelPackageVersion"] = version(package)
    else:
        said["ModelPackageName"] = package.name
    if package.status:
        said["ModelApprovalStatus"] = package.status
    return said


def version(package: Document) -> int:
    return int(package.name.rpartition("/")[2])
