"""Artifacts, actions, contexts and associations as customers make, change and delete them."""

import pytest

from penstock.services.sagemaker.lineage.model import artifact_arn, entity_name
from penstock.wire.call import Json
from services.sagemaker.lineage.worlds import DATA, IMAGE, Lineage
from services.sagemaker.worlds import ROLE

URI = "s3://things/notes/a.csv"


async def test_an_artifact_is_known_by_its_source(world: Lineage) -> None:
    request: dict[str, Json] = {
        "ArtifactName": "notes",
        "ArtifactType": "Notes",
        "Source": {"SourceUri": URI},
        "Properties": {"a": "1"},
    }
    arn = (await world.ask("CreateArtifact", **request, Tags=[{"Key": "k", "Value": "v"}]))["ArtifactArn"]

    told = await world.ask("DescribeArtifact", ArtifactArn=arn)
    assert arn.partition("artifact/")[2].isalnum()
    assert len(arn.partition("artifact/")[2]) == 32
    assert (told["ArtifactName"], told["ArtifactType"], told["Source"]) == ("notes", "Notes", {"SourceUri": URI})
    assert told["CreatedBy"] == {"IamIdentity": {"Arn": ROLE}}
    assert told["LineageGroupArn"].endswith(":lineage-group/sagemaker-default-lineage-group")
    assert (await world.ask("CreateArtifact", **request))["ArtifactArn"] == arn
    other = await world.refusal("CreateArtifact", **request | {"ArtifactType": "DataSet"})
    assert (other.code, "ArtifactType 'Notes'" in other.message) == ("ValidationException", True)
    changed = await world.refusal("CreateArtifact", **request | {"Properties": {"a": "2"}})
    assert "another Properties" in changed.message
    assert (await world.ask("ListTags", ResourceArn=arn))["Tags"] == [{"Key": "k", "Value": "v"}]


async def test_what_is_drawn_already_is_reused_and_keeps_its_properties_beside_a_customers(world: Lineage) -> None:
    await world.write(world.training("train", URI))
    arn = artifact_arn(world.scope, URI)

    made = await world.ask("CreateArtifact", ArtifactType="DataSet", Source={"SourceUri": URI}, Properties={"a": "1"})
    await world.ask("UpdateArtifact", ArtifactArn=arn, ArtifactName="rows", Properties={"b": "2"})

    told = await world.ask("DescribeArtifact", ArtifactArn=arn)
    assert made == {"ArtifactArn": arn}
    assert (told["ArtifactName"], told["Properties"]["b"]) == ("rows", "2")
    assert "a" not in told["Properties"]
    await world.ask("UpdateArtifact", ArtifactArn=arn, PropertiesToRemove=["b"])
    assert "b" not in (await world.ask("DescribeArtifact", ArtifactArn=arn))["Properties"]


async def test_what_penstock_tells_cannot_be_taken_out(world: Lineage) -> None:
    await world.package()
    refused = await world.refusal(
        "UpdateContext", ContextName="abalone-aws-model-group", PropertiesToRemove=["ModelPackageGroupName"]
    )
    assert "ModelPackageGroupName" in refused.message


async def test_actions_and_contexts_have_names_of_their_own_whatever_their_case(world: Lineage) -> None:
    source = {"SourceUri": URI, "SourceType": "File", "SourceId": "7"}
    await world.ask("CreateAction", ActionName="Review", ActionType="Review", Source=source, Description="by hand")
    await world.ask("CreateContext", ContextName="Project_1", ContextType="Project", Source=source)

    action = await world.ask("DescribeAction", ActionName="review")
    context = await world.ask("DescribeContext", ContextName="Project_1")
    assert (action["Status"], action["Description"], action["Source"]) == ("Unknown", "by hand", source)
    assert context["ContextArn"].endswith(":context/project_1")
    taken = await world.refusal("CreateAction", ActionName="REVIEW", ActionType="Review", Source=source)
    assert (taken.code, "must be unique" in taken.message) == ("ValidationException", True)
    await world.ask("UpdateAction", ActionName="Review", Status="Completed", Properties={"x": "y"})
    updated = await world.ask("DescribeAction", ActionName=action["ActionArn"])
    assert (updated["Status"], updated["Properties"]) == ("Completed", {"x": "y"})
    assert updated["LastModifiedTime"] > action["LastModifiedTime"]


async def test_a_call_told_twice_makes_one(world: Lineage) -> None:
    request: dict[str, Json] = {"ActionName": "review", "ActionType": "Review", "Source": {"SourceUri": URI}}
    first = await world.ask("CreateAction", token="run#1", **request)
    assert await world.ask("CreateAction", token="run#1", **request) == first


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("DescribeArtifact", {"ArtifactArn": "arn:aws:sagemaker:us-east-1:123456789012:artifact/00"}),
        ("DescribeAction", {"ActionName": "nobody"}),
        ("UpdateContext", {"ContextName": "nobody"}),
        ("DeleteArtifact", {"Source": {"SourceUri": "s3://things/never"}}),
        ("QueryLineage", {"StartArns": ["arn:aws:sagemaker:us-east-1:123456789012:artifact/00"]}),
        ("ListAssociations", {"SourceArn": "arn:aws:sagemaker:us-east-1:123456789012:artifact/00"}),
        ("DescribeLineageGroup", {"LineageGroupName": "another"}),
        ("GetLineageGroupPolicy", {"LineageGroupName": "sagemaker-default-lineage-group"}),
    ],
)
async def test_what_is_not_there_is_not_found(world: Lineage, operation: str, request_: dict[str, object]) -> None:
    assert (await world.refusal(operation, **request_)).code == "ResourceNotFound"


async def test_what_is_associated_is_not_deleted_and_what_is_deleted_is_not_drawn_again(world: Lineage) -> None:
    await world.write(world.training("train", URI))
    arn = artifact_arn(world.scope, URI)
    component = world.scope.arn("sagemaker", "experiment-trial-component/train-aws-training-job")

    refused = await world.refusal("DeleteArtifact", ArtifactArn=arn)
    await world.ask("DeleteAssociation", SourceArn=arn, DestinationArn=component)
    await world.ask("DeleteArtifact", Source={"SourceUri": URI})

    assert "DeleteAssociation" in refused.message
    assert (await world.ask("ListArtifacts", SourceUri=URI))["ArtifactSummaries"] == []
    gone = await world.refusal("DeleteAssociation", SourceArn=arn, DestinationArn=component)
    assert gone.code == "ResourceNotFound"
    await world.ask("CreateArtifact", ArtifactType="DataSet", Source={"SourceUri": URI})
    await world.ask("AddAssociation", SourceArn=arn, DestinationArn=component)
    assert (await world.ask("ListAssociations", SourceArn=arn))["AssociationSummaries"][0][
        "DestinationArn"
    ] == component


async def test_associations_are_between_what_is_there_once_and_have_a_direction(world: Lineage) -> None:
    one, other = [
        (await world.ask("CreateArtifact", ArtifactType="Note", Source={"SourceUri": uri}))["ArtifactArn"]
        for uri in ("s3://things/one", "s3://things/other")
    ]
    await world.ask("AddAssociation", SourceArn=one, DestinationArn=other, AssociationType="DerivedFrom")

    (found,) = (await world.ask("ListAssociations", DestinationArn=other))["AssociationSummaries"]
    assert (found["SourceArn"], found["AssociationType"], found["SourceType"]) == (one, "DerivedFrom", "Note")
    assert (await world.ask("ListAssociations", SourceArn=other))["AssociationSummaries"] == []
    assert "exists already" in (await world.refusal("AddAssociation", SourceArn=one, DestinationArn=other)).message
    assert "same entity" in (await world.refusal("AddAssociation", SourceArn=one, DestinationArn=one)).message
    nowhere = await world.refusal("AddAssociation", SourceArn=one, DestinationArn=f"{other}0")
    assert nowhere.code == "ResourceNotFound"


async def test_associations_are_filtered_by_lineage_type_and_by_type(world: Lineage) -> None:
    await world.write(world.training("train", URI))
    component = world.scope.arn("sagemaker", "experiment-trial-component/train-aws-training-job")

    async def sources(**filters: str) -> list[str]:
        found = await world.ask("ListAssociations", DestinationArn=component, **filters)
        return [entry["SourceType"] for entry in found["AssociationSummaries"]]

    assert sorted(await sources()) == ["DataSet", "Image"]
    assert await sources(SourceType="Image") == ["Image"]
    assert sorted(await sources(SourceType="Artifact")) == ["DataSet", "Image"]
    assert await sources(SourceType="Image", AssociationType="Produced") == []
    assert await sources(DestinationType="TrainingJob", SortBy="SourceType", SortOrder="Ascending") == [
        "DataSet", "Image"
    ]  # fmt: skip


async def test_lists_come_in_pages_that_nothing_new_moves(world: Lineage) -> None:
    for number in range(5):
        uri = f"s3://things/{number}"
        await world.ask("CreateArtifact", ArtifactType="Note", Source={"SourceUri": uri})
    first = await world.ask("ListArtifacts", ArtifactType="Note", MaxResults=2)
    await world.ask("CreateArtifact", ArtifactType="Note", Source={"SourceUri": "s3://things/new"})
    rest = await world.ask("ListArtifacts", ArtifactType="Note", NextToken=first["NextToken"])

    seen = [entry["Source"]["SourceUri"][-1] for page in (first, rest) for entry in page["ArtifactSummaries"]]
    assert seen == ["4", "3", "2", "1", "0"]
    turned = await world.refusal("ListArtifacts", SortOrder="Ascending", NextToken=first["NextToken"])
    assert turned.code == "ValidationException"


async def test_there_is_one_lineage_group(world: Lineage) -> None:
    await world.package()
    (group,) = (await world.ask("ListLineageGroups"))["LineageGroupSummaries"]
    described = await world.ask("DescribeLineageGroup", LineageGroupName=group["LineageGroupName"])
    assert described["LineageGroupArn"] == group["LineageGroupArn"]


async def test_every_job_has_a_component_and_pipelines_tags_whether_or_not_it_is_in_a_trial(world: Lineage) -> None:
    job = world.training("train", URI, token="arn:aws:sagemaker:us-east-1:1:pipeline/p/execution/abc#fit/1/create")
    await world.write(job)

    told = await world.ask("DescribeTrialComponent", TrialComponentName="train-aws-training-job")
    (listed,) = (await world.ask("ListTrialComponents", SourceArn=job.arn))["TrialComponentSummaries"]
    assert told["Source"] == {"SourceArn": job.arn, "SourceType": "SageMakerTrainingJob"}
    assert told["InputArtifacts"]["SageMaker.ImageUri"] == {"Value": IMAGE}
    assert told["OutputArtifacts"]["SageMaker.ModelArtifact"] == {"Value": DATA}
    assert listed["TrialComponentArn"] == told["TrialComponentArn"]
    tags = {tag["Key"]: tag["Value"] for tag in (await world.ask("ListTags", ResourceArn=job.arn))["Tags"]}
    assert tags == {
        "sagemaker:pipeline-execution-arn": "arn:aws:sagemaker:us-east-1:1:pipeline/p/execution/abc",
        "sagemaker:pipeline-step-name": "fit",
    }
    refused = await world.refusal("DeleteTrialComponent", TrialComponentName="train-aws-training-job")
    assert "as long as the job is" in refused.message


async def test_a_deleted_job_has_its_component_and_one_whose_name_was_used_again(world: Lineage) -> None:
    first = world.training("train", URI, HyperParameters={"depth": "1"})
    await world.write(first)
    await world.bury(first)
    name = "train-aws-training-job"
    deleted = await world.ask("DescribeTrialComponent", TrialComponentName=name)

    await world.write(world.training("train", URI, HyperParameters={"depth": "2"}))

    again = await world.ask("DescribeTrialComponent", TrialComponentName=name)
    graph = await world.graph()
    arns = [arn for arn, entity in graph.entities.items() if entity.lineage == "TrialComponent"]
    before = await world.ask(
        "DescribeTrialComponent", TrialComponentName=next(arn for arn in arns if not arn.endswith(name))
    )
    depths = [told["Parameters"]["depth"]["StringValue"] for told in (deleted, again, before)]
    assert depths == ["1", "2", "1"]


async def test_a_jobs_component_that_is_given_to_a_trial_is_kept_and_stays_in_step(world: Lineage) -> None:
    job = world.training("train", URI, status="InProgress")
    await world.write(job)
    await world.ask("CreateExperiment", ExperimentName="e")
    await world.ask("CreateTrial", TrialName="t", ExperimentName="e")
    await world.ask("AssociateTrialComponent", TrialName="t", TrialComponentName="train-aws-training-job")
    done = world.training("train", URI)

    await world.bury(job)
    await world.write(done)

    told = await world.ask("DescribeTrialComponent", TrialComponentName="train-aws-training-job")
    assert told["Status"]["PrimaryStatus"] == "Completed"
    (found,) = (await world.ask("ListTrialComponents", TrialName="t"))["TrialComponentSummaries"]
    assert found["TrialComponentName"] == "train-aws-training-job"


def test_names_fit_awss_pattern_and_stay_different() -> None:
    assert entity_name("e", "1700", "aws-endpoint") == "e-1700-aws-endpoint"
    odd, other = entity_name("step[0]", "x"), entity_name("step(0)", "x")
    assert odd != other
    assert odd.startswith("step-0-x-")
    assert len(entity_name("s" * 256)) == 120
