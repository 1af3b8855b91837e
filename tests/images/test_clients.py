"""What clients are told so that they talk to Penstock, tried with the clients themselves."""

import ast
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from penstock.images.clients import SHIM, client_environment, client_variables
from penstock.runtimes.environments.interpreters import find

IDENTITY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:sts::000000000000:assumed-role/penstock/me</Arn><UserId>AROA:me</UserId>"
    b"<Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
ASK_STS = (
    "import boto3; client = boto3.client('sts', endpoint_url='https://sts.eu-west-1.amazonaws.com')\n"
    "print(client.get_caller_identity()['Account'])"
)

ASK_SDK = """
import json, time
import sagemaker
from sagemaker import session, utils
from sagemaker.config import load_sagemaker_config
from sagemaker.remote_function import job
from sagemaker.telemetry import telemetry_logging

sent = []
telemetry_logging._requests_helper = lambda *_: sent.append(1)
telemetry_logging._send_telemetry_request(1, [2], None)
jobs = session.Session
loops = (session._logs_for_job, jobs.logs_for_processing_job, jobs.logs_for_transform_job)
print(json.dumps({
    "account": sagemaker.Session().account_id(),
    "waited": session._wait_until(lambda: "waited", poll=600),
    "clock is kept": session.time.time is time.time,
    "loops wait 30 s": [30 in each.__code__.co_consts for each in loops],
    "image": job._JobSettings._get_default_image(None),
    "names": [utils.name_from_base("sagemaker-xgboost", max_length=32, short=True) for _ in range(3)],
    "sent": sent,
    "configuration": load_sagemaker_config(),
}))
"""


class Identity(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(IDENTITY)))
        self.end_headers()
        self.wfile.write(IDENTITY)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for tests."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An address where STS answers, and nothing else does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Identity) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def environment(endpoint: str = "http://127.0.0.1:1", **base: str) -> dict[str, str]:
    return client_environment(endpoint, "eu-west-1", "AKID", "secret", base={"PATH": os.environ["PATH"], **base})


def said(program: str, variables: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], env=variables, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_client_with_awss_own_address_is_sent_to_the_endpoint(endpoint: str) -> None:
    assert said(ASK_STS, environment(endpoint)) == "000000000000"


@pytest.fixture(scope="module")
def sdk(endpoint: str) -> dict[str, Any]:
    """What the SageMaker SDK tells of itself; it is imported once, for that takes seconds."""
    told = said(ASK_SDK, environment(endpoint, SAGEMAKER_SUPPRESS_V2_WARNING="1"))
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def test_the_sagemaker_sdk_learns_its_account(sdk: dict[str, Any]) -> None:
    assert sdk["account"] == "000000000000"


def test_the_sagemaker_sdk_looks_often_and_knows_an_image_for_its_functions(sdk: dict[str, Any]) -> None:
    assert (sdk["waited"], sdk["clock is kept"], sdk["image"]) == ("waited", True, "penstock/sagemaker-sdk")
    assert sdk["loops wait 30 s"] == [False, False, False]


def test_the_sagemaker_sdk_gives_each_tuning_job_a_name_of_its_own(sdk: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"sagemaker-xgboost-\d{6}-\d{6}", name) for name in sdk["names"])
    assert sorted(set(sdk["names"])) == sdk["names"]


WAITS_OF_SDK_3 = {
    "common_utils": (
        "import time\n"
        "def sagemaker_short_timestamp(): ...\n"
        "def _wait_until(ready, poll=5):\n    time.sleep(poll)\n    return ready()\n"
        "def try_again(): return time.sleep\n"
    ),
    "resources": "import time\ndef wait():\n    time.sleep(600)\n    return 'waited'\n",
    "processing": "def logs_for_processing_job(last):\n    return last >= 30\n",
}


def test_the_sagemaker_sdk_3_looks_often_and_tries_again_no_sooner(tmp_path: Path) -> None:
    place = tmp_path / "sagemaker" / "core"
    place.mkdir(parents=True)
    (place.parent / "__init__.py").touch()  # before the SDK 2 that is installed
    for name, content in WAITS_OF_SDK_3.items():
        (place / f"{name}.py").write_text(content)
    program = (
        "import time; from sagemaker.core import common_utils, processing, resources\n"
        "print(common_utils._wait_until(lambda: 'looked', poll=600), resources.wait(),\n"
        "      processing.logs_for_processing_job(2), common_utils.try_again() is time.sleep)"
    )

    assert said(program, environment(PYTHONPATH=str(tmp_path))) == "looked waited True True"


def test_a_function_of_the_sagemaker_sdk_begins_without_importing_it() -> None:
    program = (
        "import sys, importlib.metadata, importlib.util\n"
        "spec = importlib.util.find_spec('sagemaker')\n"
        "sys.path.insert(0, spec.submodule_search_locations[0] + '/remote_function/runtime_environment')\n"
        "from runtime_environment_manager import RuntimeEnvironmentManager\n"
        "told = RuntimeEnvironmentManager()._current_sagemaker_pysdk_version()\n"
        "print(told == importlib.metadata.version('sagemaker'), 'sagemaker' in sys.modules)\n"
    )

    assert said(program, environment()) == "True False"


def test_the_sagemaker_sdk_stays_silent_and_keeps_its_own_configuration(sdk: dict[str, Any]) -> None:
    assert sdk["sent"] == []
    assert sdk["configuration"] == {}


@pytest.mark.parametrize(
    ("address", "variables", "reached"),
    [
        ("https://sts.eu-west-1.amazonaws.com", {}, "http://127.0.0.1:1"),
        ("https://sts.cn-north-1.amazonaws.com.cn", {}, "http://127.0.0.1:1"),
        ("https://example.com", {}, "https://example.com"),
        ("https://amazonaws.com.example.com", {}, "https://amazonaws.com.example.com"),
        ("https://sts.amazonaws.com", {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:2"}, "http://127.0.0.1:2"),
        ("https://sts.amazonaws.com", {"AWS_ENDPOINT_URL": ""}, "https://sts.amazonaws.com"),
        (
            "https://sts.amazonaws.com",
            {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "https://sts.amazonaws.com",
        ),
    ],
)
def test_only_awss_own_addresses_give_way_and_only_to_what_is_configured(
    address: str, variables: dict[str, str], reached: str
) -> None:
    program = (
        "import botocore.session\n"
        f"client = botocore.session.get_session().create_client('sts', endpoint_url={address!r})\n"
        "print(client.meta.endpoint_url)"
    )

    assert said(program, environment() | variables) == reached


def test_the_shim_touches_nothing_until_botocore_comes() -> None:
    program = (
        "import sys; before = set(sys.modules); import json\n"
        "print(json.dumps(sorted(name for name in before if name.startswith(('botocore', 'penstock', 'importlib.')))))"
    )

    assert "botocore" not in said(program, environment())
    assert "penstock_redirect" not in said(program, environment())


@pytest.mark.parametrize("module", sorted(SHIM.glob("*.py")), ids=lambda path: path.stem)
def test_the_shim_is_read_by_the_oldest_python_that_builds_may_bring(module: Path) -> None:
    tree = ast.parse(module.read_text(), feature_version=(3, 6))

    every = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    given = [each.annotation for function in every for each in (*function.args.args, *function.args.kwonlyargs)]
    evaluated = [each for each in (*given, *(function.returns for function in every)) if each is not None]
    assert not [each for each in evaluated if isinstance(each, (ast.BinOp, ast.Subscript))]  # str | None, list[str]


def test_the_shim_works_in_each_python_that_is_here() -> None:
    """Builds may bring any; how the oldest reads it is the test above."""
    pythons = {str(found) for number in range(6, 15) if (found := find(f"3.{number}")) is not None} | {sys.executable}
    changes = ", ".join(sorted(path.stem for path in SHIM.glob("penstock_*.py")))
    program = f"import http.client, sitecustomize, {changes}; print(http.client.HTTPSConnection.connect.__wrapped__)"

    told = {
        python: subprocess.run([python, "-c", program], env=environment(), check=False, capture_output=True, text=True)
        for python in pythons
    }

    wrong = {python: done.stderr for python, done in told.items() if "HTTPSConnection.connect" not in done.stdout}
    assert not wrong


def test_a_job_waits_for_its_keys_while_penstock_is_started_anew() -> None:
    program = "import boto3, botocore.utils; print(botocore.utils.ContainerMetadataFetcher.RETRY_ATTEMPTS)"

    assert said(program, environment()).split() == ["30"]


def test_a_sitecustomize_that_the_shim_hides_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.HIDDEN = __file__")
    twice = os.pathsep.join([str(tmp_path), str(SHIM)])

    told = said("import sitecustomize; print(HIDDEN, sitecustomize.__file__)", environment(PYTHONPATH=twice))

    assert told == f"{tmp_path}/sitecustomize.py {tmp_path}/sitecustomize.py"


def test_the_environment_leads_to_the_endpoint_and_nowhere_else() -> None:
    found = environment(
        AWS_PROFILE="work", AWS_SESSION_TOKEN="old", AWS_ENDPOINT_URL_S3="https://s3", PYTHONPATH="/mine", COLOUR="blue"
    )

    assert found == {
        "PATH": os.environ["PATH"],
        "COLOUR": "blue",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": "http://127.0.0.1:1/_penstock/mlflow/arn",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "PYTHONPATH": f"{SHIM}{os.pathsep}/mine",
        "PENSTOCK_PYTHON": f"{sys.version_info[0]}.{sys.version_info[1]}",
    }


def test_temporary_keys_bring_their_token_and_the_shim_comes_once() -> None:
    base = {"PYTHONPATH": f"{SHIM}{os.pathsep}/mine"}

    found = client_variables("http://x", "eu-west-1", "ASIA", "secret", "token", base=base)

    assert found["AWS_SESSION_TOKEN"] == "token"
    assert found["PYTHONPATH"] == f"{SHIM}{os.pathsep}/mine"
