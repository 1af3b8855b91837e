"""What commands load: what has nothing to do with them is left alone, for it takes longer than they do."""

import subprocess
import sys

SERVERS_OWN = (
    "boto3", "botocore", "h11", "httpcore", "jinja2", "moto", "opentelemetry", "penstock.app", "penstock.gateway.api",
    "penstock.runtimes.ray", "penstock.services.lambda_", "starlette", "uvicorn", "yoyo",
)  # fmt: skip


def loaded_with(module: str) -> list[str]:
    """The modules that an interpreter has when it has imported one."""
    program = f"import sys, {module}; print(*sys.modules)"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()


def test_to_run_a_job_again_nothing_is_loaded_that_only_a_server_needs() -> None:
    found = loaded_with("penstock.cli.reproduce")

    assert "penstock.composition.workshop" in found
    assert not set(SERVERS_OWN) & set(found)


def test_a_server_loads_no_tracing_that_nobody_wants_and_nothing_that_only_type_checkers_read() -> None:
    found = loaded_with("penstock.app")

    assert "penstock.services.events.rules" in found
    assert [name for name in found if name.startswith(("opentelemetry", "yoyo")) or name.endswith(".shapes")] == []
