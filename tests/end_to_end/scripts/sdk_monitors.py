"""Model Monitor as the SageMaker SDK speaks of it: a schedule of each kind, run at once, and what came of it.

sdk_monitors.py ENDPOINT CONSTRAINTS STATISTICS LABELS OUTPUT
"""

import json
import sys
from typing import Any

from executions import ended
from sagemaker.model_monitor import CronExpressionGenerator, DefaultModelMonitor, EndpointInput, ModelQualityMonitor

endpoint, constraints, statistics, labels, output = sys.argv[1:]
HOUR = {"data_analysis_start_time": "-PT1H", "data_analysis_end_time": "-PT0H"}
SIZE = {"instance_count": 1, "instance_type": "ml.m5.large"}
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"


def told(monitor: Any) -> dict[str, Any]:
    last = ended(monitor)
    (execution,) = monitor.list_executions()
    return {
        "status": last["MonitoringExecutionStatus"],
        "reason": last.get("FailureReason", ""),
        "job": last["ProcessingJobArn"].rpartition("/")[2],
        "statistics": execution.statistics().body_dict["dataset"]["item_count"],
        "violations": len(execution.constraint_violations().body_dict["violations"]),
        "alerts": [each.alert_status for each in monitor.list_monitoring_alerts()[0]],
        "report": execution.output.destination,
    }


data = DefaultModelMonitor(role=ROLE, **SIZE)
data.create_monitoring_schedule(
    monitor_schedule_name="data", endpoint_input=endpoint, output_s3_uri=f"{output}/data", constraints=constraints,
    statistics=statistics, schedule_cron_expression=CronExpressionGenerator.now(), **HOUR,
)  # fmt: skip
quality = ModelQualityMonitor(role=ROLE, **SIZE)
quality.create_monitoring_schedule(
    monitor_schedule_name="quality", problem_type="Regression", ground_truth_input=labels, constraints=constraints,
    endpoint_input=EndpointInput(endpoint, "/opt/ml/processing/input_data", inference_attribute="0"),
    output_s3_uri=f"{output}/quality", schedule_cron_expression=CronExpressionGenerator.now(), **HOUR,
)  # fmt: skip
found = {"data": told(data), "quality": told(quality)}
attached = DefaultModelMonitor.attach("data")
attached.update_monitoring_schedule(schedule_cron_expression=CronExpressionGenerator.hourly())
found["hourly"] = attached.describe_schedule()["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"]
attached.stop_monitoring_schedule()
found["stopped"] = attached.describe_schedule()["MonitoringScheduleStatus"]
attached.delete_monitoring_schedule()
print(json.dumps(found))
