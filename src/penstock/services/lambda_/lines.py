"""What is logged around the output of a function: in text, or as JSON's records.

Whatever stands in braces is filled in by who keeps the function (`engine.residents.Request`). Of the records of a
platform, AWS tells `platform.start` and `platform.report`; those of its own initialisation are not told.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.lambda_.model import Deployment

INFORMS: Final = frozenset({"DEBUG", "INFO"})  # levels at which it is told, too, that all went well
OUTCOMES: Final[Mapping[str, str]] = {
    "failed": '"status":"error"',
    "timed-out": '"status":"timeout"',
    "exited": '"status":"error","errorType":"Runtime.ExitError"',
}


def texts(wanted: Deployment, request_id: str) -> dict[str, str]:
    named = f"RequestId: {request_id}"
    return {
        "begin": f"START {named} Version: {wanted.version}",
        "timed-out": f"{{now}} {request_id} Task timed out after {wanted.timeout:.2f} seconds",
        "exited": f"{named} Error: Runtime {{message}}\nRuntime.ExitError",
        "end": f"END {named}",
        "init": "\tInit Duration: {init_ms} ms",
        "report": f"REPORT {named}\tDuration: {{ms}} ms\tBilled Duration: {{whole_ms}} ms\tMemory Size: "
        f"{wanted.memory_mb} MB\tMax Memory Used: {{peak_mib}} MB{{init}}{{status}}",
    }


def records(wanted: Deployment, request_id: str) -> dict[str, str]:
    """Where all went well, it is told at INFO; a failure at WARN, which is the highest level there is."""
    reports = {way: report(wanted, request_id, outcome) for way, outcome in OUTCOMES.items()}
    reports["init"] = ',"initDurationMs":{init_ms}'
    if wanted.system_log_level in INFORMS:
        begun = f'"requestId":"{request_id}","version":"{wanted.version}"'
        reports["begin"] = f'{{{{"time":"{{now}}","type":"platform.start","record":{{{{{begun}}}}}}}}}'
        reports["answered"] = report(wanted, request_id, '"status":"success"')
    return reports


def report(wanted: Deployment, request_id: str, outcome: str) -> str:
    metrics = (
        f'"durationMs":{{ms}},"billedDurationMs":{{whole_ms}},"memorySizeMB":{wanted.memory_mb},'
        '"maxMemoryUsedMB":{peak_mib}{init}'
    )
    record = f'"requestId":"{request_id}","metrics":{{{{{metrics}}}}},{outcome}'
    return f'{{{{"time":"{{now}}","type":"platform.report","record":{{{{{record}}}}}}}}}'
