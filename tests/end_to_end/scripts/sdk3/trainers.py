"""Training jobs in the ways that ModelTrainer has, and what notebooks read back of them."""

import tempfile
from pathlib import Path

import boto3
from sagemaker.core import image_uris
from sagemaker.core.analytics import HyperparameterTuningJobAnalytics, TrainingJobAnalytics
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.parameter import CategoricalParameter, ContinuousParameter, IntegerParameter
from sagemaker.core.resources import HyperParameterTuningJob, TrainingJob
from sagemaker.core.shapes import MetricDefinition, Tag
from sagemaker.core.training.configs import CheckpointConfig, Compute, InputData, OutputDataConfig, SourceCode
from sagemaker.train import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

session = Session()
bucket = session.default_bucket()
image = image_uris.retrieve("sklearn", region=session.boto_region_name, version="1.2-1")
compute = Compute(instance_type="ml.m5.large", instance_count=1)
code, data = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
(data / "rows.csv").write_text("1,2\n")
(code / "requirements.txt").write_text("joblib\n")
(code / "lib").mkdir()
(code / "lib/__init__.py").write_text("def double(x):\n    return 2 * x\n")
(code / "shell.sh").write_text("echo run by a shell with $SM_HP_EPOCHS\n")
(code / "train.py").write_text(
    "import argparse, os\n"
    "from pathlib import Path\n"
    "from lib import double\n"
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--epochs', type=int, default=3)\n"
    "parser.add_argument('--rate', type=float, default=0.5)\n"
    "asked, _ = parser.parse_known_args()\n"
    "print('asked', double(asked.epochs), asked.rate, os.environ.get('OWN'))\n"
    "if 'SM_CHANNEL_TRAIN' in os.environ:\n"
    "    print('rows', sorted(os.listdir(os.environ['SM_CHANNEL_TRAIN'])))\n"
    "    Path('/opt/ml/checkpoints/last').write_text('3')\n"
    "for epoch in range(asked.epochs):\n"
    "    print(f'loss={asked.rate / (epoch + 1)};')\n"
    "Path(os.environ['SM_MODEL_DIR'], 'model').write_text('x')\n"
)


def trainer(name, source, **more):
    return ModelTrainer(training_image=image, base_job_name=name, source_code=source, compute=compute, **more)


def tell(trained):
    """What a job has said."""
    name = trained._latest_training_job.training_job_name
    group = "/aws/sagemaker/TrainingJobs"
    for event in boto3.client("logs").filter_log_events(logGroupName=group, logStreamNamePrefix=name)["events"]:
        print(event["message"])


script = SourceCode(source_dir=str(code), entry_script="train.py", requirements="requirements.txt")
loss = MetricDefinition(name="loss", regex="loss=(.*?);")
whole = trainer(
    "whole", script, hyperparameters={"epochs": 4, "rate": 0.5}, environment={"OWN": "mine"},
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/trained", compression_type="GZIP"),
    tags=[Tag(key="team", value="crabs")],
).with_metric_definitions([loss])  # fmt: skip
whole = whole.with_checkpoint_config(CheckpointConfig(s3_uri=f"s3://{bucket}/checkpoints"))
whole.train(input_data_config=[InputData(channel_name="train", data_source=str(data))], wait=True, logs=True)
tell(whole)
job = whole._latest_training_job
print("whole", job.training_job_status, job.final_metric_data_list[0].value)
table = TrainingJobAnalytics(job.training_job_name, sagemaker_session=session).dataframe()
print("curve", sorted(set(table["metric_name"])), bool(table["value"].between(0.125, 0.5).all()))

for name, source in {
    "command": SourceCode(source_dir=str(code), command="python -c 'import lib; print(lib.double(21))'"),
    "shell": SourceCode(source_dir=str(code), entry_script="shell.sh"),
}.items():
    other = trainer(name, source, hyperparameters={"epochs": 3})
    other.train(wait=True, logs=False)
    tell(other)

try:
    trainer("bad", SourceCode(command="python -c 'raise ValueError(7)'")).train(wait=True, logs=False)
except Exception as problem:
    print("bad", type(problem).__name__, "AlgorithmError" in str(problem))
long = trainer("long", SourceCode(command="sleep 300"))
long.train(wait=False)
long._latest_training_job.stop()
long._latest_training_job.wait()
print("long", TrainingJob.get(long._latest_training_job.training_job_name).training_job_status)

tuner = HyperparameterTuner(
    model_trainer=trainer("tuned", SourceCode(source_dir=str(code), entry_script="train.py")),
    objective_metric_name="loss", objective_type="Minimize", max_jobs=2, max_parallel_jobs=2, random_seed=3,
    metric_definitions=[{"Name": "loss", "Regex": "loss=(.*?);"}],
    hyperparameter_ranges={
        "rate": ContinuousParameter(0.1, 0.5), "epochs": IntegerParameter(1, 3), "kind": CategoricalParameter(["a"]),
    },
)  # fmt: skip
tuner.tune(wait=True)
name = tuner.latest_tuning_job.hyper_parameter_tuning_job_name
found = HyperparameterTuningJobAnalytics(name, session).dataframe()
print("trials", list(found["TrainingJobStatus"]), tuner.best_training_job() in set(found["TrainingJobName"]))
trial = TrainingJobAnalytics(found["TrainingJobName"][0], ["loss"], session).dataframe()
print("trial", sorted(set(trial["metric_name"])))
print("tuned", HyperParameterTuningJob.get(name).hyper_parameter_tuning_job_status)
