"""Invoking an endpoint: what it adds to the model server behind it.

The floor is a `serve` program asked over HTTP by itself; the same program behind an endpoint is asked in turn with it,
so that both meet the same machine. Beside them a script under the image's own model server: one request at a time.
"""

import http.client
import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.world import Client, clients, is_quick, timed
from penstock.cli.place import Place
from penstock.cli.story.server import Server

ROUNDS = 2000
AT_ONCE = 8
BODY = b"1,2,3"
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCOPE = "penstock/20260101/us-east-1/sagemaker/aws4_request"
SIGNED = {
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=0",
}
PROGRAM = """
import os, socketserver
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_GET(self):
        self.answer(b"")
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""
SCRIPT = """
def model_fn(folder):
    return None
def transform_fn(model, content, content_type, accept):
    return content
"""
ENTRY = '[[images]]\nrepository = "program"\nversions = ["*"]\nenvironment = "installed"\n'
ENTRY += "serve = [\"python3\", \"-c\", '''{program}''']\n"

Ask = Callable[[], object]


def asking(address: str, path: str) -> Ask:
    """A connection of one's own that is kept, and what asks over it."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)

    def ask() -> None:
        connection.request("POST", path, BODY, {"Content-Type": "text/csv", **SIGNED})
        answer = connection.getresponse()
        told = answer.read()
        assert told == BODY, told

    return ask


def deploy(sagemaker: Client, name: str, container: dict[str, object]) -> None:
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    variant = {"VariantName": "a", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    until = time.monotonic() + 120
    while sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] != "InService":
        assert time.monotonic() < until
        time.sleep(0.2)


def archive(text: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        entry = tarfile.TarInfo("script.py")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def in_turn(asks: dict[str, Ask], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(rounds):
        for name, ask in asks.items():
            times[name].append(timed(ask))
    return times


def rate(address: str, path: str, rounds: int) -> float:
    """Requests a second of several clients at once."""

    def client(_: int) -> None:
        ask = asking(address, path)
        for _ in range(rounds // AT_ONCE):
            ask()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        seconds = timed(lambda: list(threads.map(client, range(AT_ONCE))))
    return rounds / seconds


def measure(place: Place, bare: str, rounds: int) -> None:
    paths = {"program": "/endpoints/program/invocations", "script": "/endpoints/script/invocations"}
    asks = {"bare program": asking(bare, "/invocations")}
    asks |= {f"endpoint, {name}": asking(place.endpoint, path) for name, path in paths.items()}
    for ask in asks.values():
        ask()
    for name, times in in_turn(asks, rounds).items():
        ms = sorted(1000 * each for each in times)
        print(f"{name:20} p50 {statistics.median(ms):.2f} ms, p99 {ms[len(ms) * 99 // 100]:.2f} ms (n={len(ms)})")
    print(f"{'bare program':20} {rate(bare, '/invocations', rounds):.0f} requests/s, {AT_ONCE} clients")
    for name, path in paths.items():
        print(f"{f'endpoint, {name}':20} {rate(place.endpoint, path, rounds):.0f} requests/s, {AT_ONCE} clients")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as folder:
        data = Path(folder, "data")
        data.mkdir()
        (data / "images.toml").write_text(ENTRY.format(program=PROGRAM))
        running, port = Server(data), "18099"
        bare = subprocess.Popen([sys.executable, "-c", PROGRAM], env={"SAGEMAKER_BIND_TO_PORT": port})
        try:
            place = running.start()
            sagemaker, s3 = clients(place, "sagemaker", "s3")
            s3.create_bucket(Bucket="bench")
            with closing(io.BytesIO(archive(SCRIPT))) as code:
                s3.put_object(Bucket="bench", Key="code.tar.gz", Body=code)
            script = {"SAGEMAKER_PROGRAM": "script.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://bench/code.tar.gz"}
            deploy(sagemaker, "program", {"Image": "program:1"})
            deploy(sagemaker, "script", {"Image": SKLEARN, "Environment": script})
            measure(place, f"http://127.0.0.1:{port}", ROUNDS // 10 if is_quick() else ROUNDS)
        finally:
            running.stop()
            bare.kill()
            bare.wait()
