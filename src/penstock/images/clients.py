"""What an AWS client needs to be told so that it talks to Penstock, unchanged.

`AWS_ENDPOINT_URL` does most of it. The SageMaker SDK needs more: it builds its STS client with a fixed address (the
shim redirects it), its telemetry call has no time-out (the shim sends none), it looks every half minute whether
something is over (the shim lets it look more often), and it knows no image for most Pythons (the shim does). The same
variables serve people's own scripts (`penstock env`, `penstock exec`) and the jobs.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SHIM: Final = HERE / "shim"

ATTEMPTS: Final = 7  # half a minute, usually: a job should not notice that Penstock is started anew

IN_THE_WAY: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""Names that would make a client look elsewhere; so would AWS_ENDPOINT_URL_<SERVICE> and ignored endpoints."""


def is_in_the_way(name: str) -> bool:
    """Whether a variable of the caller's would lead an AWS client away from Penstock."""
    return name in IN_THE_WAY or name.startswith("AWS_ENDPOINT_URL_") or name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"


def client_variables(
    endpoint: str,
    region: str,
    access_key: str,
    secret: str,
    session_token: str | None = None,
    *,
    base: Mapping[str, str],
    shim: str = str(SHIM),
) -> dict[str, str]:
    """The variables to be set, with keys. `base` is what the client would have: its PYTHONPATH stays, behind the shim.

    `shim` is where the client sees that folder, if that is elsewhere (in a container).
    """
    before = [path for path in base.get("PYTHONPATH", "").split(os.pathsep) if path and path != shim]
    variables = {
        **place_variables(endpoint, region),
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "PYTHONPATH": os.pathsep.join([shim, *before]),
        "PENSTOCK_PYTHON": f"{sys.version_info[0]}.{sys.version_info[1]}",
    }
    if session_token:
        variables["AWS_SESSION_TOKEN"] = session_token
    return variables


def job_variables(endpoint: str, region: str, credentials: str, ticket: str) -> dict[str, str]:
    """The variables of a job's clients, which fetch keys of the job's role, again and again, at `credentials`."""
    return {
        **place_variables(endpoint, region),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": ticket,
        "AWS_MAX_ATTEMPTS": str(ATTEMPTS),
        "AWS_RETRY_MODE": "legacy",  # in botocore's default since 1.43 as many attempts are over after two seconds
        "PYTHONPATH": str(SHIM),
    }


def place_variables(endpoint: str, region: str) -> dict[str, str]:
    """Where a client's services are."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # StartSyncExecution would go to sync-127.0.0.1, which is nowhere
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": f"{endpoint}/_penstock/mlflow/arn",  # of AWS's MLflow plugin
        "AWS_EC2_METADATA_DISABLED": "true",  # looking for an instance's role costs seconds where there is none
        "SAGEMAKER_VALIDATE_ROLE": "false",  # SDK 3 takes no role that IAM does not know; here a role's ARN is a name
    }


def client_environment(
    endpoint: str,
    region: str,
    access_key: str,
    secret: str,
    session_token: str | None = None,
    *,
    base: Mapping[str, str],
) -> dict[str, str]:
    """A whole environment for a client: `base` without what is in the way, with what is needed."""
    kept = {name: value for name, value in base.items() if not is_in_the_way(name)}
    return kept | client_variables(endpoint, region, access_key, secret, session_token, base=base)
