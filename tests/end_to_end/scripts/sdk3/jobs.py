"""Jobs as the SageMaker Python SDK 3 makes them: each line that is printed is one that works."""

import pathlib
import tempfile

from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.parameter import ContinuousParameter
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output
from sagemaker.core.training.configs import Compute, InputData, SourceCode
from sagemaker.core.transformer import Transformer
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

AWS = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN, XGBOOST = f"{AWS}/sagemaker-scikit-learn:1.2-1-cpu-py3", f"{AWS}/sagemaker-xgboost:1.7-1"
session, role = Session(), get_execution_role()
bucket = session.default_bucket()
code = pathlib.Path(tempfile.mkdtemp())

(code / "prepare.py").write_text(
    "import pathlib\n"
    "rows = ''.join(f'{3 * each + 1},{each}\\n' for each in range(50))\n"
    "pathlib.Path('/opt/ml/processing/train/rows.csv').write_text(rows)\n"
)
uploaded = ProcessingS3Output(
    s3_uri=f"s3://{bucket}/three/train", local_path="/opt/ml/processing/train", s3_upload_mode="EndOfJob"
)
processor = ScriptProcessor(
    image_uri=SKLEARN, command=["python3"], role=role, instance_count=1, instance_type="ml.m5.large",
    sagemaker_session=session,
)  # fmt: skip
processor.run(code=str(code / "prepare.py"), outputs=[ProcessingOutput(output_name="train", s3_output=uploaded)])
print("processed")

compute = Compute(instance_type="ml.m5.large", instance_count=1)
channels = [InputData(channel_name="train", data_source=f"s3://{bucket}/three/train", content_type="text/csv")]
(code / "train.py").write_text(
    "import os, pathlib\n"
    "assert os.environ['SM_HP_N'] == '3'\n"
    "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model').write_text('x')\n"
)
scripted = ModelTrainer(
    training_image=SKLEARN, role=role, sagemaker_session=session, base_job_name="scripted", compute=compute,
    source_code=SourceCode(source_dir=str(code), entry_script="train.py"), hyperparameters={"n": "3"},
    input_data_config=channels,
)  # fmt: skip
scripted.train(wait=True, logs=True)
print("trained by a script", scripted._latest_training_job.training_job_status)

boosted = ModelTrainer(
    training_image=XGBOOST, role=role, sagemaker_session=session, base_job_name="boosted", compute=compute,
    hyperparameters={"objective": "reg:squarederror", "num_round": "20"}, input_data_config=channels,
)  # fmt: skip
boosted.train(wait=True, logs=False)
artifacts = boosted._latest_training_job.model_artifacts.s3_model_artifacts
print("trained", boosted._latest_training_job.training_job_status)

validated = [*channels, channels[0].model_copy(update={"channel_name": "validation"})]
tuner = HyperparameterTuner(
    model_trainer=boosted, objective_metric_name="validation:rmse", objective_type="Minimize", max_jobs=2,
    max_parallel_jobs=2, hyperparameter_ranges={"eta": ContinuousParameter(0.1, 0.5)},
)  # fmt: skip
tuner.tune(inputs=validated, wait=True)
print("tuned", tuner.latest_tuning_job.refresh().hyper_parameter_tuning_job_status)

builder = ModelBuilder(
    s3_model_data_url=artifacts, image_uri=XGBOOST, role_arn=role, sagemaker_session=session,
    instance_type="ml.m5.large",
)  # fmt: skip
model = builder.build(model_name="three")
endpoint = builder.deploy(endpoint_name="three", initial_instance_count=1, instance_type="ml.m5.large", wait=True)
answer = endpoint.invoke(body="3", content_type="text/csv")
print("served", endpoint.endpoint_status, 8 < float(answer.body.read()) < 12)
endpoint.delete()

session.upload_string_as_file_body("3\n4\n", bucket=bucket, key="three/rows/a.csv")
transformer = Transformer(
    model_name="three", instance_count=1, instance_type="ml.m5.large", assemble_with="Line", accept="text/csv",
    output_path=f"s3://{bucket}/three/out", sagemaker_session=session,
)  # fmt: skip
transformer.transform(f"s3://{bucket}/three/rows/", content_type="text/csv", split_type="Line", wait=True, logs=False)
said = session.read_s3_file(bucket, "three/out/a.csv.out").split()
print("transformed", [8 < float(said[0]) < 12, 11 < float(said[1]) < 15])
