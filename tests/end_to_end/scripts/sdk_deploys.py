"""What people do with the SageMaker SDK and endpoints; it prints what it sees, a line each."""

import tempfile
from pathlib import Path

import sagemaker
from sagemaker.compute_resource_requirements.resource_requirements import ResourceRequirements
from sagemaker.deserializers import CSVDeserializer
from sagemaker.enums import EndpointType
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

component = line.create_model().deploy(
    initial_instance_count=1, instance_type="ml.m5.xlarge", endpoint_type=EndpointType.INFERENCE_COMPONENT_BASED,
    resources=ResourceRequirements(requests={"num_cpus": 1, "memory": 512, "copies": 1}),
    serializer=CSVSerializer(), deserializer=sagemaker.deserializers.JSONDeserializer(),
)  # fmt: skip
print("component", component.predict([[10]])["answer"])
component.delete_predictor(wait=True)
session.delete_endpoint(component.endpoint_name)

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
