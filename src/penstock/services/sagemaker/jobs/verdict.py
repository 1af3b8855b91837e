"""Verdicts: from the way a container ended to the status and the sentence that AWS's customers know. Pure.

AWS's own sentences where they are known: `AlgorithmError: …, exit code: 1` (what the failure file says comes first),
`AlgorithmError: See job logs for more information` for processing and transform (which has `ClientError: See job logs
for more information`, too), `ClientError: Data download failed:…`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.services.sagemaker.jobs.model import LONGEST_REASON, Plan, Product, Reason, Report, Verdict

COMPLETED: Final = Verdict("Completed", "Completed")
STOPPED: Final = Verdict("Stopped", "Stopped")
INTERNAL: Final = "InternalServerError: We encountered an internal error. Please try again."
ENDED_WHILE_STOPPING: Final = frozenset({"exited", "stopped", "lost", "timed-out"})
DOWNLOAD_FAILED: Final[Mapping[Product, str]] = {
    "training-job": "ClientError: Data download failed:",
    "processing-job": "ClientError: Failed to download data. ",
    "transform-job": "ClientError: ",
}
SEE_LOGS: Final = "See job logs for more information"


def judge(plan: Plan, report: Report, *, stopping: bool) -> Verdict:
    """What an attempt's end means for its job."""
    if report.reason == "exited" and report.exit_code == 0:
        return COMPLETED
    if report.reason == "stopped" or (stopping and report.reason in ENDED_WHILE_STOPPING):
        return STOPPED
    if report.reason == "timed-out":
        return out_of_time(plan)
    return Verdict("Failed", "Failed", SENTENCES[report.reason](plan.product, report))


def is_worth_another_try(plan: Plan, report: Report, *, attempt: int, stopping: bool) -> bool:
    """Whether `RetryStrategy` asks for one more attempt: AWS retries what it calls an internal error, nothing else."""
    allowed: int = plan.request.get("RetryStrategy", {}).get("MaximumRetryAttempts", 0)
    return report.reason == "lost" and not stopping and attempt <= allowed


def out_of_time(plan: Plan) -> Verdict:
    """Training has a secondary status for it; processing does not, so its reason is written out."""
    if plan.product == "training-job":
        return Verdict("Stopped", "MaxRuntimeExceeded")
    limit = plan.request["StoppingCondition"]["MaxRuntimeInSeconds"]
    return Verdict("Stopped", "Stopped", f"The job was stopped after MaxRuntimeInSeconds ({limit} s).")


def algorithm_error(product: Product, report: Report) -> str:
    if product == "processing-job":
        return f"AlgorithmError: {SEE_LOGS}"
    if product == "transform-job":
        return f"AlgorithmError: {SEE_LOGS} ({report.message})"[:LONGEST_REASON]
    code = report.exit_code or 0
    ending = f", exit code: {128 - code if code < 0 else code}"
    begin = "AlgorithmError: "
    return f"{begin}{report.failure[: LONGEST_REASON - len(begin) - len(ending)]}{ending}"


def client_error(_: Product, report: Report) -> str:
    return f"ClientError: {report.message}"[:LONGEST_REASON]


def unfit_data(_: Product, report: Report) -> str:
    return f"ClientError: {SEE_LOGS} ({report.message})"[:LONGEST_REASON]


def download_failed(product: Product, report: Report) -> str:
    return f"{DOWNLOAD_FAILED[product]}{report.message}"[:LONGEST_REASON]


def upload_failed(_: Product, report: Report) -> str:
    return f"ClientError: Artifact upload failed:{report.message}"[:LONGEST_REASON]


def internal_error(_: Product, report: Report) -> str:
    return f"{INTERNAL} ({report.message})"[:LONGEST_REASON] if report.message else INTERNAL


SENTENCES: Final[Mapping[Reason, Callable[[Product, Report], str]]] = {
    "exited": algorithm_error,
    "exhausted": client_error,
    "unstartable": client_error,
    "download-failed": download_failed,
    "upload-failed": upload_failed,
    "unfit-data": unfit_data,
    "lost": internal_error,
    "bug": internal_error,
}
