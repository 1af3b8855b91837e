"""A world with projects and Service Catalog in it, and a stand-in for CloudFormation."""

from collections.abc import Mapping
from typing import Any

from penstock.engine.facts import RunId
from penstock.services.sagemaker import registry
from penstock.services.sagemaker.projects.room import open_projects
from penstock.wire.call import Call, Json
from services.servicecatalog import worlds
from services.servicecatalog.worlds import URL, WHO, tests_of

TEMPLATE = """\
Parameters:
  SageMakerProjectName: {Type: String}
  SageMakerProjectId: {Type: String}
  Size: {Type: Number, Default: 3}
Resources:
  Bucket: {Type: "AWS::S3::Bucket"}
"""
PROVIDER = {"TemplateName": "mine", "TemplateURL": URL, "Parameters": [{"Key": "Size", "Value": "5"}]}


class World(worlds.World):
    def __post_init__(self) -> None:
        super().__post_init__()
        open_projects(
            engine=self.engine, directory=self.directory, clock=self.clock, chance=lambda: f"{self.life}x{self.token()}"
        )
        for service in registry.services(self.database, self.directory, self.clock):
            self.directory.register(service)
        self.stacks.parameters = ("SageMakerProjectName", "SageMakerProjectId", "Size")

    async def sagemaker(self, operation: str, *, token: str = "", **request: Json) -> Mapping[str, Any]:
        return await self.directory.answer(Call("sagemaker", operation, request, WHO, token))

    async def project(self, name: str = "churn") -> Json:
        return await self.sagemaker("DescribeProject", ProjectName=name)

    async def settled_project(self, name: str = "churn") -> Json:
        """A project when nothing is done to it any more."""

        def open_runs(tx: Any) -> list[Any]:
            runs: list[Any] = tx.rows("SELECT id FROM run WHERE id LIKE :ours", ours=f"%:project/{name}/%")
            return runs

        for (run,) in await self.database.read(open_runs):
            await self.engine.settled(RunId(run))
        return await self.project(name)

    async def by_template(self, name: str = "churn", **more: Json) -> Json:
        await self.sagemaker(
            "CreateProject", ProjectName=name, TemplateProviders=[{"CfnTemplateProvider": PROVIDER}], **more
        )
        return await self.settled_project(name)

    async def by_product(self, product: str, name: str = "churn", **more: Json) -> Json:
        details = {"ProductId": product, "ProvisioningParameters": [{"Key": "Size", "Value": "5"}]}
        await self.sagemaker("CreateProject", ProjectName=name, ServiceCatalogProvisioningDetails=details, **more)
        return await self.settled_project(name)

    async def updated(self, **more: Json) -> Json:
        await self.sagemaker("UpdateProject", ProjectName="churn", **more)
        return await self.settled_project()

    async def deleted(self, name: str = "churn") -> Json:
        await self.sagemaker("DeleteProject", ProjectName=name)
        return await self.settled_project(name)


in_a_world = tests_of(World)
