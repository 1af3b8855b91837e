"""What people do with the SageMaker SDK and endpoints; it prints what it sees, a line each."""

import tempfile
from pathlib import Path

import sagemaker
from sagemaker.deserializers import CSVDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer
from sagemaker.sklearn.estimator import SKLearn

session = sagemaker.Session()
role = sagemaker.get_execution_role()
with tempfile.TemporaryDirectory() as name:
    rows = Path(name, "train.csv")
    rows.write_text("".join(f"{3 * each + 1},{each}\n" for each in range(100)))
    train = TrainingInput(session.upload_data(str(rows), key_prefix="lines"), content_type="text/csv")

line = SKLearn(
    entry_point="serve_lines.py", source_dir=str(Path(__file__).parent), framework_version="1.2-1", py_version="py3",
    role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
)  # fmt: skip
line.fit({"train": train}, logs=False)
predictor = line.deploy(
    initial_instance_count=1, instance_type="ml.m5.large",
    serializer=CSVSerializer(), deserializer=sagemaker.deserializers.JSONDeserializer(),
)  # fmt: skip
print("line", predictor.predict([[10]])["answer"])
predictor.delete_model()
predictor.delete_endpoint()

image = sagemaker.image_uris.retrieve("xgboost", region=session.boto_region_name, version="1.7-1")
boost = Estimator(
    image_uri=image, role=role, instance_type="ml.m5.large", instance_count=1, sagemaker_session=session,
    hyperparameters={"objective": "reg:squarederror", "num_round": "40"},
)  # fmt: skip
boost.fit({"train": train}, logs=False)
predictor = boost.deploy(
    initial_instance_count=1, instance_type="ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer()
)
((score,),) = predictor.predict([[10]])
print("boost", abs(float(score) - 31) < 3)
predictor.delete_model()
predictor.delete_endpoint()
print("deleted", session.sagemaker_client.list_endpoints()["Endpoints"])
