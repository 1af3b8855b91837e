"""Invoke: what a function is given, what its caller is told, and how many may run at once."""

import asyncio
import base64
import io
import json
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from penstock.images.clients import SHIM
from services.lambda_.worlds import World, lambda_at, package

pytestmark = pytest.mark.group("sandbox")

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
GATED = """
import os, time
def handler(event, context):
    print("begun")
    time.sleep(600)
"""


async def test_an_invocation_without_a_payload_is_given_an_empty_object(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        assert (await world.ask("Invoke", FunctionName="f"))["Payload"] == b"{}"


async def test_the_log_goes_to_the_functions_group_and_its_tail_back_to_who_asks(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context):\n    print('hello', context.log_stream_name)\n")

        answer = await world.invoke(LogType="Tail")

        tail = base64.b64decode(answer["LogResult"]).decode().splitlines()
        assert await world.log() == tail
        start, printed, end, report = tail
        assert re.fullmatch(rf"START RequestId: {ID} Version: \$LATEST", start)
        assert re.fullmatch(r"hello \d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", printed)
        assert re.fullmatch(rf"END RequestId: {ID}", end)
        assert re.fullmatch(
            rf"REPORT RequestId: {ID}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
            r"Max Memory Used: \d+ MB\tInit Duration: [\d.]+ ms",
            report,
        )


async def test_a_log_in_json_has_records_of_what_is_said_and_of_the_platform(tmp_path: Path) -> None:
    source = """
import logging
def handler(event, context):
    logging.debug("unheard")
    logging.info("got %s", event, extra={"order": 7})
    print("as it is")
    return 1 / event
"""
    async with lambda_at(tmp_path) as world:
        await world.create(source=source, LoggingConfig={"LogFormat": "JSON"})
        await world.ask("Invoke", FunctionName="f", Payload=b"1")
        await world.ask("Invoke", FunctionName="f", Payload=b"0")

        start, said, printed, report, *_, failed, bad = await world.log()

        assert printed == "as it is"
        assert {"level": "INFO", "message": "got 1", "logger": "root", "order": 7}.items() <= json.loads(said).items()
        begun, reported = json.loads(start), json.loads(report)
        assert (begun["type"], begun["record"]["version"]) == ("platform.start", "$LATEST")
        assert (reported["type"], reported["record"]["status"]) == ("platform.report", "success")
        assert reported["record"]["metrics"].keys() >= {"durationMs", "billedDurationMs", "initDurationMs"}
        told = json.loads(failed)
        assert (told["log_level"], told["errorType"]) == ("ERROR", "ZeroDivisionError")
        assert told["requestId"] == json.loads(bad)["record"]["requestId"]
        assert json.loads(bad)["record"]["status"] == "error"


async def test_levels_say_from_where_on_json_is_told(tmp_path: Path) -> None:
    levels = {"LogFormat": "JSON", "ApplicationLogLevel": "ERROR", "SystemLogLevel": "WARN"}
    source = "import logging\ndef handler(event, context):\n    logging.warning('no')\n    logging.error('yes')\n"
    async with lambda_at(tmp_path) as world:
        made = await world.create(source=source, LoggingConfig=levels)
        await world.invoke()

        (said,) = await world.log()

        assert made["LoggingConfig"] == {**levels, "LogGroup": "/aws/lambda/f"}
        assert json.loads(said)["message"] == "yes"
        plain = await world.ask("UpdateFunctionConfiguration", FunctionName="f", LoggingConfig={"LogFormat": "Text"})
        assert plain["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}


@pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no node")
async def test_what_a_console_says_in_json_is_an_object(tmp_path: Path) -> None:
    source = """
exports.handler = async (event) => {
  console.debug("unheard");
  console.log({ a: 1 });
  console.warn("two", new TypeError("bad"));
  throw new RangeError("out");
}"""
    async with lambda_at(tmp_path) as world:
        code = {"ZipFile": package(**{"index.js": source})}
        await world.create(
            Code=code, Runtime="nodejs20.x", Handler="index.handler",
            LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"},
        )  # fmt: skip
        await world.invoke()

        one, two, failed, report = [json.loads(line) for line in await world.log()]

        assert (one["level"], one["message"]) == ("INFO", {"a": 1})
        assert (two["level"], two["errorType"], two["errorMessage"]) == ("WARN", "TypeError", "bad")
        assert failed["message"]["errorType"] == "RangeError"
        assert report["record"]["requestId"] == one["requestId"] == failed["requestId"]


async def test_a_call_that_is_repeated_has_the_same_request_id(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context):\n    return context.aws_request_id\n")

        told = [await world.result(token=token) for token in ("run#1", "run#1", "run#2", "")]

    assert told[0] == told[1]
    assert len({*told}) == 3
    assert all(re.fullmatch(ID, each) for each in told)


async def test_an_environment_is_used_again_and_remembers(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen\n")

        assert [await world.result(event=number) for number in range(3)] == [[0], [0, 1], [0, 1, 2]]


async def test_a_function_finds_lambdas_variables_a_clients_and_its_own(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(
            source="import os\ndef handler(event, context): return dict(os.environ)",
            Environment={"Variables": {"MINE": "yes", "AWS_ENDPOINT_URL": "http://mine"}},
        )

        seen = await world.result()

        expected = {
            "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "_HANDLER": "handler.handler",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", "AWS_REGION": "us-east-1", "LAMBDA_TASK_ROOT": "/var/task",
            "MINE": "yes", "AWS_ENDPOINT_URL": "http://mine", "TZ": ":UTC",
        }  # fmt: skip
        assert expected.items() <= seen.items()


async def test_an_environment_is_not_used_again_when_its_keys_are_nearly_over(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="import os\ndef handler(event, context): return os.environ['AWS_ACCESS_KEY_ID']")

        first = await world.result()
        world.now += 100
        again = await world.result()
        world.now += 150
        later = await world.result()

        assert again == first == "key-of-f-at-1700000000"
        assert later == "key-of-f-at-1700000250"


async def test_the_callers_client_context_reaches_the_function(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context): return context.client_context.custom")
        told = base64.b64encode(json.dumps({"custom": {"a": 1}}).encode()).decode()

        assert await world.result(ClientContext=told) == {"a": 1}


async def test_a_function_that_raises_is_told_with_type_message_and_trace(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context):\n    raise ValueError('no')\n")

        told = await world.failure()

        assert re.fullmatch(ID, told.pop("requestId"))
        assert told == {
            "errorMessage": "no", "errorType": "ValueError",
            "stackTrace": ['  File "/var/task/handler.py", line 2, in handler\n    raise ValueError(\'no\')\n'],
        }  # fmt: skip


async def test_a_timeout_is_told_to_the_caller_and_in_the_log_and_the_next_one_starts_afresh(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        source = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'\n"
        await world.create(source=source, Timeout=1)

        told = await world.failure(event=600)

        assert told["errorType"] == "Sandbox.Timedout"
        assert re.fullmatch(rf"RequestId: {ID} Error: Task timed out after 1.00 seconds", told["errorMessage"])
        pattern = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z {ID} Task timed out after 1.00 seconds"
        assert any(re.fullmatch(pattern, message) for message in await world.log())
        assert await world.result(event=0) == "done"


async def test_an_exit_is_told_and_the_next_one_starts_afresh(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="import sys\ndef handler(event, context): return sys.exit(event) if event else 'ok'")

        told = await world.failure(event=2)

        assert told["errorType"] == "Runtime.ExitError"
        assert re.fullmatch(rf"RequestId: {ID} Error: Runtime exited with error: exit status 2", told["errorMessage"])
        assert await world.result() == "ok"


async def test_an_answer_over_six_megabytes_is_a_failure(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context): return 'x' * event", MemorySize=512)

        assert len(await world.result(event=6 << 20)) == 6 << 20
        assert (await world.failure(event=(6 << 20) + 200))["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Payload": b"{"}, "InvalidRequestContentException"),
        ({"Payload": b'"' + b"x" * (6 << 20) + b'"'}, "RequestTooLargeException"),
        ({"Payload": b'"' + b"x" * (1 << 20) + b'"', "InvocationType": "Event"}, "RequestTooLargeException"),
        ({"FunctionName": "f:1", "Qualifier": "2"}, "InvalidParameterValueException"),
        ({"FunctionName": "g"}, "ResourceNotFoundException"),
        ({"InvocationType": "Later"}, "ValidationException"),
    ],
)
async def test_what_cannot_be_invoked_is_refused(tmp_path: Path, request_: dict[str, Any], code: str) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        assert (await world.refused("Invoke", **{"FunctionName": "f", **request_})).code == code


async def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        assert await world.invoke(InvocationType="DryRun") == {"StatusCode": 204}
        assert (await world.refused("FilterLogEvents", service="logs", logGroupName="/aws/lambda/f")).code == (
            "ResourceNotFoundException"
        )


async def test_a_log_group_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source="def handler(event, context): print(f'got {event}')")
        await world.invoke(event=1)
        await world.ask("DeleteLogGroup", service="logs", logGroupName="/aws/lambda/f")

        await world.invoke(event=2)

        assert "got 2" in await world.log()


# -- many at once


async def running(world: World, name: str = "f") -> asyncio.Task[Any]:
    """An invocation that has begun, and goes on."""
    task = asyncio.create_task(world.invoke(name))
    await world.until_logged("begun", name)
    return task


async def test_invocations_at_once_have_environments_of_their_own(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        source = (
            "import os, time\ndef handler(event, context):\n    time.sleep(0.3)\n    return context.log_stream_name\n"
        )
        await world.create(source=source)

        streams = await asyncio.gather(*(world.result() for _ in range(4)))

        assert len(set(streams)) == 4


async def test_more_than_its_reserved_concurrency_is_throttled(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=GATED, Timeout=600)
        await world.ask("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=1)
        first = await running(world)

        refusal = await world.refused("Invoke", FunctionName="f")

        assert (refusal.code, refusal.message) == ("TooManyRequestsException", "Rate Exceeded.")
        assert refusal.fields["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        first.cancel()
        await asyncio.wait([first])


async def test_a_function_with_no_concurrency_is_switched_off_until_that_is_taken_back(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()
        await world.ask("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=0)
        assert (await world.refused("Invoke", FunctionName="f")).code == "TooManyRequestsException"
        told = await world.ask("GetFunctionConcurrency", FunctionName="f")
        assert told == {"ReservedConcurrentExecutions": 0}

        await world.ask("DeleteFunctionConcurrency", FunctionName="f")

        assert await world.result(event=1) == 1


async def test_not_all_of_the_accounts_concurrency_can_be_reserved(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        refusal = await world.refused("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=901)

        assert "below its minimum value of [100]" in refusal.message
        await world.ask("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=900)
        limits = (await world.ask("GetAccountSettings"))["AccountLimit"]
        assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (1000, 100)


async def test_where_all_places_are_taken_one_waits_for_its_turn_and_who_only_waits_gives_way(tmp_path: Path) -> None:
    async with lambda_at(tmp_path, most_environments=2) as world:
        source = "import time\ndef handler(event, context):\n    time.sleep(0.1)\n    return event\n"
        for name in ("f", "g", "h"):
            await world.create(name, source=source)

        results = await asyncio.gather(*(world.result(name, number) for number, name in enumerate("fghfghfgh")))

        assert results == list(range(9))


async def test_a_function_can_invoke_another_while_it_runs(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create("inner")
        await world.create(source=GATED, Timeout=600)
        outer = await running(world)

        assert await world.result("inner", 5) == 5
        outer.cancel()
        await asyncio.wait([outer])


NODE = """
exports.handler = async (event, context) => {
  console.log("seen", event);
  if (event === "raise") throw new TypeError("no");
  if (event === "exit") process.exit(3);
  return [event, context.functionName, context.getRemainingTimeInMillis() > 0];
};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_node_functions_answer_fail_exit_and_log(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        code = package(**{"index.js": NODE})
        await world.create(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": code}, MemorySize=256)

        assert await world.result(event={"a": 1}) == [{"a": 1}, "f", True]
        assert await world.failure(event="raise") == {
            "errorType": "TypeError", "errorMessage": "no",
            "trace": ["TypeError: no", "    at exports.handler (/var/task/index.js:4:32)"],
        }  # fmt: skip
        assert (await world.failure(event="exit"))["errorType"] == "Runtime.ExitError"
        assert any(re.fullmatch(rf"[^\t]+Z\t{ID}\tINFO\tseen raise", message) for message in await world.log())


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ({"index.mjs": "export const handler = async (event) => ['module', event]"}, ["module", 1]),
        ({"index.js": "exports.handler = (event, context, callback) => callback(null, event)"}, 1),
        ({"index.js": "exports.handler = async () => await new Promise(() => {})"}, None),
    ],
)
async def test_node_handlers_of_every_kind_are_answered(tmp_path: Path, files: dict[str, str], answer: Any) -> None:
    async with lambda_at(tmp_path) as world:
        code = package(**files)
        await world.create(Runtime="nodejs22.x", Handler="index.handler", Code={"ZipFile": code}, MemorySize=256)

        assert await world.result(event=1) == answer


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_a_node_function_finds_the_modules_of_its_layers(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        content = {"ZipFile": package(**{"nodejs/node_modules/shared/index.js": "exports.name = 'shared'"})}
        layer = (await world.ask("PublishLayerVersion", LayerName="l", Content=content))["LayerVersionArn"]
        code = package(**{"index.js": "const {name} = require('shared'); exports.handler = async () => name"})
        await world.create(Runtime="nodejs22.x", Handler="index.handler", Code={"ZipFile": code}, Layers=[layer])

        assert await world.result() == "shared"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize(
    "files",
    [
        {"index.js": "const {who} = require('@aws-sdk/client-s3'); exports.handler = async () => who;"},
        {"index.mjs": "import {who} from '@aws-sdk/client-s3'; export const handler = async () => who;"},
    ],
)
async def test_node_functions_find_awss_sdk_or_are_told_why_not(tmp_path: Path, files: dict[str, str]) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(Runtime="nodejs22.x", Handler="index.handler", Code={"ZipFile": package(**files)})

        lacking = await world.failure()
        module = tmp_path / "sdk/node_modules/@aws-sdk/client-s3"
        module.mkdir(parents=True)
        (module / "index.js").write_text("exports.who = 'the SDK'")

        assert lacking["errorType"] == "Runtime.ImportModuleError"
        assert lacking["errorMessage"].endswith("AWS's SDK is not there: npm is at lunch")
        assert await world.result() == "the SDK"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_a_node_function_answers_by_https_at_the_host_that_it_was_told(tmp_path: Path) -> None:
    source = """
exports.handler = () => new Promise((resolve, reject) => {
  const options = { hostname: "127.0.0.1", port: 443, path: "/where", method: "PUT" };
  require("https").request(options, (answer) => resolve(answer.statusCode)).on("error", reject).end("told");
});"""
    async with heard(b"HTTP/1.1 204 No Content\r\n\r\n") as (place, told), lambda_at(tmp_path) as world:
        variables = {"Variables": {"AWS_ENDPOINT_URL": place}}
        code = {"ZipFile": package(**{"index.js": source})}
        await world.create(Runtime="nodejs22.x", Handler="index.handler", Code=code, Environment=variables)

        assert await world.result() == 204
        assert told[0].startswith(b"PUT /where HTTP/1.1")


async def test_a_python_function_that_insists_on_tls_is_heard_all_the_same(tmp_path: Path) -> None:
    source = """
import http.client, os
def handler(event, context):
    line = http.client.HTTPSConnection(os.environ["AWS_ENDPOINT_URL"].partition("//")[2])
    line.request("PUT", "/where", body=b"told")
    return line.getresponse().status
"""
    async with heard(b"HTTP/1.1 204 No Content\r\n\r\n") as (place, told), lambda_at(tmp_path) as world:
        variables = {"AWS_ENDPOINT_URL": place, "PYTHONPATH": str(SHIM)}
        await world.create(source=source, Environment={"Variables": variables})

        assert await world.result() == 204
        assert told[0].startswith(b"PUT /where HTTP/1.1")


@asynccontextmanager
async def heard(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that says one thing to everybody, and what it was told."""
    told: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.readuntil(b"\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", told


async def test_a_program_of_a_layer_finds_the_interpreter_where_lambda_has_it(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        program = zipfile.ZipInfo("tool")
        program.external_attr = 0o755 << 16
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(program, "#!/var/lang/bin/python\nprint(6 * 7)\n")
        layer = await world.ask("PublishLayerVersion", LayerName="l", Content={"ZipFile": buffer.getvalue()})
        source = (
            "import subprocess\ndef handler(event, context): return subprocess.check_output(['/opt/tool']).decode()"
        )
        await world.create(source=source, Layers=[layer["LayerVersionArn"]])

        assert await world.result() == "42\n"


async def test_a_streamed_invocation_is_one_chunk_and_its_completion(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()
        await world.create("failing", source="def handler(event, context): raise KeyError('no')")

        well = await world.ask("InvokeWithResponseStream", FunctionName="f", Payload=b"[1]", LogType="Tail")
        badly = await world.ask("InvokeWithResponseStream", FunctionName="failing")
        dry = await world.ask("InvokeWithResponseStream", FunctionName="f", InvocationType="DryRun")

        chunk, complete = [event async for event in well["EventStream"]]
        assert chunk == {"PayloadChunk": {"Payload": b"[1]"}}
        assert b"REPORT" in base64.b64decode(complete["InvokeComplete"]["LogResult"])
        _, complete = [event async for event in badly["EventStream"]]
        assert complete["InvokeComplete"]["ErrorCode"] == "Unhandled"
        assert json.loads(complete["InvokeComplete"]["ErrorDetails"])["errorType"] == "KeyError"
        assert dry == {"StatusCode": 204}
