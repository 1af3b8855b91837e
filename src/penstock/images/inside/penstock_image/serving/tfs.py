"""TensorFlow Serving's REST API over saved models, for handlers of customers' that ask it themselves.

GET /v1/models/NAME[/versions/N]           whether it is there
POST /v1/models/NAME[/versions/N]:predict  a prediction
"""

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from penstock_image.layout import Json
from penstock_image.serving.rows import Unpredictable

HOST = "127.0.0.1"
PATH = re.compile(r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+))?(?P<method>:predict)?")
Models = Mapping[str, Mapping[str, Json]]  # by name and version; each can `predict`


class Serving:
    """Listens on a free port of this machine's loopback until the process ends."""

    def __init__(self, models: Models) -> None:
        self._server = ThreadingHTTPServer((HOST, 0), answering(models))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def uri(self, name: str, version: str) -> str:
        """Where a version of a model is asked for predictions."""
        return f"http://{HOST}:{self._server.server_port}/v1/models/{name}/versions/{version}:predict"


def answering(models: Models) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*told(models, self.path, None))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._say(*told(models, self.path, body))

        def log_message(self, *_: object) -> None:
            """Nothing: who asks has a log."""

        def _say(self, status: int, answer: Json) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return Answering


def told(models: Models, path: str, body: bytes | None) -> tuple[int, Json]:
    """What is answered, with its status; a `body` is of a POST."""
    found = PATH.fullmatch(path)
    if found is None or bool(found["method"]) != (body is not None):
        return 404, {"error": f"Malformed request: {path}"}
    versions = models.get(found["name"], {})
    version = found["version"] or max(versions, key=int, default="")
    if version not in versions:
        return 404, {"error": f"Servable not found for request: Specific({found['name']}, {version})"}
    if body is None:
        status = {"error_code": "OK", "error_message": ""}
        return 200, {"model_version_status": [{"version": version, "state": "AVAILABLE", "status": status}]}
    try:
        return 200, versions[version].predict(json.loads(body))
    except (Unpredictable, ValueError) as problem:
        return 400, {"error": str(problem)}
