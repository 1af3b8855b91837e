"""Search over what the rooms of SageMaker keep."""

import json

import pytest

from penstock.store.documents import Document
from penstock.wire.call import Json, Scope
from services.sagemaker.registry.worlds import IMAGE, Registry

FOLDER = "/opt/ml/processing/input"


def equals(name: str, value: str) -> Json:
    return {"Name": name, "Operator": "Equals", "Value": value}


def job(name: str, at: float, rmse: float | None = None, **body: Json) -> Document:
    """A training job as its room writes it."""
    metrics = {} if rmse is None else {"FinalMetricDataList": [{"MetricName": "validation:rmse", "Value": rmse}]}
    return Document(
        kind="sagemaker/training-job",
        scope=Scope(),
        name=name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        status="Completed",
        created_at=at,
        modified_at=at,
        body=metrics | body,
    )


async def test_the_sdk_finds_whether_a_group_is_there(registry: Registry) -> None:
    assert await registry.find("ModelPackageGroup", equals("ModelPackageGroupName", "abalone")) == []

    arn = await registry.group()
    await registry.group("whelk")

    found = await registry.find("ModelPackageGroup", equals("ModelPackageGroupName", "abalone"))
    assert [group["ModelPackageGroupArn"] for group in found] == [arn]


async def test_versions_are_found_by_what_they_hold_and_by_their_groups_tags(registry: Registry) -> None:
    await registry.group(Tags=[{"Key": "team", "Value": "sea"}])
    await registry.group("whelk")
    wanted = await registry.version(ModelApprovalStatus="Approved", CustomerMetadataProperties={"sha": "f00"})
    await registry.version(CustomerMetadataProperties={"sha": "ba4"})
    await registry.version("whelk", ModelApprovalStatus="Approved", CustomerMetadataProperties={"sha": "f00"})

    found = await registry.find(
        "ModelPackage",
        equals("ModelApprovalStatus", "Approved"),
        equals("CustomerMetadataProperties.sha", "f00"),
        equals("InferenceSpecification.Containers.Image", IMAGE),
        equals("Tags.team", "sea"),
    )

    assert [package["ModelPackageArn"] for package in found] == [wanted]
    assert found[0]["Tags"] == [{"Key": "team", "Value": "sea"}]
    assert found[0]["LastModifiedTime"] == found[0]["CreationTime"]


async def test_models_are_found_by_name_with_or_without_their_record(registry: Registry) -> None:
    await registry.ask("CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE})

    for name in ("ModelName", "Model.ModelName"):
        assert [record["Model"]["ModelName"] for record in await registry.find("Model", equals(name, "m"))] == ["m"]


def kept(kind: str, name: str, at: float = 1.0, parent: str = "", **body: Json) -> Document:
    """A document as some room of SageMaker writes it."""
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/{name}"
    return Document(
        kind=f"sagemaker/{kind}", scope=Scope(), name=name, arn=arn, parent=parent, status="InService", created_at=at,
        modified_at=at, body=body,
    )  # fmt: skip


def serving(endpoint: str, model: str) -> list[Document]:
    """An endpoint, and the configuration that says what it serves."""
    summary: dict[str, Json] = {
        "EndpointName": endpoint, "EndpointArn": "arn", "EndpointConfigName": endpoint, "EndpointStatus": "InService",
        "CreationTime": 1.0, "LastModifiedTime": 2.0, "_Revision": 1,
    }  # fmt: skip
    variants = [{"VariantName": "a", "ModelName": model}]
    return [kept("endpoint", endpoint, **summary), kept("endpoint-config", endpoint, ProductionVariants=variants)]


def watching(name: str, source: Json, endpoint: str = "") -> Document:
    definition = {
        "MonitoringInputs": [source], "MonitoringAppSpecification": {"ImageUri": IMAGE}, "RoleArn": "role",
        "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://b/o", "LocalPath": FOLDER}}]},
        "MonitoringResources": {},
    }  # fmt: skip
    config = {"MonitoringJobDefinition": definition, "MonitoringType": "DataQuality"}
    alert = {"MonitoringAlertName": "MonitoringAlert", "AlertStatus": "InAlert"}
    return kept("monitoring-schedule", name, parent=endpoint, MonitoringScheduleConfig=config, _Alert=alert)


async def test_of_a_model_the_dashboard_tells_who_serves_uses_watches_and_describes_it(registry: Registry) -> None:
    for name in ("m", "other"):
        await registry.ask("CreateModel", ModelName=name, PrimaryContainer={"Image": IMAGE})
    (model, *_) = await registry.find("Model", equals("ModelName", "m"))
    content = {"model_overview": {"model_id": model["Model"]["ModelArn"]}, "intended_uses": {"risk_rating": "Low"}}
    await registry.ask("CreateModelCard", ModelCardName="c", ModelCardStatus="Draft", Content=json.dumps(content))
    capture: dict[str, Json] = {"DataCaptureConfig": {"DestinationS3Uri": "s3://b/cap/"}}
    batch = {
        "DataCapturedDestinationS3Uri": "s3://b/cap", "LocalPath": FOLDER, "DatasetFormat": {"Csv": {"Header": False}}
    }  # fmt: skip
    await registry.write(
        *serving("ep", "m"), *serving("ep2", "other"),
        kept("inference-component", "ic", parent="ep2", Specification={"ModelName": "m"}),
        kept("transform-job", "new", 3.0, TransformJobName="new", ModelName="m", **capture),
        kept("transform-job", "old", 2.0, TransformJobName="old", ModelName="m"),
        watching("of-ep", {"EndpointInput": {"EndpointName": "ep", "LocalPath": FOLDER}}, "ep"),
        watching("of-none", {"EndpointInput": {"EndpointName": "gone", "LocalPath": FOLDER}}, "gone"),
        watching("of-jobs", {"BatchTransformInput": batch}),
    )  # fmt: skip

    found = {each["Model"]["ModelName"]: each for each in await registry.find("Model")}

    assert [each["EndpointName"] for each in found["m"]["Endpoints"]] == ["ep", "ep2"]
    assert found["m"]["LastBatchTransformJob"]["TransformJobName"] == "new"
    schedules = {each["MonitoringScheduleName"]: each for each in found["m"]["MonitoringSchedules"]}
    assert set(schedules) == {"of-ep", "of-jobs"}
    assert schedules["of-ep"]["EndpointName"] == "ep"
    assert schedules["of-jobs"]["BatchTransformInput"] == batch
    assert [each["AlertStatus"] for each in schedules["of-ep"]["MonitoringAlertSummaries"]] == ["InAlert"]
    card = found["m"]["ModelCard"]
    assert (card["ModelCardName"], card["ModelCardVersion"], card["RiskRating"]) == ("c", 1, "Low")
    assert set(found["other"]) == {"Model", "Endpoints"}
    assert [each["EndpointName"] for each in found["other"]["Endpoints"]] == ["ep2"]


async def test_training_jobs_are_sorted_by_a_metric_and_those_without_it_come_last(registry: Registry) -> None:
    await registry.write(job("b", 1.0, 2.5), job("none", 2.0), job("a", 3.0, 9.5), job("c", 4.0, 10.0))

    for order, expected in (("Ascending", ["b", "a", "c", "none"]), ("Descending", ["c", "a", "b", "none"])):
        found = await registry.find("TrainingJob", SortBy="Metrics.validation:rmse", SortOrder=order)
        assert [found_job["TrainingJobName"] for found_job in found] == expected


async def test_pipelines_and_their_executions_are_found_as_their_room_writes_them(registry: Registry) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/sea"
    at: Json = {"created_at": 1.0, "modified_at": 2.0}
    scope = Scope()
    await registry.write(
        Document(kind="sagemaker/pipeline", scope=scope, name="sea", arn=arn, status="Active", **at),
        Document(
            kind="sagemaker/pipeline-execution",
            scope=scope,
            name="sea/x1",
            arn=f"{arn}/execution/x1",
            status="Succeeded",
            body={"PipelineArn": arn},
            **at,
        ),
    )

    assert await registry.find("Pipeline", equals("PipelineName", "sea")) == [
        {
            "PipelineName": "sea",
            "PipelineArn": arn,
            "PipelineStatus": "Active",
            "CreationTime": 1.0,
            "LastModifiedTime": 2.0,
        }
    ]
    assert await registry.find("PipelineExecution", equals("PipelineArn", arn)) == [
        {
            "PipelineArn": arn,
            "PipelineExecutionArn": f"{arn}/execution/x1",
            "PipelineExecutionStatus": "Succeeded",
            "CreationTime": 1.0,
            "LastModifiedTime": 2.0,
        }
    ]


async def test_versions_of_pipelines_tell_what_stands_with_their_pipeline(registry: Registry) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/sea"
    at: Json = {"scope": Scope(), "created_at": 1.0, "modified_at": 2.0}
    stands = {"PipelineVersionId": 2, "Aliases": {"prod": 1}, "LastExecutions": {"1": f"{arn}/execution/x1"}}
    await registry.write(
        Document(kind="sagemaker/pipeline", name="sea", arn=arn, body=stands, **at),
        *(
            Document(
                kind="sagemaker/pipeline-version", name=f"sea/{number}", arn="", parent="sea",
                body={"PipelineVersionId": number, "PipelineDefinition": "{}"}, **at,
            )
            for number in (1, 2)
        ),
    )  # fmt: skip

    assert await registry.find("PipelineVersion", equals("PipelineVersionAliases", "prod")) == [
        {
            "PipelineArn": arn,
            "PipelineVersionId": 1,
            "CreationTime": 1.0,
            "LastModifiedTime": 2.0,
            "LastExecutedPipelineExecutionArn": f"{arn}/execution/x1",
            "PipelineVersionAliases": ["prod"],
        }
    ]
    assert len(await registry.find("PipelineVersion", equals("PipelineArn", arn))) == 2


async def test_without_an_order_the_last_modified_comes_first(registry: Registry) -> None:
    await registry.write(job("old", 1.0), job("new", 3.0), job("middle", 2.0))

    found = await registry.find("TrainingJob")

    assert [found_job["TrainingJobName"] for found_job in found] == ["new", "middle", "old"]
    assert found[0]["TrainingJobStatus"] == "Completed"


async def test_pages_hold_every_hit_once_even_when_others_come_in_between(registry: Registry) -> None:
    await registry.write(*(job(f"job-{number:02}", float(number % 4)) for number in range(25)))
    request: dict[str, Json] = {"Resource": "TrainingJob", "SortBy": "CreationTime", "MaxResults": 7}

    page = await registry.ask("Search", **request)
    seen = list(page["Results"])
    await registry.write(job("late", 9.0))
    while "NextToken" in page:
        page = await registry.ask("Search", **request, NextToken=page["NextToken"])
        seen += page["Results"]

    names = [record["TrainingJob"]["TrainingJobName"] for record in seen]
    assert sorted(names) == [f"job-{number:02}" for number in range(25)]
    assert page["TotalHits"] == {"Value": 26, "Relation": "EqualTo"}


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U="])
async def test_a_token_that_no_page_gave_out_is_refused(registry: Registry, token: str) -> None:
    refused = await registry.refusal("Search", Resource="TrainingJob", NextToken=token)

    assert refused.message == "The NextToken is not one that Search gave out."


async def test_a_token_of_another_order_is_refused(registry: Registry) -> None:
    await registry.write(job("a", 1.0), job("b", 2.0))
    page = await registry.ask("Search", Resource="TrainingJob", MaxResults=1)

    refused = await registry.refusal(
        "Search", Resource="TrainingJob", MaxResults=1, SortOrder="Ascending", NextToken=page["NextToken"]
    )

    assert "belongs to a search in another order" in refused.message


async def test_visibility_conditions_narrow_what_is_found(registry: Registry) -> None:
    await registry.group(Tags=[{"Key": "team", "Value": "sea"}])
    await registry.group("whelk")

    found = await registry.find("ModelPackageGroup", VisibilityConditions=[{"Key": "Tags.team", "Value": "sea"}])

    assert [group["ModelPackageGroupName"] for group in found] == ["abalone"]


async def test_nothing_is_shared_by_other_accounts(registry: Registry) -> None:
    await registry.group()

    assert await registry.find("ModelPackageGroup", CrossAccountFilterOption="CrossAccount") == []


async def test_a_resource_that_is_not_searched_yet_says_which_are(registry: Registry) -> None:
    refused = await registry.refusal("Search", Resource="HubContent")

    assert refused.status == 501
    assert "has no resources of type 'HubContent'" in refused.message
    assert "ModelPackageGroup" in refused.message


async def test_an_empty_expression_is_refused(registry: Registry) -> None:
    refused = await registry.refusal("Search", Resource="ModelPackage", SearchExpression={})

    assert refused.code == "ValidationException"


async def test_suggestions_are_the_names_in_use(registry: Registry) -> None:
    await registry.write(job("a", 1.0, 2.5, HyperParameters={"eta": "0.3", "gamma": "4"}))

    every = await registry.ask("GetSearchSuggestions", Resource="TrainingJob")
    some = await registry.ask(
        "GetSearchSuggestions",
        Resource="TrainingJob",
        SuggestionQuery={"PropertyNameQuery": {"PropertyNameHint": "HyperParameters.e"}},
    )

    names = [suggestion["PropertyName"] for suggestion in every["PropertyNameSuggestions"]]
    assert names == ["HyperParameters.eta", "HyperParameters.gamma", "Metrics.validation:rmse"]
    assert some["PropertyNameSuggestions"] == [{"PropertyName": "HyperParameters.eta"}]


async def test_tuning_jobs_and_endpoints_are_found_as_their_rooms_write_them(registry: Registry) -> None:
    base, scope = "arn:aws:sagemaker:us-east-1:123456789012", Scope()
    at: Json = {"created_at": 1.0, "modified_at": 2.0}
    tuned: Json = {
        "HyperParameterTuningJobName": "t",
        "HyperParameterTuningJobArn": f"{base}:hyper-parameter-tuning-job/t",
        "HyperParameterTuningJobStatus": "Completed",
        "BestTrainingJob": {"TrainingJobName": "t-001", "FinalHyperParameterTuningJobObjectiveMetric": {"Value": 0.5}},
        "CreationTime": 1.0,
        "LastModifiedTime": 2.0,
    }
    served: Json = {
        "EndpointName": "e",
        "EndpointArn": f"{base}:endpoint/e",
        "EndpointConfigName": "c",
        "EndpointStatus": "InService",
        "CreationTime": 1.0,
        "LastModifiedTime": 2.0,
    }
    await registry.write(
        Document(
            kind="sagemaker/hyper-parameter-tuning-job", scope=scope, name="t",
            arn=tuned["HyperParameterTuningJobArn"], status="Completed", body=tuned, **at,
        ),
        Document(
            kind="sagemaker/endpoint", scope=scope, name="e", arn=served["EndpointArn"], status="InService",
            body={**served, "_Run": "r", "LastDeploymentConfig": {}}, **at,
        ),
    )  # fmt: skip

    found = await registry.find("HyperParameterTuningJob", equals("BestTrainingJob.TrainingJobName", "t-001"))
    assert found == [tuned]
    assert await registry.find("Endpoint", equals("EndpointStatus", "InService")) == [served]


async def test_images_and_their_versions_are_found_as_their_room_writes_them(registry: Registry) -> None:
    base, scope = "arn:aws:sagemaker:us-east-1:123456789012", Scope()
    at: Json = {"created_at": 1.0, "modified_at": 2.0, "status": "CREATED"}
    await registry.write(
        Document(
            kind="sagemaker/image", scope=scope, name="Own", arn=f"{base}:image/Own",
            body={"RoleArn": "arn:aws:iam::123456789012:role/r", "LastVersion": 2}, **at,
        ),
        *(
            Document(
                kind="sagemaker/image-version", scope=scope, name=f"Own/{number:09}", parent="Own",
                arn=f"{base}:image-version/own/{number}",
                body={"Version": number, "BaseImage": f"own:{number}", "Aliases": [], "Horovod": False}, **at,
            )
            for number in (1, 2)
        ),
    )  # fmt: skip

    (image,) = await registry.find("Image", equals("ImageName", "Own"))
    (version,) = await registry.find("ImageVersion", equals("BaseImage", "own:2"))

    assert (image["ImageArn"], image["RoleArn"]) == (f"{base}:image/Own", "arn:aws:iam::123456789012:role/r")
    assert version["ImageVersionArn"] == f"{base}:image-version/own/2"
    assert version["Version"] == 2


@pytest.mark.parametrize("said", [equals("AllTags", "team"), {**equals("AllTags", "ea"), "Operator": "Contains"}])
async def test_one_name_stands_for_the_keys_and_values_of_all_tags(registry: Registry, said: Json) -> None:
    await registry.group(Tags=[{"Key": "team", "Value": "sea"}])
    await registry.group("whelk", Tags=[{"Key": "sort", "Value": "shell"}])
    await registry.group("bare")

    found = await registry.find("ModelPackageGroup", said)

    assert [group["ModelPackageGroupName"] for group in found] == ["abalone"]


@pytest.mark.parametrize("said", ["unit", "EUR"])
async def test_one_name_stands_for_all_parameters_of_a_feature(registry: Registry, said: str) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:feature-group/g"
    await registry.write(
        *(
            Document(
                kind="sagemaker/feature-metadata", scope=Scope(), name=f"g/{name}", arn=f"{arn}/{name}", parent=arn,
                created_at=1.0, modified_at=1.0, body={"FeatureName": name, "Parameters": parameters},
            )
            for name, parameters in (("amount", [{"Key": "unit", "Value": "EUR"}]), ("bare", []))
        )
    )  # fmt: skip

    found = await registry.find("FeatureMetadata", {"Name": "AllParameters", "Operator": "Contains", "Value": said})

    assert [feature["FeatureName"] for feature in found] == ["amount"]
