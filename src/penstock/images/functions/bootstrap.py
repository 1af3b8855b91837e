"""The bootstrap of a Python function: loads its handler, calls it for every request, answers in AWS's words.

It is data for Penstock and a program for the resident that runs it: forked from a process that has imported it, or
started by its path. The standard library only. Requests come as frames on a socket (two lengths, a head in JSON, a
payload), and answers go back on it; standard output is the function's alone.
"""

import importlib
import io
import json
import logging
import os
import resource
import socket
import struct
import sys
import threading
import time
import traceback
import types
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NoReturn

Json = Any
Head = dict[str, Any]
Handler = Callable[[Json, Any], Json]

CHANNEL: Final = 3
LENGTHS: Final = struct.Struct(">II")
OWN: Final = (__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>", importlib.__file__)
PLAIN: Final = frozenset({*vars(logging.makeLogRecord({})), "aws_request_id", "asctime"})  # what every record has
LEVELS: Final = {"TRACE": 5, **{name: getattr(logging, name) for name in ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")}}
INDENT: Final = "\N{NO-BREAK SPACE}"  # what AWS indents the lines of a traceback with, in the log


class Channel:
    """Frames, both ways. Any thread may send."""

    def __init__(self, handle: int) -> None:
        self._socket = socket.socket(fileno=handle)
        self._socket.setblocking(True)
        self._lock = threading.Lock()
        self._rest = b""

    def receive(self) -> tuple[Head, bytes]:
        """The next frame; ends the process where there will be none."""
        head, payload = LENGTHS.unpack(self._exactly(LENGTHS.size))
        content = self._exactly(head + payload)
        return json.loads(content[:head]), content[head:]

    def _exactly(self, size: int) -> bytes:
        pieces = [self._rest]
        held = len(self._rest)
        while held < size:
            piece = self._socket.recv(max(size - held, 1 << 16))
            if not piece:
                os._exit(0)
            pieces.append(piece)
            held += len(piece)
        whole = b"".join(pieces)
        self._rest = whole[size:]
        return whole[:size]

    def send(self, head: Head, payload: bytes = b"") -> None:
        text = json.dumps(head).encode()
        with self._lock:
            self._socket.sendall(LENGTHS.pack(len(text), len(payload)) + text + payload)


# ------------------------------------------------------------------------------------------------------- failures


class Fault(Exception):
    """What a function is refused for before, or after, its own code has run."""

    def __init__(self, kind: str, message: str, trace: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = trace


def account(problem: BaseException, request_id: str) -> Head:
    """A failure as callers are told of it."""
    if isinstance(problem, Fault):
        kind, message, trace = problem.kind, problem.message, list(problem.trace)
    else:
        kind, message, trace = type(problem).__name__, text_of(problem), frames(problem)
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def text_of(problem: BaseException) -> str:
    try:
        return str(problem)
    except Exception:  # whatever a function's exception does when it is asked for its text
        return f"<unprintable {type(problem).__name__} object>"


def frames(problem: BaseException) -> list[str]:
    """The traceback from the function's own code on, a frame an entry, without marks under the line."""
    found = list(traceback.extract_tb(problem.__traceback__))
    while found and found[0].filename in OWN:
        found.pop(0)
    return traceback.format_list([(each.filename, each.lineno or 0, each.name, each.line) for each in found])


def told(failure: Head) -> str:
    """A failure as it is logged."""
    if logs_json():
        return json.dumps({"timestamp": moment(time.time()), "log_level": "ERROR", **failure}, ensure_ascii=False)
    text = f"[ERROR] {failure['errorType']}"
    if failure["errorMessage"]:
        text += f": {failure['errorMessage']}"
    if failure["stackTrace"] or failure["errorType"].startswith("Runtime."):
        text += "\nTraceback (most recent call last):"
    lines = "".join(failure["stackTrace"]).splitlines()
    return "\n".join([text, *(indented(line) for line in lines)])


def indented(line: str) -> str:
    rest = line.lstrip(" ")
    return INDENT * (len(line) - len(rest)) + rest


# -------------------------------------------------------------------------------------------------------- loading


def load(name: str) -> Handler:
    """The handler that a function names, its module imported. Raises `Fault`, or what the module raises."""
    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as problem:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {problem}") from problem
    except SyntaxError as problem:
        place = f'  File "{problem.filename}" Line {problem.lineno}\n    {(problem.text or "").rstrip()}\n'
        raise Fault(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {problem}", (place,)
        ) from problem
    if not hasattr(module, function):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    handler: Handler = getattr(module, function)
    return handler


def look_where_lambda_does() -> None:
    """The function's code first, then the layers'."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], f"/opt/python/lib/{version}/site-packages", "/opt/python"]
    sys.path_importer_cache.clear()


# -------------------------------------------------------------------------------------------------------- context


class Identity:
    """Who called: nobody that Cognito knows."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    """The caller's application, as its client context tells."""

    def __init__(self, told: Head) -> None:
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, told.get(name))


class ClientContext:
    def __init__(self, told: Head) -> None:
        self.custom = told.get("custom")
        self.env = told.get("env")
        self.client = Client(told["client"]) if told.get("client") else None


class Context:
    """What a handler is given as its second argument."""

    def __init__(self, head: Head) -> None:
        self.aws_request_id: str = head["request_id"]
        self.invoked_function_arn: str = head["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        context = head.get("client_context")
        self.client_context = ClientContext(json.loads(b64decode(context))) if context else None
        self.tenant_id = None
        self._due = time.monotonic() + head["longest"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._due - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"LambdaContext([{shown}])"


class Records(logging.Handler):
    """What the function logs: one event a record, however many lines it has."""

    def __init__(self) -> None:
        super().__init__()
        self.request_id = ""
        self.setFormatter(Objects() if logs_json() else lines())

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self.request_id
        say(self.format(record))


def lines() -> logging.Formatter:
    """Records as lines of text."""
    shape = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s")
    shape.datefmt = "%Y-%m-%dT%H:%M:%S"
    shape.converter = time.gmtime
    return shape


class Objects(logging.Formatter):
    """Records in JSON, as Lambda writes them; what `extra` gives is told too."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "timestamp": moment(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", ""),
            **self._failure(record),
        }
        extra = {name: value for name, value in vars(record).items() if name not in {*PLAIN, *told}}
        return json.dumps({**told, **extra}, ensure_ascii=False, default=str)

    def _failure(self, record: logging.LogRecord) -> Head:
        if not record.exc_info or (problem := record.exc_info[1]) is None:
            return {}
        return {
            "errorType": type(problem).__name__,
            "errorMessage": text_of(problem),
            "stackTrace": frames(problem),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}",
        }


def moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"


def begin_to_log() -> Records:
    """What the root logger writes, and from which level on."""
    records, root = Records(), logging.getLogger()
    root.addHandler(records)
    if logs_json():
        root.setLevel(LEVELS[os.environ["AWS_LAMBDA_LOG_LEVEL"]])
    return records


def logs_json() -> bool:
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def say(text: str) -> None:
    """One event of the log, however many lines it has; what was printed before comes before it."""
    flush()
    left = b"\x1e" + text.encode(errors="replace").replace(b"\n", b"\x1f") + b"\n"
    while left:
        left = left[os.write(1, left) :]


# -------------------------------------------------------------------------------------------------------- serving


class Function:
    def __init__(self, channel: Channel, records: Records) -> None:
        self._channel = channel
        self._records = records
        self._handler: Handler | None = None
        self._fault: BaseException | None = None
        self._process = os.getpid()

    def prepare(self) -> None:
        """Load the handler; what goes wrong is told to the first who asks."""
        try:
            self._handler = load(os.environ["_HANDLER"])
        except Exception as problem:  # whatever a function's module raises
            self._fault = problem
        flush()
        self._channel.send({"do": "ready"})

    def answer_one(self) -> None:
        head, payload = self._channel.receive()
        self._records.request_id = head["request_id"]
        try:
            answer = self._call(head, payload)
        except Exception as problem:  # whatever a handler raises
            self._fail(problem, head["request_id"])
            return
        self._reply("answered", answer)

    def _call(self, head: Head, payload: bytes) -> bytes:
        if self._fault is not None or self._handler is None:
            raise self._fault or Fault("Runtime.Unknown", "")
        try:
            event = json.loads(payload)
        except ValueError as problem:
            raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {problem}") from None
        result = self._handler(event, Context(head))
        try:
            return json.dumps(result, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError) as problem:
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {problem}") from None

    def _fail(self, problem: BaseException, request_id: str) -> None:
        is_ours = problem is self._fault and not isinstance(problem, Fault)  # raised by the module, before any request
        failure = account(problem, "" if is_ours else request_id)
        say(told(failure))
        self._reply("failed", json.dumps(failure, ensure_ascii=False).encode(errors="replace"))
        if self._fault is not None:  # a fresh start may find what is missing
            os._exit(1)

    def _reply(self, way: str, payload: bytes) -> None:
        flush()
        if os.getpid() != self._process:
            os._exit(0)  # a child that the handler has forked, and let come back: it is not the function
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        self._channel.send({"do": way, "peak_mib": peak, "leaving": self._fault is not None}, payload)


def stream(handle: int) -> io.TextIOWrapper:
    """Standard output, or error, made anew: a line goes out when it is whole."""
    return open(handle, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def flush() -> None:
    for each in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the function may have closed it
            each.flush()


def serve(handle: int) -> NoReturn:
    """Load the function and answer until nobody asks."""
    channel = Channel(handle)
    sys.stdout = sys.__stdout__ = stream(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = stream(2)  # type: ignore[misc]
    records = begin_to_log()
    sys.modules["__main__"] = types.ModuleType("__main__")
    look_where_lambda_does()
    try:
        function = Function(channel, records)
        function.prepare()
        while True:
            function.answer_one()
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:  # such as KeyboardInterrupt
        traceback.print_exc()
        code = 1
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    flush()
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    serve(CHANNEL)
