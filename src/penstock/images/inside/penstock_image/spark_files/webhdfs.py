"""WebHDFS, as far as Hadoop's client asks it for files: a server on the loopback over a `Tree`.

Everything is below `/webhdfs/v1/SECRET/bucket`; only who knows the secret acts as the job does.
"""

import json
import secrets
import shutil
import tempfile
import threading
import urllib.error
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from penstock_image.layout import Json
from penstock_image.spark_files.objects import Found
from penstock_image.spark_files.tree import Tree

ROOT = "/webhdfs/v1/"
BLOCK = 128 * 1024 * 1024  # bytes: what Spark makes one task of
REDIRECTED = ("OPEN", "CREATE")  # whose client wants to be sent elsewhere first, to a data node
ACCEPTED = ("SETPERMISSION", "SETOWNER", "SETTIMES", "SETREPLICATION")  # S3 has nothing of the kind


class Refused(Exception):
    """Told to the client as the exception of Hadoop's that it is."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.code, self.name = code, name


@contextmanager
def served(tree: Tree) -> Iterator[str]:
    """A server while the block lasts; the address of the folder that buckets are in."""
    secret = secrets.token_urlsafe(18)

    class Bound(Handler):
        files = tree
        root = f"{ROOT}{secret}/"

    with ThreadingHTTPServer(("127.0.0.1", 0), Bound) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"webhdfs://127.0.0.1:{server.server_port}/{secret}"
        finally:
            server.shutdown()


class Handler(BaseHTTPRequestHandler):
    """One client's requests."""

    files: ClassVar[Tree]
    root: ClassVar[str]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: the log is the job's."""

    def do_GET(self) -> None:
        self._carry_out()

    def do_PUT(self) -> None:
        self._carry_out()

    def do_DELETE(self) -> None:
        self._carry_out()

    def _carry_out(self) -> None:
        asked = urllib.parse.urlsplit(self.path)
        query = {name.lower(): values[0] for name, values in urllib.parse.parse_qs(asked.query).items()}
        operation = query.get("op", "").upper()
        try:
            if operation in REDIRECTED and "there" not in query:
                self._answer(307, location=f"http://{self.headers['Host']}{self.path}&there=true")
            elif operation == "GETHOMEDIRECTORY":
                self._answer(200, {"Path": "/"})
            else:
                bucket, path = self._place(asked.path)
                self._of_file(operation, bucket, path, query)
        except Refused as refusal:
            self._refuse(refusal)
        except urllib.error.HTTPError as problem:
            said = problem.read(2048).decode("utf-8", "replace")
            self._refuse(Refused(403, "java.io.IOException", f"S3: {problem.code} {problem.reason}. {said}"))
        except OSError as problem:
            self._refuse(Refused(403, "java.io.IOException", f"S3: {problem}"))

    def _place(self, path: str) -> tuple[str, str]:
        path = urllib.parse.unquote(path)
        if not path.startswith(self.root):
            raise Refused(403, "java.io.IOException", "this file system is a job's own")
        bucket, _, rest = path.removeprefix(self.root).strip("/").partition("/")
        return bucket, rest

    def _of_file(self, operation: str, bucket: str, path: str, query: Mapping[str, str]) -> None:
        match operation:
            case "GETFILESTATUS":
                self._answer(200, {"FileStatus": status(self._found(bucket, path), "")})
            case "LISTSTATUS":
                self._found(bucket, path)
                inside = [status(each, each.key[len(path) :].strip("/")) for each in self.files.entries(bucket, path)]
                self._answer(200, {"FileStatuses": {"FileStatus": inside}})
            case "GETFILEBLOCKLOCATIONS":
                self._answer(200, {"BlockLocations": {"BlockLocation": [location(self._found(bucket, path))]}})
            case "OPEN":
                self._open(bucket, path, query)
            case "CREATE":
                self._create(bucket, path, query)
            case "MKDIRS":
                self.files.make(bucket, path)
                self._answer(200, {"boolean": True})
            case "RENAME":
                to, target = self._place(f"{ROOT}{query['destination'].lstrip('/')}")
                self._answer(200, {"boolean": bucket == to and self.files.move(bucket, path, target)})
            case "DELETE":
                self._answer(200, {"boolean": self.files.delete(bucket, path)})
            case _ if operation in ACCEPTED:
                self._answer(200, {"boolean": True} if operation == "SETREPLICATION" else None)
            case _:
                raise Refused(400, "java.lang.UnsupportedOperationException", f"S3 has no {operation} for {path}")

    def _found(self, bucket: str, path: str) -> Found:
        found = self.files.find(bucket, path)
        if found is None:
            raise Refused(404, "java.io.FileNotFoundException", f"There is no s3://{bucket}/{path}")
        return found

    def _open(self, bucket: str, path: str, query: Mapping[str, str]) -> None:
        size = self._found(bucket, path).size or 0
        first = min(int(query.get("offset", 0)), size)
        last = min(size, first + int(query.get("length", size))) - 1
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        if last >= first:
            with self.files.objects.read(bucket, path, first, last) as content:
                shutil.copyfileobj(content, self.wfile, 1 << 20)

    def _create(self, bucket: str, path: str, query: Mapping[str, str]) -> None:
        with tempfile.NamedTemporaryFile() as file:
            for piece in self._pieces():
                file.write(piece)
            file.flush()
            if query.get("overwrite") != "true" and self.files.find(bucket, path) is not None:
                message = f"There is a s3://{bucket}/{path}"
                raise Refused(403, "org.apache.hadoop.fs.FileAlreadyExistsException", message)
            self.files.write(bucket, path, Path(file.name))
        self._answer(201)

    def _pieces(self) -> Iterator[bytes]:
        """The body, which Java's client sends in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _refuse(self, refusal: Refused) -> None:
        told = {"exception": refusal.name.rpartition(".")[2], "javaClassName": refusal.name, "message": str(refusal)}
        self._answer(refusal.code, {"RemoteException": told})

    def _answer(self, code: int, body: Json = None, location: str = "") -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        # No Content-Type: what the client would read it with is missing from the jars that pyspark brings.
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def status(found: Found, name: str) -> Json:
    """A file's or folder's status, in HDFS's words."""
    at = int(found.modified * 1000)
    return {
        "type": "DIRECTORY" if found.size is None else "FILE", "length": found.size or 0, "pathSuffix": name,
        "modificationTime": at, "accessTime": at, "blockSize": BLOCK if found.size is not None else 0,
        "replication": 1, "permission": "777", "owner": "s3", "group": "s3",
        "fileId": 0, "childrenNum": 0, "storagePolicy": 0,
    }  # fmt: skip


def location(found: Found) -> Json:
    """All of a file is near: whoever deals out work asks where."""
    return {
        "offset": 0, "length": found.size or 0, "corrupt": False, "hosts": ["localhost"], "names": ["localhost:0"],
        "cachedHosts": [], "storageTypes": ["DISK"], "topologyPaths": ["/default-rack/localhost:0"],
    }  # fmt: skip
