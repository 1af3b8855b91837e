"""The SageMaker SDK's AutoML with real candidates: a pipeline's step, a registered model, an endpoint, a transform."""

import pytest

from end_to_end.sdk import Sdk

pytestmark = pytest.mark.group("sdk")


def test_automl_as_the_sdk_does_it(sdk: Sdk) -> None:
    done = sdk.run("sdk_automl.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "pipeline Succeeded ['Keep-RegisterModel', 'Search']",
        "package inference.py",
        "insights True",
        "explained ['age', 'job']",
        "candidates 3 True",
        "told ['no', 'yes'] [True, True]",
        "transformed ['no', 'no', 'yes']",
    ):
        assert seen in done.stdout, done.stdout + done.stderr
