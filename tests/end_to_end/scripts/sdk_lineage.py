"""Lineage as the SageMaker SDK walks it; it prints what it sees, a line each. The argument is an execution's ARN.

The execution made the model package `traced/1`, which the endpoint `traced` serves.
"""

import sys

import sagemaker
from sagemaker.lineage.action import Action, ModelPackageApprovalAction
from sagemaker.lineage.artifact import Artifact, DatasetArtifact, ImageArtifact, ModelArtifact
from sagemaker.lineage.association import Association
from sagemaker.lineage.context import Context, EndpointContext, ModelPackageGroup
from sagemaker.lineage.lineage_trial_component import LineageTrialComponent
from sagemaker.lineage.query import LineageFilter, LineageQuery, LineageQueryDirectionEnum, LineageSourceEnum
from sagemaker.lineage.visualizer import LineageTableVisualizer

execution = sys.argv[1]
session = sagemaker.Session()
client = session.sagemaker_client
UP, DOWN = LineageQueryDirectionEnum.ASCENDANTS, LineageQueryDirectionEnum.DESCENDANTS


def last(uri):
    return uri.rstrip("/").rpartition("/")[2]


def uris(entities):
    return sorted(last(entity.source.source_uri) for entity in entities)


steps = client.list_pipeline_execution_steps(PipelineExecutionArn=execution)["PipelineExecutionSteps"]
steps = {step["StepName"]: step for step in steps}
table = LineageTableVisualizer(session)
rows = table.show(pipeline_execution_step=steps["Train"])
shown = rows[["Direction", "Type", "Association Type"]].itertuples(index=False)
print("train", sorted("/".join(map(str, row)) for row in shown))
package = steps["Register-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
rows = table.show(model_package_arn=package)
print("package", sorted(rows["Type"]))
endpoint_arn = client.describe_endpoint(EndpointName="traced")["EndpointArn"]
print("endpoint", sorted(table.show(endpoint_arn=endpoint_arn)["Type"]))

context = EndpointContext.load(client.list_contexts(SourceUri=endpoint_arn)["ContextSummaries"][0]["ContextName"])
print("datasets", uris(context.dataset_artifacts()))
print(
    "jobs",
    sorted(
        last(arn) == steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
        for arn in context.training_job_arns()
    ),
)
print("execution", context.pipeline_execution_arn() == execution)
print("processing", len(context.processing_jobs()), "transforms", len(context.transform_jobs()))
print("actions", sorted(action.action_type for action in context.actions(UP)))

model = ModelArtifact.load(client.list_artifacts(SourceUri=package)["ArtifactSummaries"][0]["ArtifactArn"])
print("model", model.pipeline_execution_arn() == execution, uris(model.dataset_artifacts()))
print("contexts", [context.context_type for context in model.endpoint_contexts()])
created = ModelArtifact.load(
    client.list_artifacts(SourceUri=client.describe_model(ModelName="traced")["ModelArn"])["ArtifactSummaries"][0][
        "ArtifactArn"
    ]
)
print("endpoints", [each.destination_type for each in created.endpoints()])
approval = next(action for action in Action.list(action_type="Approval") if "Approved" in action.action_name)
approval = ModelPackageApprovalAction.load(approval.action_name)
print("approval", uris(approval.datasets()), [last(each.source.source_uri) for each in approval.endpoints()])
print("group", ModelPackageGroup.load("traced-aws-model-group").pipeline_execution_arn() == execution)

clean = next(each for each in Artifact.list(artifact_type="DataSet") if each.source.source_uri.endswith("/clean/rows"))
dataset = DatasetArtifact.load(clean.artifact_arn)
print("upstream", uris(dataset.upstream_datasets()), "endpoints", len(dataset.endpoint_contexts()))
component = LineageTrialComponent.load(last(steps["Train"]["Metadata"]["TrainingJob"]["Arn"]) + "-aws-training-job")
print("component", uris(component.dataset_artifacts()), component.pipeline_execution_arn() == execution)
images = LineageQuery(session).query(
    start_arns=[context.context_arn], direction=UP, include_edges=False,
    query_filter=LineageFilter(sources=[LineageSourceEnum.IMAGE]),
).vertices  # fmt: skip
print("images", sorted({type(vertex.to_lineage_object()) is ImageArtifact for vertex in images}))

# What the SDK expects of graphs that customers make themselves, the other way round.
mine = EndpointContext.create(context_name="mine", source_uri="mine", context_type="Endpoint")
deployed = Action.create(action_name="mine", source_uri="mine", action_type="ModelDeployment")
artifact = ModelArtifact.create(artifact_name="mine", source_uri="s3://things/mine", artifact_type="Model")
Association.create(source_arn=mine.context_arn, destination_arn=deployed.action_arn, association_type="ContributedTo")
Association.create(source_arn=deployed.action_arn, destination_arn=artifact.artifact_arn)
print("models", [each.destination_name for each in mine.models()], uris(mine.models_v2()))
Association.create(source_arn=component.trial_component_arn, destination_arn=mine.context_arn)
print("trained", [each.destination_name for each in dataset.trained_models()])
artifact.set_tag({"Key": "k", "Value": "v"})
artifact.properties = {"a": "b"}
artifact.save()
print("saved", ModelArtifact.load(artifact.artifact_arn).properties)
for entity in (artifact, deployed, mine):
    entity.delete(disassociate=True)
print("left", len(list(Context.list(source_uri="mine"))))
