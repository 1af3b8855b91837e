"""Requests to APIs: what functions and endpoints get of them, and what becomes of their answers."""

import asyncio
import base64
import json
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from penstock.wire.fronts import Answered
from services.apigateway.worlds import ACCOUNT, FUNCTION, INVOKED, PREDICTED, PROXY, SIGNER, STARTED, World, ada

OPEN: Any = {}
STATIC = {"application/json": '{"statusCode": 200}'}


def message(answered: Answered) -> tuple[int, str]:
    return answered.status, json.loads(answered.body)["message"]


async def test_a_function_gets_the_request_in_awss_form_and_its_answer_is_the_response(world: World) -> None:
    api = await world.api(paths={"ANY /models/{name}/{proxy+}": (OPEN, PROXY)})
    world.reply = lambda _: {
        "statusCode": "201", "headers": {"X-Number": 1, "Date": "never"}, "body": "told",
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
    }  # fmt: skip

    answered = await world.send(
        "POST", f"{api}/prod/models/a%20b/x/y", "q=1&q=2&e=", body=b'{"x": 1}',
        headers={"content-type": "application/json", "user-agent": "curl", "host": "h:4599", "x-a": "1"},
    )  # fmt: skip

    event = world.event
    context = event.pop("requestContext")
    headers = event.pop("headers")
    assert headers == {
        "Content-Type": "application/json", "User-Agent": "curl", "Host": "h:4599", "X-A": "1",
        "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "4599",
    }  # fmt: skip
    assert event.pop("multiValueHeaders") == {name: [value] for name, value in headers.items()}
    assert event == {
        "resource": "/models/{name}/{proxy+}", "path": "/models/a%20b/x/y", "httpMethod": "POST",
        "queryStringParameters": {"q": "2", "e": ""}, "multiValueQueryStringParameters": {"q": ["1", "2"], "e": [""]},
        "pathParameters": {"name": "a b", "proxy": "x/y"}, "stageVariables": {"who": "f"}, "body": '{"x": 1}',
        "isBase64Encoded": False,
    }  # fmt: skip
    assert context.pop("identity")["sourceIp"] == "10.0.0.1"
    assert context.pop("resourceId")
    assert context.pop("deploymentId")
    assert context == {
        "resourcePath": "/models/{name}/{proxy+}", "httpMethod": "POST", "extendedRequestId": "0123456789abcdef",
        "requestTime": "14/Nov/2023:22:13:20 +0000", "path": "/prod/models/a%20b/x/y", "accountId": ACCOUNT,
        "protocol": "HTTP/1.1", "stage": "prod", "domainPrefix": api, "requestTimeEpoch": 1_700_000_000_500,
        "requestId": "01234567-89ab-cdef-0123-456789abcdef", "apiId": api,
        "domainName": f"{api}.execute-api.us-east-1.amazonaws.com",
    }  # fmt: skip
    assert (answered.status, answered.body) == (201, b"told")
    assert list(answered.headers)[:5] == [
        ("X-Number", "1"), ("x-amzn-remapped-date", "never"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
        ("content-type", "application/json"),
    ]  # fmt: skip


async def test_what_a_request_has_not_is_null(world: World) -> None:
    api = await world.api(paths={"GET /": (OPEN, PROXY)})

    await world.send("GET", f"{api}/prod")

    names = ("pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "body")
    assert [world.event[name] for name in names] == [None] * 4
    assert (world.event["path"], world.event["requestContext"]["path"]) == ("/", "/prod")


async def test_bodies_of_binary_types_are_base64_both_ways(world: World) -> None:
    api = await world.api(api={"binaryMediaTypes": ["image/*"]}, paths={"ANY /{proxy+}": (OPEN, PROXY)})
    picture = b"\x89PNG"
    coded = base64.b64encode(picture).decode()
    world.reply = lambda _: {"statusCode": 200, "body": coded, "isBase64Encoded": True}

    asked = await world.send("POST", f"{api}/prod/a", body=picture, headers={"content-type": "image/png"})
    sent = (world.event["body"], world.event["isBase64Encoded"])
    wanted = await world.send("GET", f"{api}/prod/a", headers={"accept": "image/png, */*"})

    assert sent == (coded, True)
    assert wanted.body == picture
    assert asked.body == coded.encode()  # whoever asks for no picture gets the text, as on AWS


async def test_the_most_definite_resource_that_has_the_verb_answers(world: World) -> None:
    paths = ("GET /a/b", "POST /a/{x}", "GET /a/{x}/c", "ANY /{all+}", "GET /")
    api = await world.api(paths=dict.fromkeys(paths, (OPEN, PROXY)))

    async def found(verb: str, path: str) -> str:
        await world.send(verb, f"{api}/prod{path}")
        return str(world.event["resource"])

    asked = [("GET", "/a/b"), ("POST", "/a/b"), ("GET", "/a/b/c"), ("GET", "/a/z/"), ("PUT", "/x/y/z"), ("GET", "/")]
    assert [await found(*each) for each in asked] == ["/a/b", "/a/{x}", "/a/{x}/c", "/{all+}", "/{all+}", "/"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("{api}/prod/elsewhere", (403, "Missing Authentication Token")),
        ("{api}/prod", (403, "Missing Authentication Token")),
        ("{api}/other/there", (403, "Forbidden")),
        ("{api}", (403, "Forbidden")),
        ("nobody/prod/there", (403, "Forbidden")),
    ],
)
async def test_what_is_not_there_is_answered_as_aws_does(world: World, path: str, told: tuple[int, str]) -> None:
    api = await world.api(paths={"GET /there": (OPEN, PROXY)})

    assert message(await world.send("GET", path.format(api=api))) == told


@pytest.mark.parametrize(
    "said",
    [
        "hello", {"status": 200}, {"statusCode": 200, "body": {"a": 1}}, {"statusCode": 200, "data": "more"},
        {"statusCode": 900}, {"statusCode": 101},
        {"statusCode": 200, "headers": []}, {"statusCode": 200, "headers": {"a": {}}},
        {"statusCode": 200, "isBase64Encoded": "yes"}, b"no JSON", ValueError("failed"), None,
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_in_the_form_is_a_bad_gateway(world: World, said: Any) -> None:
    api = await world.api(paths={"GET /": (OPEN, PROXY)})
    world.reply = lambda _: said

    assert message(await world.send("GET", f"{api}/prod")) == (502, "Internal server error")


async def test_a_function_that_takes_too_long_is_not_waited_for(world: World) -> None:
    api = await world.api(paths={"GET /": (OPEN, {**PROXY, "timeoutInMillis": 50})})
    never = asyncio.Event()

    async def wait(call: Any, request: Any) -> Any:
        await never.wait()

    world.inner.directory._handlers["lambda", "Invoke"] = wait

    assert message(await world.send("GET", f"{api}/prod")) == (504, "Endpoint request timed out")


async def test_a_method_with_aws_iam_wants_a_signature_and_tells_the_function_whose(world: World) -> None:
    api = await world.api(paths={"GET /": ({"authorizationType": "AWS_IAM"}, PROXY)})

    refused = await world.send("GET", f"{api}/prod")
    allowed = await world.send("GET", f"{api}/prod", prove=ada)

    assert message(refused) == (403, "Missing Authentication Token")
    assert len(world.calls) == 1
    assert allowed.status == 200
    assert world.event["requestContext"]["identity"]["userArn"] == SIGNER.principal


async def test_the_function_may_be_named_by_a_variable_of_the_stage(world: World) -> None:
    uri = INVOKED.format(FUNCTION.replace(":f", ":${stageVariables.who}"))
    api = await world.api(paths={"GET /": (OPEN, {**PROXY, "uri": uri})})

    await world.send("GET", f"{api}/prod")

    assert world.calls[0].request["FunctionName"] == FUNCTION


async def test_a_mock_answers_by_the_status_of_its_template(world: World) -> None:
    mock = {
        "type": "MOCK", "requestTemplates": STATIC,
        "answers": {
            "200": {"responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"},
                    "responseTemplates": {"application/json": '{"stage": "$context.stage"}'}},
            "404": {"selectionPattern": "404"},
        },
    }  # fmt: skip
    api = await world.api(paths={"OPTIONS /": (OPEN, mock)})

    answered = await world.send("OPTIONS", f"{api}/prod")

    assert (answered.status, answered.body) == (200, b'{"stage": "prod"}')
    assert ("Access-Control-Allow-Origin", "*") in answered.headers


async def test_an_endpoint_gets_the_body_and_what_it_says_is_the_answer(world: World) -> None:
    to_endpoint = {
        "type": "AWS", "integrationHttpMethod": "POST", "uri": PREDICTED.format("{endpoint}"),
        "requestParameters": {
            "integration.request.path.endpoint": "method.request.path.name",
            "integration.request.header.Accept": "'text/csv'",
            "integration.request.header.X-Amzn-SageMaker-Target-Variant": "method.request.querystring.variant",
        },
        "requestTemplates": {"application/json": "$input.path('$.rows')"},
        "answers": {"200": {}, "400": {"selectionPattern": r"4\d\d"}},
    }  # fmt: skip
    api = await world.api(paths={"POST /models/{name}": (OPEN, to_endpoint)})
    world.reply = lambda _: b"0.5"

    plain = await world.send(
        "POST", f"{api}/prod/models/wine", "variant=b", body=b"1,2", headers={"content-type": "text/csv"}
    )
    mapped = await world.send("POST", f"{api}/prod/models/wine", body=b'{"rows": "3,4"}')
    world.reply = lambda _: ServiceError("Endpoint wine of account not found.", code="ValidationError")
    failed = await world.send("POST", f"{api}/prod/models/wine", body=b"{}")

    assert (plain.status, plain.body) == (200, b"0.5")
    assert dict(plain.headers)["content-type"] == "text/csv"
    assert world.calls[0].request == {
        "EndpointName": "wine", "Body": b"1,2", "ContentType": "text/csv", "Accept": "text/csv", "TargetVariant": "b",
    }  # fmt: skip
    assert world.calls[1].request["Body"] == b"3,4"
    assert mapped.status == 200
    assert message(failed) == (400, "Endpoint wine of account not found.")


async def test_a_function_that_is_no_proxy_gets_the_body_and_its_errors_choose_the_response(world: World) -> None:
    behind = {
        "type": "AWS", "integrationHttpMethod": "POST", "uri": INVOKED.format(FUNCTION),
        "requestTemplates": {"application/json": '{"in": $input.json(\'$.a\'), "q": "$input.params(\'q\')"}'},
        "answers": {"200": {}, "404": {"selectionPattern": ".*absent.*", "responseTemplates": {
            "application/json": '{"why": $input.json(\'$.errorMessage\')}'}}},
    }  # fmt: skip
    api = await world.api(paths={"POST /": (OPEN, behind)})
    world.reply = lambda _: {"out": 1}

    answered = await world.send("POST", f"{api}/prod", "q=x", body=b'{"a": [1, 2]}')
    event = world.event
    world.reply = lambda _: KeyError("absent")
    failed = await world.send("POST", f"{api}/prod", body=b"{}")

    assert event == {"in": [1, 2], "q": "x"}
    assert (answered.status, answered.body) == (200, b'{"out":1}')
    assert (failed.status, json.loads(failed.body)) == (404, {"why": "'absent'"})


async def test_a_body_that_no_template_is_for_is_passed_on_or_refused(world: World) -> None:
    behind = {
        "type": "AWS", "integrationHttpMethod": "POST", "uri": PREDICTED.format("e"), "answers": {"200": {}},
        "requestTemplates": {"application/json": "$input.body"}, "passthroughBehavior": "NEVER",
    }  # fmt: skip
    api = await world.api(paths={"POST /": (OPEN, behind)})
    world.reply = lambda _: b""

    refused = await world.send("POST", f"{api}/prod", body=b"1", headers={"content-type": "text/csv"})

    assert message(refused) == (415, "Unsupported Media Type")
    assert (await world.send("POST", f"{api}/prod", body=b"1")).status == 200


async def test_what_is_served_is_what_was_deployed(world: World) -> None:
    api = await world.api(paths={"GET /": (OPEN, PROXY)})
    root = (await world.ask("GetRestApi", restApiId=api))["rootResourceId"]

    await world.ask("DeleteMethod", restApiId=api, resourceId=root, httpMethod="GET")
    before = await world.send("GET", f"{api}/prod")
    await world.ask("PutMethod", restApiId=api, resourceId=root, httpMethod="POST", authorizationType="NONE")
    await world.ask("PutIntegration", restApiId=api, resourceId=root, httpMethod="POST", **PROXY)
    await world.ask("CreateDeployment", restApiId=api, stageName="prod")
    after = await world.send("GET", f"{api}/prod")
    posted = await world.send("POST", f"{api}/prod")
    await world.ask(
        "UpdateRestApi", restApiId=api,
        patchOperations=[{"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}],
    )  # fmt: skip

    assert (before.status, after.status, posted.status) == (200, 403, 200)
    assert message(await world.send("POST", f"{api}/prod")) == (403, "Forbidden")


async def test_a_method_can_be_tried_before_it_is_deployed(world: World) -> None:
    made = await world.ask("CreateRestApi", name="n")
    child = await world.ask("CreateResource", restApiId=made["id"], parentId=made["rootResourceId"], pathPart="{x}")
    where = {"restApiId": made["id"], "resourceId": child["id"], "httpMethod": "GET"}
    await world.ask("PutMethod", **where, authorizationType="AWS_IAM")
    await world.ask("PutIntegration", **where, **PROXY)

    tried = await world.ask("TestInvokeMethod", **where, pathWithQueryString="/y?a=1", headers={"X-A": "b"})

    assert (tried["status"], tried["body"]) == (200, "hello")
    assert tried["headers"]["content-type"] == "application/json"
    assert (world.event["pathParameters"], world.event["queryStringParameters"]) == ({"x": "y"}, {"a": "1"})
    assert world.event["headers"]["X-A"] == "b"


async def test_an_operation_gets_the_body_as_its_request_and_its_answer_or_error_is_the_response(world: World) -> None:
    machine = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
    template = f"""{{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "{machine}"}}"""
    started = {
        "type": "AWS", "integrationHttpMethod": "POST", "uri": STARTED,
        "requestTemplates": {"application/json": template}, "answers": {"200": {}, "400": {"selectionPattern": "4.."}},
    }  # fmt: skip
    api = await world.api(paths={"POST /start": (OPEN, started)})
    world.reply = lambda _: {"executionArn": "arn:e", "startDate": 1_700_000_000.25}

    answered = await world.send("POST", f"{api}/prod/start", body=b'{"it": "is \\"so\\""}')

    assert world.calls[-1].request["stateMachineArn"] == machine
    assert json.loads(world.calls[-1].request["input"]) == {"it": 'is "so"'}
    assert answered.status == 200
    assert json.loads(answered.body) == {"executionArn": "arn:e", "startDate": 1_700_000_000.25}

    world.reply = lambda _: ServiceError("no such machine", code="StateMachineDoesNotExist")
    answered = await world.send("POST", f"{api}/prod/start", body=b"{}")

    assert answered.status == 400
    assert json.loads(answered.body) == {"__type": "StateMachineDoesNotExist", "message": "no such machine"}


@pytest.mark.parametrize("action", ["states:action/Begin", "sqs:action/SendMessage"])
async def test_what_is_no_operation_that_can_be_asked_is_refused_when_it_is_put(world: World, action: str) -> None:
    with pytest.raises(ServiceError, match=action):
        await world.api(
            paths={"POST /": (OPEN, {"type": "AWS", "integrationHttpMethod": "POST",
                                     "uri": f"arn:aws:apigateway:us-east-1:{action}"})}
        )  # fmt: skip
