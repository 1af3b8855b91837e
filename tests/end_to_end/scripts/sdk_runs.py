"""Experiments as the SageMaker SDK keeps them; it prints what it sees, a line each."""

import sagemaker
from sagemaker.analytics import ExperimentAnalytics
from sagemaker.experiments import list_runs
from sagemaker.experiments.run import Run, load_run

session = sagemaker.Session()

with Run(experiment_name="crabs", run_name="one", sagemaker_session=session) as run:
    run.log_parameters({"depth": 3, "loss": "squared"})
    for step, loss in enumerate((4.0, 2.0, 1.0)):
        run.log_metric(name="loss", value=loss, step=step)
with load_run(experiment_name="crabs", run_name="one", sagemaker_session=session) as run:
    run.log_parameter("seen", "twice")
for run in list_runs(experiment_name="crabs", sagemaker_session=session):
    component = run._trial_component
    print("run", run.run_name, sorted(component.parameters), component.status.primary_status)

table = ExperimentAnalytics(experiment_name="crabs", sagemaker_session=session).dataframe()
print("analytics", list(table["loss - Last"]), list(table["depth"]))
