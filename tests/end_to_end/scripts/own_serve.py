"""A serve program of somebody's own: it answers with its model, and tells how many requests it has had at once.

A session that it opens is closed by its next request.
"""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

lock, count = threading.Lock(), {"busy": 0, "most": 0}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200 if self.path == "/ping" else 404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"die":
            os._exit(3)
        if body == b"stream":
            self.stream(b"one", b"two", b"three")
            return
        with lock:
            count["busy"] += 1
            count["most"] = max(count.values())
        until = time.monotonic() + 20
        while body == b"together" and count["most"] < 2 and time.monotonic() < until:
            time.sleep(0.01)
        with lock:
            count["busy"] -= 1
        model = Path("/opt/ml/model/name").read_text()
        accept, trace = self.headers["Accept"], self.headers["X-Amzn-SageMaker-Custom-Attributes"]
        self.answer(400 if body == b"bad" else 200, f"{model} {accept} {trace} {count['most']}".encode(), trace)

    def stream(self, *parts: bytes) -> None:
        """An answer that ends with its connection."""
        self.send_response(200)
        self.end_headers()
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()

    def answer(self, status: int, body: bytes, trace: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        session = self.headers.get("X-Amzn-SageMaker-Session-Id")
        if session == "NEW_SESSION":
            self.send_header("X-Amzn-SageMaker-Session-Id", "one; Expires=2099-01-01T00:00:00Z")
        elif session:
            self.send_header("X-Amzn-SageMaker-Closed-Session-Id", session)
        if trace:
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", trace)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


print("listening", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
