"""A small program in MLflow's place: it counts how often it was started on its folder, and says what it was asked.

python stand_in.py PORT FOLDER ARTIFACTS
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

port, folder, artifacts = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
starts = folder / "starts"
starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def models(asked: SplitResult) -> object:
    """What is registered: the versions in a file beside the folder, newest first, one in a page."""
    query = dict(parse_qsl(asked.query))
    if asked.path.endswith("/get-download-uri"):
        return {"artifact_uri": f"{artifacts}/{query['name']}/{query['version']}"}
    kept = folder.parent.parent / "versions.json"
    versions = sorted(
        json.loads(kept.read_text()) if kept.exists() else [], key=lambda each: -each["creation_timestamp"]
    )
    page = int(query.get("page_token", "0"))
    more = {"next_page_token": str(page + 1)} if page + 1 < len(versions) else {}
    return {"model_versions": versions[page : page + 1], **more}


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        if self.path == "/die":
            os._exit(3)
        if self.path.startswith("/api/2.0/mlflow/model-versions/"):
            self.tell(models(urlsplit(self.path)))
            return
        told = {
            "method": self.command, "path": self.path, "body": body, "artifacts": artifacts, "pid": os.getpid(),
            "child": child.pid, "starts": len(starts.read_text()), "s3": os.environ.get("MLFLOW_S3_ENDPOINT_URL"),
            "cookie": self.headers.get("cookie"), "authorization": self.headers.get("authorization"),
        }  # fmt: skip
        self.tell(told)

    def tell(self, told: object) -> None:
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815 - the names that its parent looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent calls it
        """Nobody reads it."""


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
