"""What commands load: what has nothing to do with them is left alone, for it takes longer than they do."""

import subprocess
import sys

SERVERS_OWN = (
    "boto3", "botocore", "h11", "httpcore", "jinja2", "moto", "opentelemetry", "penstock.app", "penstock.gateway.api",
    "penstock.runtimes.ray", "penstock.services.lambda_", "starlette", "uvicorn", "yoyo",
)  # fmt: skip


def test_to_run_a_job_again_nothing_is_loaded_that_only_a_server_needs() -> None:
    program = f"import sys, penstock.cli.reproduce; print([name for name in {SERVERS_OWN!r} if name in sys.modules])"

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)

    assert told.stdout.strip() == "[]"
