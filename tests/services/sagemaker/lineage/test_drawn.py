"""What is drawn from the documents of other rooms."""

import pytest

from penstock.services.sagemaker.jobs import byitself
from penstock.services.sagemaker.jobs.model import Content, Plan, Record
from penstock.services.sagemaker.lineage import reading
from penstock.services.sagemaker.lineage.model import artifact_arn
from penstock.store import documents
from penstock.store.blobs import Digest
from services.sagemaker.lineage.worlds import DATA, EXECUTION, IMAGE, Lineage
from services.sagemaker.worlds import ROLE

RAW = "s3://things/raw/a.csv"


async def test_a_job_is_a_component_of_what_it_read_and_produced(world: Lineage) -> None:
    submitted = '"s3://things/code/sourcedir.tar.gz"'
    job = world.training("train", RAW, HyperParameters={"sagemaker_submit_directory": submitted})
    await world.write(job)

    component = "train-aws-training-job"
    assert await world.edges() == {
        (IMAGE, "ContributedTo", component),
        (RAW, "ContributedTo", component),
        ("s3://things/code/sourcedir.tar.gz", "ContributedTo", component),
        (component, "Produced", DATA),
    }
    types = {entity.uri: entity.type for entity in (await world.graph()).entities.values()}
    assert types == {
        IMAGE: "Image", RAW: "DataSet", "s3://things/code/sourcedir.tar.gz": "Code", DATA: "Model",
        job.arn: "TrainingJob",
    }  # fmt: skip


async def test_what_failed_or_runs_has_produced_nothing(world: Lineage) -> None:
    await world.write(
        world.training("train", RAW, status="Failed"),
        world.processing("clean", [(RAW, "/opt/ml/processing/in")], ["s3://things/clean"], status="InProgress"),
    )

    assert not [edge for edge in await world.edges() if edge[1] == "Produced"]


async def test_the_input_that_is_run_is_code_and_the_folder_around_it_is_data(world: Lineage) -> None:
    reads = [(RAW, "/opt/ml/processing"), ("s3://things/code/run.py", "/opt/ml/processing/code")]
    await world.write(world.processing("clean", reads, ["s3://things/clean"]))

    graph = await world.graph()
    assert graph.entities[artifact_arn(world.scope, "s3://things/code/run.py")].type == "Code"
    assert graph.entities[artifact_arn(world.scope, RAW)].type == "DataSet"


async def test_a_model_that_another_job_reads_is_the_same_artifact(world: Lineage) -> None:
    await world.write(
        world.training("train", RAW),
        world.processing("evaluate", [(DATA, "/opt/ml/processing/model")], ["s3://things/report"]),
    )

    assert (DATA, "ContributedTo", "evaluate-aws-processing-job") in await world.edges()
    assert (await world.graph()).entities[artifact_arn(world.scope, DATA)].type == "Model"


async def test_a_folder_leads_to_what_is_read_of_it_later_and_not_to_what_was_read_before(world: Lineage) -> None:
    await world.write(
        world.training("early", "s3://things/clean/train.csv"),
        world.processing("clean", [(RAW, "/opt/ml/processing/in")], ["s3://things/clean", "s3://things/odd/part"]),
        world.training("late", "s3://things/clean/late.csv", "s3://things/odd/"),
    )

    between = {edge for edge in await world.edges() if edge[1] == "AssociatedWith"}
    assert between == {
        ("s3://things/clean", "AssociatedWith", "s3://things/clean/late.csv"),
        ("s3://things/odd/part", "AssociatedWith", "s3://things/odd"),
    }


async def test_steps_executions_and_pipelines_are_contexts_of_what_they_made(world: Lineage) -> None:
    await world.write(
        world.document("pipeline", "p"),
        world.execution(PipelineExecutionDescription="nightly, CommitId=1234abcd, Repository=https://git/x"),
        world.training("train", RAW, token=f"{EXECUTION}#2#fit/1/create"),
    )

    edges = await world.edges()
    assert ("p-aws-pipeline", "AssociatedWith", "abc-aws-pipeline-execution") in edges
    assert ("abc-aws-pipeline-execution", "AssociatedWith", "abc-fit-aws-pipeline-step") in edges
    assert ("abc-fit-aws-pipeline-step", "AssociatedWith", "train-aws-training-job") in edges
    context = await world.ask("DescribeContext", ContextName="abc-aws-pipeline-execution")
    assert context["ContextType"] == "PipelineExecution"
    assert context["Source"] == {"SourceUri": EXECUTION, "SourceType": "ARN"}
    told = context["Properties"]
    assert (told["CommitId"], told["Repository"], told["StartedBy"]) == ("1234abcd", "https://git/x", ROLE)


async def test_a_tuning_job_is_an_action_of_its_training_jobs(world: Lineage) -> None:
    tuning = world.document("hyper-parameter-tuning-job", "tune", status="Completed")
    await world.write(tuning, world.training("trial", RAW, TuningJobArn=tuning.arn))

    (action,) = (await world.ask("ListActions"))["ActionSummaries"]
    assert (action["ActionType"], action["Status"]) == ("HyperParameterTuningJob", "Completed")
    assert (action["ActionName"], "AssociatedWith", "trial-aws-training-job") in await world.edges()


async def test_a_package_has_its_group_and_every_decision_with_who_and_why(world: Lineage) -> None:
    package = await world.package(token=f"{EXECUTION}#register/1/create", MetadataProperties={"CommitId": "77"})
    await world.ask("UpdateModelPackage", ModelPackageArn=package, ModelApprovalStatus="Rejected")
    await world.ask(
        "UpdateModelPackage", ModelPackageArn=package, ModelApprovalStatus="Approved", ApprovalDescription="mse is low"
    )

    (artifact,) = (await world.ask("ListArtifacts", SourceUri=package))["ArtifactSummaries"]
    told = (await world.ask("DescribeArtifact", ArtifactArn=artifact["ArtifactArn"]))["Properties"]
    assert (told["CommitId"], told["GeneratedBy"]) == ("77", EXECUTION)
    found = await world.ask(
        "ListAssociations", SourceArn=artifact["ArtifactArn"], DestinationType="Approval", SortOrder="Ascending"
    )
    names = [entry["DestinationName"] for entry in found["AssociationSummaries"]]
    decisions = [(await world.ask("DescribeAction", ActionName=name))["Properties"] for name in names]
    assert [decision["ModelApprovalStatus"] for decision in decisions] == [
        "PendingManualApproval", "Rejected", "Approved"
    ]  # fmt: skip
    assert decisions[2]["ApprovalDescription"] == "mse is low"
    assert decisions[2]["DecidedBy"] == ROLE
    group = await world.ask("DescribeContext", ContextName="abalone-aws-model-group")
    assert group["Properties"]["PipelineExecutionArn"] == EXECUTION
    assert (artifact["ArtifactName"], "AssociatedWith", "abalone-aws-model-group") in await world.edges()


async def test_an_endpoint_goes_back_to_the_data_by_way_of_the_approval(world: Lineage) -> None:
    await world.write(world.training("train", RAW))
    package = await world.package(ModelApprovalStatus="Approved")
    await world.ask("CreateModel", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": package})
    await world.write(world.config("c", "m"), world.endpoint("e", "c"))

    (endpoint,) = (await world.ask("ListContexts", ContextType="Endpoint"))["ContextSummaries"]
    found = await world.ask("QueryLineage", StartArns=[endpoint["ContextArn"]], Direction="Ascendants")
    kinds = {(vertex["LineageType"], vertex.get("Type")) for vertex in found["Vertices"]}
    assert kinds == {
        ("Context", "Endpoint"), ("Action", "ModelDeployment"), ("Action", "Approval"), ("Artifact", "Model"),
        ("Artifact", "Image"), ("Artifact", "DataSet"), ("TrialComponent", "TrainingJob"),
    }  # fmt: skip
    raw = artifact_arn(world.scope, RAW)
    down = await world.ask(
        "QueryLineage", StartArns=[raw], Direction="Descendants", IncludeEdges=False, Filters={"Types": ["Endpoint"]}
    )
    assert [vertex["Arn"] for vertex in down["Vertices"]] == [endpoint["ContextArn"]]


async def test_an_update_is_another_deployment_and_the_first_one_stays_told(world: Lineage) -> None:
    for name in ("old", "new"):
        container = {"Image": IMAGE, "ModelDataUrl": DATA}
        await world.ask("CreateModel", ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
        await world.write(world.config(name, name))
    first = world.endpoint("e", "old")
    await world.write(first)
    await world.bury(first)
    await world.write(first.changed(world.clock(), EndpointConfigName="new"))

    actions = await world.ask("ListActions", ActionType="ModelDeployment", SortOrder="Ascending")
    told = [(await world.ask("DescribeAction", ActionName=each["ActionName"])) for each in actions["ActionSummaries"]]
    assert [action["Properties"]["EndpointConfigName"] for action in told] == ["old", "new"]
    (context,) = (await world.ask("ListContexts", ContextType="Endpoint"))["ContextSummaries"]
    described = await world.ask("DescribeContext", ContextName=context["ContextName"])
    assert "SourceDeleted" not in described["Properties"]


@pytest.mark.parametrize(
    ("status", "told"), [("Creating", "InProgress"), ("InService", "Completed"), ("Failed", "Failed")]
)
async def test_a_deployment_stands_as_its_endpoint_does(world: Lineage, status: str, told: str) -> None:
    await world.write(world.config("c", "m"), world.endpoint("e", "c", status=status))

    (action,) = (await world.ask("ListActions", ActionType="ModelDeployment"))["ActionSummaries"]

    assert action["Status"] == told


async def test_what_was_deleted_is_told_and_says_so(world: Lineage) -> None:
    job = world.training("train", RAW)
    await world.write(job)
    await world.bury(job)

    graph = await world.graph()
    (component,) = [entity for entity in graph.entities.values() if entity.lineage == "TrialComponent"]
    assert component.properties["SourceDeleted"]
    assert ("train-aws-training-job", "Produced", DATA) in await world.edges()


async def test_a_name_used_again_does_not_lead_to_what_had_it_before(world: Lineage) -> None:
    world.bucket.objects["s3://things/other.tar.gz"] = b"other"
    for data in (DATA, "s3://things/other.tar.gz"):
        container = {"Image": IMAGE, "ModelDataUrl": data}
        await world.ask("CreateModel", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=container)
        if data == DATA:
            await world.ask("DeleteModel", ModelName="m")
    await world.write(world.config("c", "m"), world.endpoint("e", "c"))

    (endpoint,) = (await world.ask("ListContexts", ContextType="Endpoint"))["ContextSummaries"]
    found = await world.ask("QueryLineage", StartArns=[endpoint["ContextArn"]], Direction="Ascendants")
    seen = {vertex["Arn"] for vertex in found["Vertices"]}
    assert artifact_arn(world.scope, "s3://things/other.tar.gz") in seen
    assert artifact_arn(world.scope, DATA) not in seen


async def test_content_is_told_by_its_digest_as_it_is_now(world: Lineage) -> None:
    await world.write(world.training("train", "s3://things/rows"))
    world.bucket.objects |= {"s3://things/rows/b.csv": b"2\n", "s3://things/rows/a.csv": b"1\n"}

    one = (await world.ask("DescribeArtifact", ArtifactArn=artifact_arn(world.scope, DATA)))["Properties"]
    several = await world.ask("DescribeArtifact", ArtifactArn=artifact_arn(world.scope, "s3://things/rows"))

    assert one["ContentSha256"] == "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"  # of "model"
    told = several["Properties"]
    assert (told["ContentObjects"], told["ContentBytes"]) == ("2", "4")
    # printf '1\n' > a.csv; printf '2\n' > b.csv; sha256sum a.csv b.csv | sha256sum
    assert told["ContentSha256"] == "ffa316d1dfc28adc171ad727498624f20943b24bd0fc8f3bf6a3ffa9e227104c"
    del world.bucket.objects[DATA]
    gone = (await world.ask("DescribeArtifact", ArtifactArn=artifact_arn(world.scope, DATA)))["Properties"]
    assert gone == {"ContentObjects": "0"}


async def test_a_graph_is_drawn_once_until_something_changes(world: Lineage) -> None:
    graphs = reading.Graphs(world.database)
    job = world.training("train", RAW, status="InProgress")
    await world.write(job)
    first = await graphs.of(world.scope)
    assert await graphs.of(world.scope) is first

    done = world.training("train", RAW)
    await world.database.write(lambda tx: documents.update(tx, done))

    assert "Produced" not in {edge.type for edge in first.edges}
    assert "Produced" in {edge.type for edge in (await graphs.of(world.scope)).edges}


async def test_what_a_job_fetched_and_put_by_itself_is_told_where_its_request_tells_nothing_of_it(
    world: Lineage,
) -> None:
    def content(path: str) -> Content:
        return Content(f"s3://things/{path}", Digest("d" * 64), 1)

    job = world.training("train", "s3://things/rows")
    seen = Record(
        left=(content(DATA.removeprefix("s3://things/")), content("note"), content("own/report.json")), put=2,
        fetched=(content("rows/a.csv"), content("rates.csv"), content("note")),
    )  # fmt: skip
    await world.write(job)
    await world.database.write(
        lambda tx: byitself.keep(tx, world.scope, Plan("training-job", "train", job.arn, job.created_at, {}), seen, 1.0)
    )

    component = "train-aws-training-job"
    assert await world.edges() == {
        (IMAGE, "ContributedTo", component),
        ("s3://things/rows", "ContributedTo", component),
        ("s3://things/rates.csv", "ContributedTo", component),
        (component, "Produced", DATA),
        (component, "Produced", "s3://things/own/report.json"),
        (component, "Produced", "s3://things/note"),
    }
    await world.bury(job)
    await world.write(world.training("train", RAW))
    assert ("s3://things/rates.csv", "ContributedTo", component) not in await world.edges()


def test_of_many_objects_the_folders_are_told() -> None:
    few = [f"s3://things/rows/{number}" for number in range(byitself.MOST)]
    many = [f"s3://things/{day}/{part}/x" for day in range(3) for part in range(byitself.MOST)]
    buckets = [f"s3://b{number}/x" for number in range(byitself.MOST + 1)]

    assert byitself.addresses(few) == sorted(few)
    assert byitself.addresses([*few, "s3://things/rows/more"]) == ["s3://things/rows"]
    assert byitself.addresses(many) == ["s3://things/0", "s3://things/1", "s3://things/2"]
    assert byitself.addresses(buckets) == sorted(uri[:-2] for uri in buckets)


async def test_a_package_of_a_source_in_s3_came_from_what_is_there(world: Lineage) -> None:
    source = "s3://things/mlflow/0/artifacts/model"
    job = world.training("train", RAW)
    job = job.changed(job.modified_at + 1000)  # it registers what it logged in MLflow, and goes on
    seen = Record(left=(Content(f"{source}/MLmodel", Digest("d" * 64), 1),), put=1)
    await world.write(job)
    plan = Plan("training-job", "train", job.arn, job.created_at, {})
    await world.database.write(lambda tx: byitself.keep(tx, world.scope, plan, seen, job.modified_at))
    await world.ask("CreateModelPackageGroup", ModelPackageGroupName="g")

    await world.ask("CreateModelPackage", ModelPackageGroupName="g", SourceUri=source)

    edges = await world.edges()
    assert ("train-aws-training-job", "Produced", f"{source}/MLmodel") in edges
    assert (f"{source}/MLmodel", "AssociatedWith", source) in edges
    assert [edge for edge in edges if edge[:2] == (source, "ContributedTo")]
