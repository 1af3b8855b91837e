"""Code and packages that a job brings in itself: from S3, and through pip."""

import io
import json
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from images.jobs import TrainingJob
from penstock_image import s3

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret/key", "AWS_REGION": "eu-west-1"}


class Bucket(ThreadingHTTPServer):
    """Answers every GET with what it holds, and remembers who asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.content: dict[str, bytes] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Bucket

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        content = self.server.content.get(self.path)
        body = content if content is not None else b"<Error><Code>NoSuchKey</Code></Error>"
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for tests."""


def test_keys_come_from_the_credentials_endpoint_where_the_variables_hold_none(
    bucket: "Bucket", tmp_path: Path
) -> None:
    keys = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "token", "Expiration": "then"}
    bucket.content = {"/credentials": json.dumps(keys).encode(), "/b/k": b"content"}
    variables = {
        "AWS_ENDPOINT_URL": bucket.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{bucket.url}/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the ticket",
    }

    s3.download("s3://b/k", tmp_path / "file", variables)

    (_, first), (_, second) = bucket.asked
    assert (tmp_path / "file").read_bytes() == b"content"
    assert first["authorization"] == "the ticket"
    assert "Credential=ASIAEXAMPLE/" in second["authorization"]
    assert second["x-amz-security-token"] == "token"


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def archive(**files: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"{name}.py")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def test_code_comes_from_s3_through_the_jobs_endpoint_signed(job: TrainingJob, bucket: Bucket) -> None:
    bucket.content["/code/a%20b/sourcedir.tar.gz"] = archive(train="print('from s3')")
    job.hyperparameters = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": '"s3://code/a b/sourcedir.tar.gz"',
    }
    job.variables = {**KEYS, "AWS_SESSION_TOKEN": "token", "AWS_ENDPOINT_URL": bucket.url}

    ended = job.run()

    ((_, headers),) = bucket.asked
    assert "from s3" in ended.output
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert headers["x-amz-security-token"] == "token"


def test_an_object_that_is_not_there_is_the_reason(job: TrainingJob, bucket: Bucket) -> None:
    job.hyperparameters = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://code/gone.tar.gz"}
    job.variables = {"S3_ENDPOINT_URL": bucket.url}

    ended = job.run()

    assert ended.failure.startswith("ClientError: could not download s3://code/gone.tar.gz: 404 Not Found.")
    assert "authorization" not in bucket.asked[0][1]


@pytest.mark.parametrize("token", [None, "a/token+="])
@pytest.mark.parametrize("path", ["/bucket/key", "/bucket/folder/a%20b%2B.tar.gz"])
def test_requests_are_signed_as_botocore_signs_them(
    monkeypatch: pytest.MonkeyPatch, token: str | None, path: str
) -> None:
    moment = 1_700_000_000
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    request = AWSRequest("GET", f"http://localhost:4599{path}")
    request.context["timestamp"] = stamp
    request.context["payload_signing_enabled"] = False
    request.headers["X-Amz-Date"] = stamp
    auth = S3SigV4Auth(Credentials("AKIDEXAMPLE", "secret/key", token), "s3", "eu-west-1")
    request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    if token:
        request.headers["X-Amz-Security-Token"] = token
    monkeypatch.setattr(auth, "payload", lambda _: "UNSIGNED-PAYLOAD")
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)

    variables = KEYS | ({"AWS_SESSION_TOKEN": token} if token else {})
    found = s3.signed(f"http://localhost:4599{path}", variables, "eu-west-1", time.gmtime(moment))

    assert found["authorization"].rpartition("Signature=")[2] == signature


def wheel(folder: Path, name: str, version: str) -> None:
    """A package as pip wants it, made on the spot."""
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as packed:
        packed.writestr(f"{name}.py", f"VERSION = '{version}'\ndef say():\n    print('said', VERSION)\n")
        packed.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        packed.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        packed.writestr(f"{about}/entry_points.txt", f"[console_scripts]\nsay-{name} = {name}:say\n")
        packed.writestr(f"{name}-{version}.data/data/lib/lib{name}.so.1", "a library")
        packed.writestr(f"{about}/RECORD", "")


def test_required_packages_go_beside_the_environment_not_into_it(job: TrainingJob, tmp_path: Path) -> None:
    wheel(tmp_path, "penstock_sample", "1.5")
    requirements = f"--no-index\n--find-links {tmp_path}\npenstock_sample>=1\nnumpy\n"
    job.script(
        "import penstock_sample, numpy; print(penstock_sample.VERSION, penstock_sample.__file__, numpy.__file__)\n"
        "import subprocess; subprocess.run('say-penstock_sample', check=True)\n"
        "import os; print('libraries', os.listdir(os.environ['LD_LIBRARY_PATH'].split(':')[0]))",
        **{"requirements.txt": requirements},
    )

    ended = job.run()

    assert ended.output.startswith("Finding out which packages the code asks for")
    assert "said 1.5" in ended.output, ended.errors
    assert "libpenstock_sample.so.1" in ended.output.partition("libraries")[2], ended.errors
    assert f"1.5 {job.base}/.packages/penstock_sample.py" in ended.output, ended.errors
    assert not (job.base / ".packages" / "numpy").exists()


def test_requirements_that_are_met_install_nothing(job: TrainingJob) -> None:
    job.script(
        "import os; print('path', os.environ['PYTHONPATH'])", **{"requirements.txt": "--no-index\nnumpy\npandas\n"}
    )

    ended = job.run()

    assert f"path {job.base}/code\n" in ended.output


def test_a_package_that_is_not_to_be_had_is_the_reason(job: TrainingJob) -> None:
    job.script("print('never')", **{"requirements.txt": "--no-index\nno-such-package-at-all==9\n"})

    ended = job.run()

    assert ended.exit_code == 1
    assert ended.failure.startswith("InstallRequirementsError:\nExitCode 1\n")
    assert "No matching distribution found for no-such-package-at-all==9" in ended.failure
    assert "never" not in ended.output
