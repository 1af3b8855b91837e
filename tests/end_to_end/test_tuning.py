"""The SageMaker SDK's tuner with real training jobs: built-in XGBoost, a script, and a pipeline's step."""

import pytest

from end_to_end.sdk import Sdk

pytestmark = pytest.mark.group("sdk")


def test_tuning_as_the_sdk_does_it(sdk: Sdk) -> None:
    done = sdk.run("sdk_tuning.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "tuned 4 ['Completed'] True",
        "columns ['TrainingElapsedTimeSeconds', 'booster', 'eta', 'max_depth']",
        "told True",
        "metric validation:rmse",
        "attached True",
        "estimator True",
        'script "good" 2.0',
        "pipeline Succeeded True",
    ):
        assert seen in done.stdout, done.stdout + done.stderr
