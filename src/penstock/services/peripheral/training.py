"""Training: what CloudWatch has of training jobs, in AWS's namespace and by AWS's dimension.

Metrics here are gone with the server, and jobs are not. So nothing is told when a job ends: it is asked when somebody
asks for its metrics, and tells the last value of each.
"""

from collections.abc import Iterator
from typing import Final

from penstock.wire.call import Answer, Call, Json

NAMESPACE: Final = "/aws/sagemaker/TrainingJobs"
DIMENSION: Final = "TrainingJobName"


def jobs_asked_for(call: Call) -> set[str]:
    """The names of the training jobs whose metrics a call is for."""
    return {
        dimension["Value"]
        for metric in _metrics(call)
        if metric.get("Namespace") == NAMESPACE
        for dimension in metric.get("Dimensions", ())
        if dimension["Name"] == DIMENSION
    }


def _metrics(call: Call) -> Iterator[Json]:
    if (call.service, call.operation) == ("cloudwatch", "GetMetricStatistics"):
        yield call.request
    elif (call.service, call.operation) == ("cloudwatch", "GetMetricData"):
        yield from (each["MetricStat"]["Metric"] for each in call.request["MetricDataQueries"] if "MetricStat" in each)


def told(job: Answer) -> list[Json]:
    """What a job, as its Describe operation answers it, came to: as PutMetricData takes it."""
    dimensions = [{"Name": DIMENSION, "Value": job["TrainingJobName"]}]
    return [{**metric, "Dimensions": dimensions} for metric in job.get("FinalMetricDataList", ())]
