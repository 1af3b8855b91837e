"""Projects in the shape of AWS's templates: from seeds to a deployed model, and by a product that is bootstrapped."""

from pathlib import Path
from typing import Any

from end_to_end.test_codecommit import created, git
from end_to_end.test_codepipeline import zipped
from end_to_end.test_connections import ended
from end_to_end.test_projects import settled
from end_to_end.world import World, until

Json = Any
TEMPLATES = Path(__file__).parent / "projects"
REGISTER = """
import os
import boto3

group = f"{os.environ['SAGEMAKER_PROJECT_NAME']}-{os.environ['SAGEMAKER_PROJECT_ID']}"
sagemaker = boto3.client("sagemaker")
if not sagemaker.list_model_package_groups(NameContains=group)["ModelPackageGroupSummaryList"]:
    sagemaker.create_model_package_group(ModelPackageGroupName=group)
sagemaker.create_model_package(
    ModelPackageGroupName=group, ModelApprovalStatus="PendingManualApproval",
    InferenceSpecification={
        "Containers": [{"Image": "penstock/base:1"}], "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    },
)
"""
EXPORT = """
import json
import os
import boto3

packages = boto3.client("sagemaker").list_model_packages(
    ModelPackageGroupName=os.environ["SOURCE_MODEL_PACKAGE_GROUP_NAME"], ModelApprovalStatus="Approved"
)["ModelPackageSummaryList"]
for stage in ("STAGING", "PROD"):
    values = {
        "Stage": stage.lower(), "Project": os.environ["SAGEMAKER_PROJECT_NAME"],
        "Package": packages[0]["ModelPackageArn"], "Role": os.environ["MODEL_EXECUTION_ROLE_ARN"],
    }
    with open(os.environ[f"EXPORT_TEMPLATE_{stage}_CONFIG"], "w") as file:
        json.dump({"Parameters": values, "Tags": {"stage": stage}}, file)
os.rename("model.yml", os.environ["EXPORT_TEMPLATE_NAME"])
"""
MODEL = """
Parameters: {Stage: {Type: String}, Project: {Type: String}, Package: {Type: String}, Role: {Type: String}}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ModelName: !Sub '${Project}-${Stage}'
      ExecutionRoleArn: !Ref Role
      Containers: [{ModelPackageName: !Ref Package}]
"""
SEEDED = """
Parameters: {SageMakerProjectName: {Type: String}, SageMakerProjectId: {Type: String}}
Resources:
  Repository:
    Type: AWS::CodeCommit::Repository
    Properties:
      RepositoryName: !Sub '${SageMakerProjectName}-${SageMakerProjectId}-build'
      Code: {BranchName: main, S3: {Bucket: AWSDEFAULT___CODE_STAGING_BUCKET___, Key: seedcode/build.zip}}
"""
CHECK = """
import json
import os
import boto3

with open(os.path.join(os.environ["CODEBUILD_SRC_DIR_BuildArtifact"], os.environ["BUILD_CONFIG"])) as file:
    values = json.load(file)["Parameters"]
model = boto3.client("sagemaker").describe_model(ModelName=f"{values['Project']}-{values['Stage']}")
with open(os.environ["EXPORT_TEST_RESULTS"], "w") as file:
    json.dump({"model": model["ModelArn"]}, file)
"""


def spec(script: str, *files: str) -> str:
    artifacts = f"artifacts: {{files: [{', '.join(files)}]}}\n" if files else ""
    return f"version: 0.2\nphases: {{build: {{commands: [python {script}]}}}}\n{artifacts}"


def seeds(world: World) -> str:
    """A bucket with what the repositories begin with, under AWS's names."""
    exported = ("$EXPORT_TEMPLATE_NAME", "$EXPORT_TEMPLATE_STAGING_CONFIG", "$EXPORT_TEMPLATE_PROD_CONFIG")
    build = {"codebuild-buildspec.yml": spec("register.py"), "register.py": REGISTER}
    deploy = {
        "buildspec.yml": spec("export.py", *exported), "export.py": EXPORT, "model.yml": MODEL,
        "test/buildspec.yml": spec("test/check.py", "$EXPORT_TEST_RESULTS"), "test/check.py": CHECK,
    }  # fmt: skip
    world.client("s3").create_bucket(Bucket="seeds")
    for key, files in (("model-building-workflow-v1.0", build), ("mpg-deployment-config-v1.1", deploy)):
        world.client("s3").put_object(Bucket="seeds", Key=f"toolchain/{key}.zip", Body=zipped(**files))
    return "seeds"


def token(world: World, pipeline: str) -> str | None:
    """What the approval of production is given with, once it is asked for."""
    stage = world.client("codepipeline").get_pipeline_state(name=pipeline)["stageStates"][2]
    found: str | None = stage["actionStates"][2].get("latestExecution", {}).get("token")
    return found


def test_seeds_are_checked_in_built_approved_and_deployed_and_a_push_builds_again(world: World, tmp_path: Path) -> None:
    sagemaker, codepipeline = world.sagemaker, world.client("codepipeline")
    connection = world.penstock("connect", "projects", "--url", "codecommit:").stdout.strip()
    address = created(world, "churn-build")
    created(world, "churn-deploy")
    world.put("connected.yaml", (TEMPLATES / "connected.yaml").read_text())
    values = {
        "ModelBuildCodeRepositoryFullname": "team/churn-build", "CodeConnectionArn": connection,
        "ModelDeployCodeRepositoryFullname": "team/churn-deploy", "SeedCodeBucket": seeds(world),
    }  # fmt: skip
    template = {
        "TemplateName": "connected", "TemplateURL": f"https://{world.bucket()}.s3.us-east-1.amazonaws.com/connected.yaml",
        "RoleARN": "arn:aws:iam::123456789012:role/service-role/AmazonSageMakerProjectsLaunchRole",
        "Parameters": [{"Key": key, "Value": value} for key, value in values.items()],
    }  # fmt: skip

    sagemaker.create_project(ProjectName="churn", TemplateProviders=[{"CfnTemplateProvider": template}])
    project = settled(world, "churn")
    assert project["ProjectStatus"] == "CreateCompleted", project
    group, builds = f"churn-{project['ProjectId']}", f"sagemaker-churn-{project['ProjectId']}-modelbuild"
    deploys = builds.replace("modelbuild", "modeldeploy")
    (built,), (undecided,) = ended(world, builds, 1), ended(world, deploys, 1)
    assert (built["status"], undecided["status"]) == ("Succeeded", "Failed")  # as on AWS: no model is approved yet

    (package,) = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    sagemaker.update_model_package(ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved")
    given = until(lambda: token(world, deploys), "production is asked for", within=150)
    codepipeline.put_approval_result(
        pipelineName=deploys, stageName="DeployStaging", actionName="ApproveDeployment", token=given,
        result={"summary": "good", "status": "Approved"},
    )  # fmt: skip
    deployed, _ = ended(world, deploys, 2)
    assert (deployed["status"], deployed["trigger"]["triggerType"]) == ("Succeeded", "CloudWatchEvent")
    for stage in ("staging", "prod"):
        model = sagemaker.describe_model(ModelName=f"churn-{stage}")
        assert model["Containers"][0]["ModelPackageName"] == package["ModelPackageArn"]

    git(tmp_path, "clone", "-q", address, "work")
    (tmp_path / "work" / "note").write_text("a change\n")
    git(tmp_path / "work", "add", ".")
    git(tmp_path / "work", "commit", "-qm", "a change")
    git(tmp_path / "work", "push", "-q", "origin", "main")
    again, _ = ended(world, builds, 2)
    packages = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert (again["status"], len(packages)) == ("Succeeded", 2)

    sagemaker.delete_project(ProjectName="churn")
    assert settled(world, "churn")["ProjectStatus"] == "DeleteCompleted"
    bucket = f"sagemaker-project-{project['ProjectId']}"
    assert bucket in [each["Name"] for each in world.client("s3").list_buckets()["Buckets"]]  # it is retained


def test_a_product_whose_template_a_function_has_fetched_makes_a_project(world: World) -> None:
    cloudformation, catalog, s3 = world.client("cloudformation"), world.client("servicecatalog"), world.client("s3")
    files = {"project/template.yaml": SEEDED, "seedcode/build/hello": "hello\n"}
    world.put("repository.zip", zipped(**{f"templates-main/pattern/{name}": text for name, text in files.items()}))
    where = {"Bucket": world.bucket(), "Key": "repository.zip"}
    portfolio = catalog.create_portfolio(DisplayName="patterns", ProviderName="MLOps")["PortfolioDetail"]["Id"]
    values = {
        "PortfolioIDParameter": portfolio,
        "SageMakerProjectRepoZipParameter": s3.generate_presigned_url("get_object", Params=where),
    }

    cloudformation.create_stack(
        StackName="pattern",
        TemplateBody=(TEMPLATES / "product.yaml").read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="pattern", WaiterConfig={"Delay": 1})
    outputs = cloudformation.describe_stacks(StackName="pattern")["Stacks"][0]["Outputs"]
    product = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "ProductId")
    world.sagemaker.create_project(ProjectName="seeded", ServiceCatalogProvisioningDetails={"ProductId": product})
    project = settled(world, "seeded")
    assert project["ProjectStatus"] == "CreateCompleted", project
    file = world.client("codecommit").get_file(
        repositoryName=f"seeded-{project['ProjectId']}-build", commitSpecifier="main", filePath="hello"
    )
    assert file["fileContent"] == b"hello\n"

    world.sagemaker.delete_project(ProjectName="seeded")
    assert settled(world, "seeded")["ProjectStatus"] == "DeleteCompleted"
    cloudformation.delete_stack(StackName="pattern")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="pattern", WaiterConfig={"Delay": 1})
