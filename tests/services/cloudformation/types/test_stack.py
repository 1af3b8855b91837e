"""The types of AWS's project templates together, as a stack."""

from pathlib import Path
from typing import Any

from penstock.store import tags
from penstock.store.database import Transaction
from services.cloudformation.types.cases import IMAGE, PIPELINE, delivery, function, project, zipped
from services.cloudformation.worlds import Everything, furnished


def of(kind: str, properties: Any, **more: Any) -> Any:
    return {"Type": f"AWS::{kind}", "Properties": properties, **more}


def template(branch: str) -> Any:
    """What a project is made of: a bucket, a seeded repository, builds, a delivery, a rule that starts it, a model."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": ["sagemaker.amazonaws.com"]},
                       "Action": "sts:AssumeRole"}],
    }  # fmt: skip
    role, repository = {"Fn::GetAtt": ["Role", "Arn"]}, {"Fn::GetAtt": ["Code", "Name"]}
    stages = delivery(branch)["Stages"]
    stages[0]["Actions"][0]["Configuration"]["RepositoryName"] = repository
    stages[1]["Actions"][0]["Configuration"]["ProjectName"] = {"Ref": "Build"}
    pattern = {"source": ["aws.codecommit"], "resources": [{"Fn::GetAtt": ["Code", "Arn"]}]}
    pipeline_arn = "arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:${Deliver}"
    variant = {"VariantName": "all", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
               "InstanceType": "ml.m5.large", "InitialInstanceCount": 1, "InitialVariantWeight": 1}  # fmt: skip
    return {
        "Resources": {
            "Role": of("IAM::Role", {"AssumeRolePolicyDocument": trust, "Tags": [{"Key": "a", "Value": "1"}]}),
            "Rights": of("IAM::Policy", {"PolicyName": "rights", "Roles": [{"Ref": "Role"}], "PolicyDocument": {
                "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}),
            "Artifacts": of("S3::Bucket", {}),
            "Code": of("CodeCommit::Repository", {
                "RepositoryName": "project-code", "Code": {"S3": {"Bucket": "seeds", "Key": "seed.zip"}}}),
            "Build": of("CodeBuild::Project", project(ServiceRole=role)),
            "Deliver": of("CodePipeline::Pipeline", {
                "RoleArn": role, "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Artifacts"}}, "Stages": stages}),
            "Started": of("Events::Rule", {"EventPattern": pattern, "Targets": [
                {"Id": "pipeline", "Arn": {"Fn::Sub": pipeline_arn}, "RoleArn": role}]}),
            "Helper": of("Lambda::Function", function(Role=role)),
            "Linked": of("SageMaker::CodeRepository", {"GitConfig": {
                "RepositoryUrl": "https://git.example.org/a.git", "Branch": branch}}),
            "Steps": of("SageMaker::Pipeline", {"PipelineName": "Project", "RoleArn": role, "PipelineDefinition": {
                "PipelineDefinitionBody": PIPELINE}}),
            "Packages": of("SageMaker::ModelPackageGroup", {"ModelPackageGroupName": "project-models"}),
            "Model": of("SageMaker::Model", {"ExecutionRoleArn": role, "PrimaryContainer": {"Image": IMAGE}}),
            "Config": of("SageMaker::EndpointConfig", {"ProductionVariants": [variant]}),
        },
        "Outputs": {
            "Clone": {"Value": {"Fn::GetAtt": ["Code", "CloneUrlHttp"]}},
            "Ssh": {"Value": {"Fn::GetAtt": ["Code", "CloneUrlSsh"]}},
            "Function": {"Value": {"Fn::GetAtt": ["Helper", "Arn"]}},
            "Repository": {"Value": {"Ref": "Linked"}},
        },
    }  # fmt: skip


async def seed(world: Everything) -> None:
    await world.ask("CreateBucket", service="s3", Bucket="seeds")
    await world.ask("PutObject", service="s3", Bucket="seeds", Key="seed.zip", Body=zipped(README__md="hello"))


async def test_a_project_is_made_changed_and_deleted_as_a_stack(tmp_path: Path) -> None:
    capabilities = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    async with furnished(tmp_path) as world:
        await seed(world)
        made = await world.create("project", template("main"), **capabilities)
        assert made["StackStatus"] == "CREATE_COMPLETE", await world.events("project")
        outputs = {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}
        marks = await marked(world)
        drifted = await drifts(world)
        file = await world.ask("GetFile", service="codecommit", repositoryName="project-code", filePath="README.md")

        changed = await world.update("project", template("next"), **capabilities, Tags=[{"Key": "team", "Value": "a"}])
        assert changed["StackStatus"] == "UPDATE_COMPLETE", await world.events("project")
        tagged = {each: labels.get("team") for each, labels in (await marked(world)).items()}
        linked = await world.ask(
            "DescribeCodeRepository", service="sagemaker", CodeRepositoryName=outputs["Repository"].rpartition("/")[2]
        )

        bucket = (await world.ask("DescribeStackResource", StackName="project", LogicalResourceId="Artifacts"))[
            "StackResourceDetail"
        ]["PhysicalResourceId"]
        await emptied(world, bucket)
        gone = await world.delete("project")
        left = await world.ask("ListRepositories", service="codecommit")
        left_marks = await marked(world)

    own = {"Role": {"a": "1"}}
    assert marks == {
        each: {"stack-name": "project", "stack-id": made["StackId"], "logical-id": each, **own.get(each, {})}
        for each in ("Role", "Code", "Deliver", "Started", "Helper", "Linked", "Packages", "Steps", "Model", "Config")
    }
    assert tagged == dict.fromkeys(marks, "a")
    assert drifted == []
    assert outputs["Function"].startswith("arn:aws:lambda:us-east-1:123456789012:function:project-Helper-")
    assert outputs["Ssh"] == "ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/project-code"
    assert file["fileContent"] == b"hello"
    assert linked["GitConfig"]["Branch"] == "next"
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert (left["repositories"], left_marks) == ([], {})


async def marked(world: Everything) -> dict[str, dict[str, str]]:
    """What the tags of resources say of their stack, by logical id."""
    prefix = "aws:cloudformation:"

    def read(tx: Transaction) -> dict[str, dict[str, str]]:
        arns = [
            str(row[0]) for row in tx.rows("SELECT DISTINCT arn FROM tag WHERE key = :key", key=f"{prefix}stack-id")
        ]
        every = [{key.removeprefix(prefix): value for key, value in tags.of(tx, arn).items()} for arn in arns]
        return {each["logical-id"]: each for each in every}

    return await world.rooms.database.read(read)


async def drifts(world: Everything) -> list[str]:
    await world.ask("DetectStackDrift", StackName="project")
    found = await world.ask("DescribeStackResourceDrifts", StackName="project")
    states = {each["LogicalResourceId"]: each["StackResourceDriftStatus"] for each in found["StackResourceDrifts"]}
    return [each for each, status in states.items() if status != "IN_SYNC"]


async def emptied(world: Everything, bucket: str) -> None:
    listed = await world.ask("ListObjectsV2", service="s3", Bucket=bucket)
    for each in listed.get("Contents") or []:
        await world.ask("DeleteObject", service="s3", Bucket=bucket, Key=each["Key"])
