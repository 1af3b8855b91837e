"""Resources of `sagemaker.core`: made, read, waited for, changed, listed, deleted."""

import tempfile
from pathlib import Path

import sagemaker.core.resources as own
from sagemaker.core import image_uris
from sagemaker.core.experiments.run import Run, list_runs, load_run
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.lineage.action import Action
from sagemaker.core.lineage.artifact import Artifact
from sagemaker.core.lineage.association import Association
from sagemaker.core.lineage.query import LineageQuery, LineageQueryDirectionEnum
from sagemaker.core.processing import FrameworkProcessor, Processor
from sagemaker.core.shapes import (
    ContainerDefinition,
    DesiredWeightAndCapacity,
    ProcessingInput,
    ProcessingS3Input,
    ProductionVariant,
)
from sagemaker.core.training.configs import Compute, InputData
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer

session, role = Session(), get_execution_role()
bucket = session.default_bucket()
data, code = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
XGBOOST = image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")
SKLEARN = image_uris.retrieve("sklearn", region=session.boto_region_name, version="1.2-1")
(data / "rows.csv").write_text("".join(f"{3 * each + 1},{each}\n" for each in range(50)))

# processing: a file of the client's, code that lies in several, a job that is stopped
(code / "main.py").write_text(
    "import sys, helper\nprint(helper.WORD, sys.argv[1:], len(open(sys.argv[1]).readlines()))\n"
)
(code / "helper.py").write_text("WORD = 'helped'\n")
(code / "requirements.txt").write_text("joblib\n")
source = ProcessingS3Input(
    s3_uri=str(data / "rows.csv"), local_path="/opt/ml/processing/input", s3_data_type="S3Prefix", s3_input_mode="File"
)
SIZE = {"role": role, "instance_type": "ml.m5.large", "instance_count": 1, "sagemaker_session": session}
framed = FrameworkProcessor(image_uri=SKLEARN, command=["python3"], base_job_name="framed", **SIZE)
framed.run(
    code="main.py", source_dir=str(code), arguments=["/opt/ml/processing/input/rows.csv"],
    inputs=[ProcessingInput(input_name="rows", s3_input=source)],
)  # fmt: skip
slow = Processor(image_uri=SKLEARN, entrypoint=["sleep", "300"], base_job_name="framed-not", **SIZE)
slow.run(wait=False, logs=False)
slow.latest_job.stop()
slow.latest_job.wait()
print("processing", sorted(job.processing_job_status for job in own.ProcessingJob.get_all(name_contains="framed")))

# from a training job to a version of a model package, and what is served of it
trainer = ModelTrainer(
    training_image=XGBOOST, role=role, sagemaker_session=session, base_job_name="boost",
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    hyperparameters={"objective": "reg:squarederror", "num_round": "20"},
    input_data_config=[
        InputData(channel_name=name, data_source=str(data), content_type="text/csv") for name in ("train", "validation")
    ],
)  # fmt: skip
trainer.train(wait=True, logs=False)
job = trainer._latest_training_job
print("metrics", sorted(each.metric_name for each in job.final_metric_data_list))
builder = ModelBuilder(
    s3_model_data_url=job.model_artifacts.s3_model_artifacts, image_uri=XGBOOST, role_arn=role,
    sagemaker_session=session, instance_type="ml.m5.large",
)  # fmt: skip
builder.build(model_name="built")
builder.register(
    model_package_group_name="boosts", content_types=["text/csv"], response_types=["text/csv"],
    inference_instances=["ml.m5.large"], transform_instances=["ml.m5.large"], approval_status="PendingManualApproval",
)  # fmt: skip
(package,) = own.ModelPackage.get_all(model_package_group_name="boosts")
package.refresh().update(model_approval_status="Approved")
print("package", package.refresh().model_approval_status, package.get_name())
container = ContainerDefinition(model_package_name=package.model_package_arn)
model = own.Model.create(model_name="packaged", containers=[container], execution_role_arn=role)


def config(name, count):
    variant = ProductionVariant(
        variant_name="v", model_name="packaged", initial_instance_count=count, instance_type="ml.m5.large"
    )
    return own.EndpointConfig.create(endpoint_config_name=name, production_variants=[variant])


one, two = config("one", 1), config("two", 2)
endpoint = own.Endpoint.create(endpoint_name="boosts", endpoint_config_name=one)
endpoint.wait_for_status("InService")
answer = float(endpoint.invoke(body="3", content_type="text/csv").body.read())
endpoint.endpoint_config_name = "two"
endpoint.update()
endpoint.wait_for_status("InService")
counts = [endpoint.production_variants[0].current_instance_count]
wanted = DesiredWeightAndCapacity(variant_name="v", desired_instance_count=1)
endpoint.update_weights_and_capacities(desired_weights_and_capacities=[wanted])
endpoint.wait_for_status("InService")
counts.append(endpoint.production_variants[0].current_instance_count)
print("endpoint", 8 < answer < 12, counts)
endpoint.delete()
endpoint.wait_for_delete()
for each in (one, two, model):
    each.delete()
print("left", [each.endpoint_name for each in own.Endpoint.get_all(name_contains="boosts")])

# experiments
with Run(experiment_name="crabs", run_name="one", sagemaker_session=session) as run:
    run.log_parameters({"depth": 3, "loss": "squared"})
    for step, loss in enumerate((4.0, 2.0, 1.0)):
        run.log_metric(name="loss", value=loss, step=step)
    run.log_file(str(data / "rows.csv"), name="rows")
    run.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="seen")
with load_run(experiment_name="crabs", run_name="one", sagemaker_session=session) as run:
    run.log_parameter("seen", "twice")
(run,) = list_runs(experiment_name="crabs", sagemaker_session=session)
(component,) = own.TrialComponent.get_all(experiment_name="crabs")
print("run", sorted(run._trial_component.parameters), component.refresh().metrics[0].last)

# lineage
rows = Artifact.create(source_uri="s3://b/rows", artifact_type="DataSet", sagemaker_session=session)
fit = Action.create("fit", source_uri="s3://b/fit", source_type="own", action_type="Fit", sagemaker_session=session)
Association.create(
    source_arn=rows.artifact_arn, destination_arn=fit.action_arn, association_type="ContributedTo",
    sagemaker_session=session,
)  # fmt: skip
query = LineageQuery(session).query([fit.action_arn], direction=LineageQueryDirectionEnum.ASCENDANTS)
artifact = own.Artifact.get(artifact_arn=rows.artifact_arn)
artifact.update(properties={"read": "yes"})
print("lineage", len(query.vertices), artifact.refresh().properties["read"])
