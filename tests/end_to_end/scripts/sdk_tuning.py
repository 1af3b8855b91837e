"""What people do with the SageMaker SDK's tuner, by itself and in a pipeline; it prints what it sees, a line each."""

import tempfile
from pathlib import Path

import numpy as np
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.sklearn import SKLearn
from sagemaker.tuner import CategoricalParameter, ContinuousParameter, HyperparameterTuner, IntegerParameter
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.steps import TuningStep
from sklearn.datasets import load_diabetes

session = sagemaker.Session()
role = sagemaker.get_execution_role()
bucket = session.default_bucket()
image = sagemaker.image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")

features, progression = load_diabetes(return_X_y=True)
table = np.column_stack([progression, features])
with tempfile.TemporaryDirectory() as name:
    channels = {}
    for channel, rows in (("train", table[:300]), ("validation", table[300:])):
        path = Path(name) / f"{channel}.csv"
        np.savetxt(path, rows, delimiter=",", fmt="%.6f")
        uri = session.upload_data(str(path), key_prefix=f"diabetes/{channel}")
        channels[channel] = TrainingInput(uri, content_type="text/csv")


def boosted(session: sagemaker.Session, name: str) -> HyperparameterTuner:
    estimator = Estimator(
        image_uri=image, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
        output_path=f"s3://{bucket}/searched", hyperparameters={"objective": "reg:squarederror", "num_round": "10"},
    )  # fmt: skip
    return HyperparameterTuner(
        estimator,
        objective_metric_name="validation:rmse",
        objective_type="Minimize",
        hyperparameter_ranges={
            "eta": ContinuousParameter(0.01, 0.5, scaling_type="Logarithmic"),
            "max_depth": IntegerParameter(1, 6),
            "booster": CategoricalParameter(["gbtree", "dart"]),
        },
        max_jobs=4,
        max_parallel_jobs=2,
        random_seed=7,
        base_tuning_job_name=name,
    )


tuner = boosted(session, "boosted")
tuner.fit(channels)
found = tuner.analytics().dataframe()
best = tuner.best_training_job()
lowest = found.sort_values("FinalObjectiveValue").iloc[0]
print("tuned", len(found), sorted(found["TrainingJobStatus"].unique()), best == lowest["TrainingJobName"])
print("columns", sorted({"eta", "max_depth", "booster", "TrainingElapsedTimeSeconds"} & set(found.columns)))
job = session.sagemaker_client.describe_training_job(TrainingJobName=best)
print("told", job["TuningJobArn"].rpartition("/")[2] == tuner.latest_tuning_job.name)
print("metric", job["HyperParameters"]["_tuning_objective_metric"])
print("attached", HyperparameterTuner.attach(tuner.latest_tuning_job.name).best_training_job() == best)
print("estimator", tuner.best_estimator().model_data.endswith(f"/searched/{best}/output/model.tar.gz"))

script = SKLearn(
    entry_point="guess.py", source_dir=str(Path(__file__).with_name("guess")), framework_version="1.2-1", role=role,
    instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    hyperparameters={"offset": 1}, metric_definitions=[{"Name": "score", "Regex": r"score=(\S+)"}],
)  # fmt: skip
guesser = HyperparameterTuner(
    script,
    objective_metric_name="score",
    hyperparameter_ranges={"kind": CategoricalParameter(["bad", "good"])},
    metric_definitions=[{"Name": "score", "Regex": r"score=(\S+)"}],
    strategy="Grid",
    max_jobs=2,
    max_parallel_jobs=2,
)
guesser.fit(wait=False)
session.wait_for_tuning_job(guesser.latest_tuning_job.name, poll=0.5)
values = session.sagemaker_client.describe_training_job(TrainingJobName=guesser.best_training_job())["HyperParameters"]
print("script", values["kind"], guesser.analytics().dataframe()["FinalObjectiveValue"].max())

in_pipeline = PipelineSession()
step = TuningStep("Tune", step_args=boosted(in_pipeline, "piped").fit(channels))
data = step.get_top_model_s3_uri(top_k=0, s3_bucket=bucket, prefix="searched")
model = Model(image_uri=image, model_data=data, role=role, sagemaker_session=in_pipeline)
create = ModelStep("Best", step_args=model.create())
pipeline = Pipeline("tuning", steps=[step, create], sagemaker_session=in_pipeline)
pipeline.upsert(role_arn=role)
execution = pipeline.start()
execution.wait(delay=1, max_attempts=120)
steps = {each["StepName"]: each for each in execution.list_steps()}
arn = steps["Tune"]["Metadata"]["TuningJob"]["Arn"]
client = session.sagemaker_client
winner = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=arn.rpartition("/")[2])
made = client.describe_model(ModelName=steps["Best-CreateModel"]["Metadata"]["Model"]["Arn"].rpartition("/")[2])
chosen = winner["BestTrainingJob"]["TrainingJobName"]
print("pipeline", execution.describe()["PipelineExecutionStatus"], chosen in made["PrimaryContainer"]["ModelDataUrl"])
