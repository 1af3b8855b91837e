"""Functions with URLs: the operations, what functions get of requests, what becomes of their answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from penstock.services.lambda_ import urlevents
from penstock.wire.call import Scope, ServiceError
from penstock.wire.fronts import Answered, Asked
from services.lambda_.worlds import lambda_at

SAYING = """
def handler(event, context):
    how = (event.get("queryStringParameters") or {}).get("how")
    if how == "fail":
        raise ValueError("no")
    if how == "cookies":
        return {"statusCode": 201, "cookies": ["a=1", "b=2"], "headers": {"Access-Control-Allow-Origin": "mine"}}
    return event
"""
SIGNER = Scope("123456789012", "us-east-1", "arn:aws:iam::123456789012:user/ada")
PREFLIGHT = {"origin": "https://a.example", "access-control-request-method": "POST"}


async def nobody() -> Scope:
    raise ServiceError("Missing Authentication Token", code="MissingAuthenticationTokenException", status=403)


async def ada() -> Scope:
    return SIGNER


def asked(method: str = "GET", path: str = "/", query: str = "", **more: Any) -> Asked:
    headers: Mapping[str, str] = more.pop("headers", {})
    given = {"host": "", "body": b"", "client": "10.0.0.1", "prove": nobody, **more}
    return Asked(
        id="0123456789abcdef0123456789abcdef", at=1_700_000_000.5, method=method, path=path, query=query,
        headers=list(headers.items()), **given,
    )  # fmt: skip


def mark(told: Mapping[str, Any]) -> str:
    """The id of a URL."""
    return str(told["FunctionUrl"]).rstrip("/").rpartition("/")[2]


async def test_a_url_is_made_told_changed_listed_and_deleted(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create("f", SAYING)
        await world.ask("PublishVersion", FunctionName="f")
        await world.ask("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
        where = {"FunctionName": "f"}
        made = await world.ask("CreateFunctionUrlConfig", **where, AuthType="AWS_IAM")
        of_alias = await world.ask("CreateFunctionUrlConfig", **where, Qualifier="live", AuthType="NONE")
        again = await world.refused("CreateFunctionUrlConfig", **where, AuthType="NONE")

        changed = await world.ask("UpdateFunctionUrlConfig", **where, AuthType="NONE", Cors={"AllowOrigins": ["*"]})
        listed = await world.ask("ListFunctionUrlConfigs", **where)
        told = await world.ask("GetFunctionUrlConfig", **where)
        found = await world.front(mark(of_alias), asked())
        await world.ask("DeleteFunctionUrlConfig", **where)
        gone = await world.refused("GetFunctionUrlConfig", **where)
        unknown = await world.front(mark(made), asked())
        await world.ask("DeleteAlias", FunctionName="f", Name="live")
        orphaned = await world.front(mark(of_alias), asked())
        await world.ask("DeleteFunction", FunctionName="f")
        without = await world.front(mark(of_alias), asked())

    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert made["FunctionUrl"].startswith("http://127.0.0.1:4599/_penstock/lambda-url/")
    assert (made["FunctionArn"], of_alias["FunctionArn"]) == (arn, f"{arn}:live")
    assert (made["AuthType"], made["InvokeMode"]) == ("AWS_IAM", "BUFFERED")
    assert again.code == "ResourceConflictException"
    assert changed == told
    assert (told["AuthType"], told["Cors"], told["FunctionUrl"]) == (
        "NONE",
        {"AllowOrigins": ["*"]},
        made["FunctionUrl"],
    )
    assert [each["FunctionUrl"] for each in listed["FunctionUrlConfigs"]] == [
        made["FunctionUrl"], of_alias["FunctionUrl"],
    ]  # fmt: skip
    assert found.status == 200
    assert gone.code == "ResourceNotFoundException"
    assert [unknown.status, orphaned.status, without.status] == [404] * 3


async def test_what_a_url_cannot_be_is_refused(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create("f", SAYING)

        async def code(**request: Any) -> str:
            return (await world.refused("CreateFunctionUrlConfig", **{"FunctionName": "f", **request})).code

        assert await code(AuthType="NONE", InvokeMode="RESPONSE_STREAM") == "NotImplemented"
        assert await code(AuthType="NONE", FunctionName="g") == "ResourceNotFoundException"
        assert await code(AuthType="NONE", Cors={"AllowMethods": ["READ"]}) == "InvalidParameterValueException"
        many = {"AllowOrigins": ["*"], "AllowCredentials": True}
        assert await code(AuthType="NONE", Cors=many) == "InvalidParameterValueException"


async def test_a_function_gets_the_request_in_form_two(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create("f", SAYING)
        url = mark(await world.ask("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE"))
        request = asked(
            "POST", "/a%20b/c", "x=1&x=2&y=", body=b'{"a": 1}',
            headers={"content-type": "application/json", "cookie": "k=v; l=w", "user-agent": "curl"},
        )  # fmt: skip

        event = json.loads((await world.front(url, request)).body)
        form = await world.front(url, asked("POST", body=b"a=1", headers={
            "content-type": "application/x-www-form-urlencoded"}))  # fmt: skip

    context = event.pop("requestContext")
    assert event == {
        "version": "2.0", "routeKey": "$default", "rawPath": "/a%20b/c", "rawQueryString": "x=1&x=2&y=",
        "cookies": ["k=v", "l=w"], "queryStringParameters": {"x": "1,2", "y": ""}, "body": '{"a": 1}',
        "isBase64Encoded": False,
        "headers": {"content-type": "application/json", "user-agent": "curl", "x-forwarded-for": "10.0.0.1",
                    "x-forwarded-proto": "http"},
    }  # fmt: skip
    assert context == {
        "accountId": "anonymous", "apiId": url, "domainName": f"{url}.lambda-url.us-east-1.on.aws", "domainPrefix": url,
        "http": {"method": "POST", "path": "/a%20b/c", "protocol": "HTTP/1.1", "sourceIp": "10.0.0.1",
                 "userAgent": "curl"},
        "requestId": "01234567-89ab-cdef-0123-456789abcdef", "routeKey": "$default", "stage": "$default",
        "time": "14/Nov/2023:22:13:20 +0000", "timeEpoch": 1_700_000_000_500,
    }  # fmt: skip
    assert (json.loads(form.body)["body"], json.loads(form.body)["isBase64Encoded"]) == ("YT0x", True)


async def test_answers_errors_signatures_and_other_sites_pages(tmp_path: Path) -> None:
    cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["POST"], "AllowCredentials": True, "MaxAge": 5}
    async with lambda_at(tmp_path) as world:
        await world.create("f", SAYING)
        open_ = mark(await world.ask("CreateFunctionUrlConfig", FunctionName="f", AuthType="NONE", Cors=cors))

        answered = await world.front(open_, asked(query="how=cookies", headers={"origin": "https://a.example"}))
        other = await world.front(open_, asked(query="how=cookies", headers={"origin": "https://b.example"}))
        before = await world.front(open_, asked("OPTIONS", headers=PREFLIGHT))
        failed = await world.front(open_, asked(query="how=fail"))
        large = await world.front(open_, asked("POST", body=b"x" * (6 << 20)))
        await world.ask("UpdateFunctionUrlConfig", FunctionName="f", AuthType="AWS_IAM")
        refused = await world.front(open_, asked())
        signed = json.loads((await world.front(open_, asked(prove=ada))).body)

    assert answered.status == 201
    assert sorted(answered.headers) == [
        ("access-control-allow-credentials", "true"), ("access-control-allow-origin", "https://a.example"),
        ("content-type", "application/json"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("vary", "Origin"),
    ]  # fmt: skip
    assert ("Access-Control-Allow-Origin", "mine") in other.headers
    assert (before.status, before.body) == (200, b"")
    assert {("access-control-allow-methods", "POST"), ("access-control-max-age", "5")} <= set(before.headers)
    assert (failed.status, failed.body) == (502, b"Internal Server Error")
    assert large.status == 413
    assert (refused.status, json.loads(refused.body)) == (403, {"Message": "Forbidden"})
    assert signed["requestContext"]["authorizer"]["iam"]["userArn"] == SIGNER.principal


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        ("hello", 200, b"hello"), ({"a": 1}, 200, b'{"a": 1}'), (None, 200, b"null"),
        ({"statusCode": 204}, 204, b""), ({"statusCode": "418", "body": "tea"}, 418, b"tea"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, b"hi"),
    ],
)  # fmt: skip
def test_an_answer_is_a_response_or_the_body_of_one(said: Any, status: int, body: bytes) -> None:
    answered = urlevents.answered(json.dumps(said).encode())

    assert answered == Answered(status, [("content-type", "application/json")], body)


@pytest.mark.parametrize(
    "said",
    [
        {"statusCode": 99}, {"statusCode": 200, "body": {}}, {"statusCode": 200, "headers": 1},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True}, {"statusCode": 200, "cookies": [[]]},
    ],
)  # fmt: skip
def test_an_answer_that_is_no_response_is_none(said: Any) -> None:
    assert urlevents.answered(json.dumps(said).encode()) is None
