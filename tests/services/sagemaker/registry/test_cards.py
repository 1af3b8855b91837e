"""Model cards: their versions, and their documents in S3."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.services.sagemaker.registry import contents, pdf
from penstock.store import documents
from penstock.wire.call import Json
from services.sagemaker.lineage.worlds import Lineage
from services.sagemaker.worlds import ROLE

CONTENT = json.dumps(
    {
        "model_overview": {"model_name": "abalone", "model_description": "rings (of shells)"},
        "intended_uses": {"risk_rating": "Low", "purpose_of_model": "to know"},
        "evaluation_details": [{"name": "first", "metric_groups": [{"metric_data": [{"value": 1.5}]}]}],
    }
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Lineage]:
    world = Lineage.new(tmp_path)
    yield world
    world.database.close()


async def made(world: Lineage) -> None:
    await world.ask("CreateModelCard", ModelCardName="card", Content=CONTENT, ModelCardStatus="Draft")


async def test_a_card_is_created_described_listed_and_deleted(world: Lineage) -> None:
    await world.ask(
        "CreateModelCard", ModelCardName="card", Content=CONTENT, ModelCardStatus="Draft",
        Tags=[{"Key": "k", "Value": "v"}], SecurityConfig={"KmsKeyId": "key"},
    )  # fmt: skip

    told = await world.ask("DescribeModelCard", ModelCardName="card")
    assert (told["ModelCardVersion"], told["Content"], told["ModelCardStatus"]) == (1, CONTENT, "Draft")
    assert (told["CreatedBy"], told["SecurityConfig"]) == ({"IamIdentity": {"Arn": ROLE}}, {"KmsKeyId": "key"})
    assert await world.ask("DescribeModelCard", ModelCardName=told["ModelCardArn"]) == told
    (listed,) = (await world.ask("ListModelCards", ModelCardStatus="Draft"))["ModelCardSummaries"]
    assert listed["ModelCardArn"] == told["ModelCardArn"]
    assert (await world.ask("ListTags", ResourceArn=told["ModelCardArn"]))["Tags"] == [{"Key": "k", "Value": "v"}]
    taken = await world.refusal("CreateModelCard", ModelCardName="card", Content="{}", ModelCardStatus="Draft")
    assert taken.code == "ConflictException"
    await world.ask("DeleteModelCard", ModelCardName="card")
    assert (await world.refusal("DescribeModelCard", ModelCardName="card")).code == "ResourceNotFound"
    await made(world)
    again = await world.ask("ListModelCardVersions", ModelCardName="card")
    assert [version["ModelCardVersion"] for version in again["ModelCardVersionSummaryList"]] == [1]


async def test_new_content_is_a_new_version_and_a_status_is_the_latest_versions(world: Lineage) -> None:
    await made(world)
    await world.ask("UpdateModelCard", ModelCardName="card", Content='{"additional_information": {"ethics": "none"}}')
    await world.ask("UpdateModelCard", ModelCardName="card", ModelCardStatus="Approved")

    versions = (await world.ask("ListModelCardVersions", ModelCardName="card"))["ModelCardVersionSummaryList"]
    assert [(each["ModelCardVersion"], each["ModelCardStatus"]) for each in versions] == [(2, "Approved"), (1, "Draft")]
    first = await world.ask("DescribeModelCard", ModelCardName="card", ModelCardVersion=1)
    assert (first["Content"], first["ModelCardStatus"]) == (CONTENT, "Draft")
    missing = await world.refusal("DescribeModelCard", ModelCardName="card", ModelCardVersion=3)
    assert (missing.code, "latest is 2" in missing.message) == ("ResourceNotFound", True)
    both = await world.refusal("UpdateModelCard", ModelCardName="card", Content="{}", ModelCardStatus="Draft")
    assert "cannot be updated in one call" in both.message


async def test_content_is_what_the_schema_knows_and_metadata_is_a_part_of_it(world: Lineage) -> None:
    await made(world)

    for content, said in (("no", "not JSON"), ("[]", "must be a JSON object"), ('{"owner": 1}', "has 'owner'")):
        refused = await world.refusal("UpdateModelCard", ModelCardName="card", Content=content)
        assert said in refused.message
    part = await world.ask("DescribeModelCard", ModelCardName="card", IncludedData="MetadataOnly")
    assert json.loads(part["Content"]) == {
        "model_overview": {"model_name": "abalone"}, "intended_uses": {"risk_rating": "Low"}
    }  # fmt: skip


async def test_a_card_is_found_by_what_its_latest_version_is_about(world: Lineage) -> None:
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/abalone/1"
    about: dict[str, Json] = {
        "model_package_details": {"model_package_arn": package, "model_package_group_name": "abalone"},
        "intended_uses": {"risk_rating": "Low"},
    }
    await made(world)
    await world.ask("UpdateModelCard", ModelCardName="card", Content=json.dumps(about))
    await world.ask("CreateModelCard", ModelCardName="other", Content=CONTENT, ModelCardStatus="Draft")

    async def found(name: str, value: str) -> list[Json]:
        sought = {"Filters": [{"Name": name, "Operator": "Equals", "Value": value}]}
        answer = await world.ask("Search", Resource="ModelCard", SearchExpression=sought)
        return [each["ModelCard"] for each in answer["Results"]]

    for name, value in (("ModelId", package), ("ModelPackageGroupName", "abalone")):  # the SDK asks for both
        (card,) = await found(name, value)
        assert (card["ModelCardName"], card["ModelCardVersion"], card["Content"]) == ("card", 2, json.dumps(about))
    assert {card["ModelCardName"] for card in await found("RiskRating", "Low")} == {"card", "other"}


async def test_an_export_is_a_document_in_s3_and_tells_where(world: Lineage) -> None:
    await made(world)
    request: dict[str, Json] = {
        "ModelCardName": "card",
        "ModelCardExportJobName": "job",
        "OutputConfig": {"S3OutputPath": "s3://things/out"},
    }
    arn = (await world.ask("CreateModelCardExportJob", **request))["ModelCardExportJobArn"]

    job = await world.ask("DescribeModelCardExportJob", ModelCardExportJobArn=arn)
    assert (job["Status"], job["ModelCardVersion"]) == ("Completed", 1)
    content = world.bucket.objects[job["ExportArtifacts"]["S3ExportArtifacts"]]
    assert content.startswith(b"%PDF-1.4")
    assert rb"(  model description: rings \(of shells\)) '" in content
    (listed,) = (await world.ask("ListModelCardExportJobs", ModelCardName="card"))["ModelCardExportJobSummaries"]
    assert listed["ModelCardExportJobArn"] == arn
    assert (await world.refusal("CreateModelCardExportJob", **request)).code == "ConflictException"


async def test_an_export_that_cannot_be_written_has_failed_and_says_why(world: Lineage) -> None:
    await made(world)
    arn = (
        await world.ask(
            "CreateModelCardExportJob", ModelCardName="card", ModelCardExportJobName="job",
            OutputConfig={"S3OutputPath": "s3://nowhere/out"},
        )
    )["ModelCardExportJobArn"]  # fmt: skip

    job = await world.ask("DescribeModelCardExportJob", ModelCardExportJobArn=arn)
    assert (job["Status"], "bucket does not exist" in job["FailureReason"]) == ("Failed", True)


async def test_every_decision_is_kept_and_describe_tells_the_last(world: Lineage) -> None:
    package = await world.package()
    await world.ask("UpdateModelPackage", ModelPackageArn=package, ApprovalDescription="wait for the audit")

    told = await world.ask("DescribeModelPackage", ModelPackageName=package)
    assert (told["ModelApprovalStatus"], told["ApprovalDescription"]) == ("PendingManualApproval", "wait for the audit")
    kept = await world.database.read(lambda tx: documents.find_by_arn(tx, package))
    assert kept is not None
    assert not [member for member in (*told, *contents.in_event(kept)) if member.startswith("_")]
    actions = (await world.ask("ListActions", ActionType="Approval"))["ActionSummaries"]
    assert len(actions) == 2


async def test_the_zoo_is_filtered(world: Lineage) -> None:
    filters = [{"Name": "Task", "Value": "REGRESSION"}, {"Name": "FrameworkVersion", "Value": "1.7-1"}]
    found = await world.ask("ListModelMetadata", SearchExpression={"Filters": filters})
    assert [model["Model"] for model in found["ModelMetadataSummaries"]] == ["xgboost"]
    first = await world.ask("ListModelMetadata", MaxResults=7)
    rest = await world.ask("ListModelMetadata", NextToken=first["NextToken"])
    assert len(first["ModelMetadataSummaries"]) + len(rest["ModelMetadataSummaries"]) == 10


def test_a_pdf_has_its_objects_where_its_table_says() -> None:
    content = pdf.document([f"line {number} ü ö ✓ " + "word " * 40 for number in range(60)])

    table = content.rpartition(b"startxref\n")[2].split()[0]
    assert content[int(table) :].startswith(b"xref")
    places = [int(place) for place in re.findall(rb"^(\d{10}) 00000 n", content, re.MULTILINE)]
    assert [content[place:].split(b" ")[0] for place in places] == [
        b"%d" % number for number in range(1, len(places) + 1)
    ]
    assert content.count(b"/Type /Page ") == 3
    assert "line 0 ü ö ?".encode("cp1252") in content
    assert max(len(line) for line in content.split(b"\n") if line.startswith(b"(line")) <= pdf.COLUMNS + 4
