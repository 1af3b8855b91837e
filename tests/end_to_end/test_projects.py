"""Service Catalog and SageMaker Projects with boto3: templates in S3 become stacks of real resources, and go again."""

from typing import Any

from end_to_end.world import ROLE, World, until

TEMPLATE = """
Parameters:
  SageMakerProjectName: {Type: String, NoEcho: true}
  SageMakerProjectId: {Type: String}
  Versions: {Type: String, Default: Suspended, AllowedValues: [Suspended, Enabled]}
Resources:
  Artifacts:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub 'sagemaker-project-${SageMakerProjectId}'
      VersioningConfiguration: {Status: !Ref Versions}
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ModelName: !Sub '${SageMakerProjectName}-${SageMakerProjectId}'
      ExecutionRoleArn: !Sub 'arn:aws:iam::${AWS::AccountId}:role/service-role/AmazonSageMakerProjectsExecutionRole'
      PrimaryContainer: {Image: 'penstock/base:1'}
Outputs:
  Bucket: {Value: !Ref Artifacts, Description: what builds leave}
"""
Json = Any


def product_of(world: World, name: str) -> str:
    """A product in a portfolio that the server's role may use; its template comes by a presigned address."""
    catalog, s3 = world.client("servicecatalog"), world.client("s3")
    world.put("project.yaml", TEMPLATE)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": world.bucket(), "Key": "project.yaml"})
    product = catalog.create_product(
        Name=name, Owner="MLOps", ProductType="CLOUD_FORMATION_TEMPLATE",
        ProvisioningArtifactParameters={"Name": "v1", "Info": {"LoadTemplateFromURL": url}},
        Tags=[{"Key": "sagemaker:studio-visibility", "Value": "true"}],
    )["ProductViewDetail"]["ProductViewSummary"]["ProductId"]  # fmt: skip
    portfolio = catalog.create_portfolio(DisplayName=name, ProviderName="MLOps")["PortfolioDetail"]["Id"]
    catalog.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    catalog.associate_principal_with_portfolio(PortfolioId=portfolio, PrincipalARN=ROLE, PrincipalType="IAM")
    catalog.create_constraint(
        PortfolioId=portfolio, ProductId=product, Type="LAUNCH", Parameters=f'{{"RoleArn": "{ROLE}"}}'
    )
    return str(product)


def settled(world: World, name: str) -> Json:
    """A project when nothing is done to it any more."""

    def look() -> Json | None:
        found = world.sagemaker.describe_project(ProjectName=name)
        return None if found["ProjectStatus"].endswith(("Pending", "InProgress")) else found

    return until(look, f"project {name} is at rest")


def record_of(world: World, answer: Json) -> Json:
    """A record when it is over."""

    def look() -> Json | None:
        found = world.client("servicecatalog").describe_record(Id=answer["RecordDetail"]["RecordId"])
        return found if found["RecordDetail"]["Status"] in {"SUCCEEDED", "FAILED"} else None

    return until(look, "the record is over")


def made(world: World, project: Json) -> tuple[list[str], list[str]]:
    """The buckets and the models that a project has."""
    buckets = [each["Name"] for each in world.client("s3").list_buckets()["Buckets"]]
    models = world.sagemaker.list_models(NameContains=project["ProjectId"])["Models"]
    return [name for name in buckets if project["ProjectId"] in name], [each["ModelName"] for each in models]


def test_a_product_is_provisioned_changed_and_terminated(world: World) -> None:
    catalog, product = world.client("servicecatalog"), product_of(world, "provisioned")
    values = {"SageMakerProjectName": "by-hand", "SageMakerProjectId": "p-byhand"}

    told = catalog.describe_provisioning_parameters(ProductId=product, ProvisioningArtifactName="v1")
    launched = catalog.provision_product(
        ProductId=product, ProvisioningArtifactName="v1", ProvisionedProductName="by-hand",
        ProvisioningParameters=[{"Key": key, "Value": value} for key, value in values.items()],
        Tags=[{"Key": "team", "Value": "a"}],
    )  # fmt: skip
    record = record_of(world, launched)
    changed = catalog.update_provisioned_product(
        ProvisionedProductName="by-hand", ProvisioningParameters=[{"Key": "Versions", "Value": "Enabled"}]
    )
    change = record_of(world, changed)
    versioning = world.client("s3").get_bucket_versioning(Bucket="sagemaker-project-p-byhand")
    stack = world.client("cloudformation").describe_stacks(
        StackName=f"SC-123456789012-{record['RecordDetail']['ProvisionedProductId']}"
    )["Stacks"][0]
    ended = record_of(world, catalog.terminate_provisioned_product(ProvisionedProductName="by-hand"))

    assert [each["ParameterKey"] for each in told["ProvisioningArtifactParameters"]] == [*values, "Versions"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in record["RecordOutputs"]}
    assert outputs == {"CloudformationStackARN": stack["StackId"], "Bucket": "sagemaker-project-p-byhand"}
    assert (change["RecordDetail"]["Status"], versioning["Status"]) == ("SUCCEEDED", "Enabled")
    assert {"Key": "team", "Value": "a"} in stack["Tags"]
    assert {
        "Key": "aws:servicecatalog:productArn",
        "Value": f"arn:aws:catalog:us-east-1:123456789012:product/{product}",
    } in stack["Tags"]
    assert ended["RecordDetail"]["Status"] == "SUCCEEDED"
    assert made(world, {"ProjectId": "p-byhand"}) == ([], [])


def test_projects_are_made_from_a_product_and_from_a_template(world: World) -> None:
    sagemaker, product = world.sagemaker, product_of(world, "projects")
    role = "arn:aws:iam::123456789012:role/service-role/AmazonSageMakerProjectsLaunchRole"
    template = {
        "TemplateName": "mine", "TemplateURL": f"https://s3.us-east-1.amazonaws.com/{world.bucket()}/project.yaml",
        "RoleARN": role,
    }  # fmt: skip

    sagemaker.create_project(ProjectName="by-product", ServiceCatalogProvisioningDetails={"ProductId": product})
    sagemaker.create_project(ProjectName="by-template", TemplateProviders=[{"CfnTemplateProvider": template}])
    projects = [settled(world, name) for name in ("by-product", "by-template")]
    has = [made(world, project) for project in projects]
    model = sagemaker.describe_model(ModelName=has[1][1][0])
    tags = sagemaker.list_tags(ResourceArn=model["ModelArn"])["Tags"]
    sagemaker.update_project(
        ProjectName="by-template",
        TemplateProvidersToUpdate=[
            {
                "CfnTemplateProvider": {
                    "TemplateName": "mine",
                    "TemplateURL": template["TemplateURL"],
                    "Parameters": [{"Key": "Versions", "Value": "Enabled"}],
                }
            }
        ],
    )
    updated = settled(world, "by-template")
    versioning = world.client("s3").get_bucket_versioning(Bucket=has[1][0][0])
    for name in ("by-product", "by-template"):
        sagemaker.delete_project(ProjectName=name)
    gone = [settled(world, name) for name in ("by-product", "by-template")]

    assert [project["ProjectStatus"] for project in projects] == ["CreateCompleted"] * 2
    for project, (buckets, models) in zip(projects, has, strict=True):
        assert buckets == [f"sagemaker-project-{project['ProjectId']}"]
        assert models == [f"{project['ProjectName']}-{project['ProjectId']}"]
    assert {"Key": "sagemaker:project-name", "Value": "by-template"} in tags
    assert {"Key": "sagemaker:project-id", "Value": projects[1]["ProjectId"]} in tags
    assert (updated["ProjectStatus"], versioning["Status"]) == ("UpdateCompleted", "Enabled")
    assert [project["ProjectStatus"] for project in gone] == ["DeleteCompleted"] * 2
    assert [made(world, project) for project in projects] == [([], []), ([], [])]
