"""APIs as their operations make, tell and change them; OpenAPI; and what is refused."""

import json
from typing import Any

import pytest

from services.apigateway.worlds import FUNCTION, INVOKED, PROXY, World

URI = INVOKED.format(FUNCTION)
OPENAPI = {
    "openapi": "3.0.1",
    "info": {"title": "told", "version": 2},
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "components": {"securitySchemes": {"sig": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}}},
    "paths": {
        "/models/{name}": {
            "parameters": [{"name": "name", "in": "path", "required": True}],
            "x-amazon-apigateway-any-method": {
                "operationId": "predict",
                "security": [{"sig": []}],
                "responses": {"200": {"description": "ok", "headers": {"X-A": {"schema": {"type": "string"}}}}},
                "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": URI},
            },
        },
        "/": {
            "get": {
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}, "4..": {"statusCode": 400}},
                }
            }
        },
    },
}


async def made(world: World) -> tuple[str, str]:
    api = await world.ask("CreateRestApi", name="mine")
    return api["id"], api["rootResourceId"]


async def methods(world: World, api: str) -> dict[str, Any]:
    found = await world.ask("GetResources", restApiId=api, embed=["methods"], limit=500)
    return {each["path"]: each.get("resourceMethods", {}) for each in found["items"]}


def changes(**wanted: str) -> list[dict[str, str]]:
    return [{"op": "replace", "path": f"/{name}", "value": value} for name, value in wanted.items()]


async def test_an_api_is_told_as_it_was_made_and_changed(world: World) -> None:
    made = await world.ask("CreateRestApi", name="mine", description="d", tags={"a": "1"})

    changed = await world.ask(
        "UpdateRestApi", restApiId=made["id"],
        patchOperations=[
            *changes(name="ours"), {"op": "remove", "path": "/description"},
            {"op": "add", "path": "/binaryMediaTypes/image~1png"}, {"op": "add", "path": "/binaryMediaTypes/a~1b"},
            {"op": "remove", "path": "/binaryMediaTypes/a~1b"},
            {"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "REGIONAL"},
        ],
    )  # fmt: skip

    told = await world.ask("GetRestApi", restApiId=made["id"])
    assert made["description"] == "d"
    assert told == changed == {
        "id": made["id"], "rootResourceId": made["rootResourceId"], "createdDate": made["createdDate"], "name": "ours",
        "binaryMediaTypes": ["image/png"], "apiKeySource": "HEADER", "disableExecuteApiEndpoint": False,
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}, "tags": {"a": "1"},
    }  # fmt: skip


async def test_apis_and_resources_are_listed_in_pages(world: World) -> None:
    ids = [(await made(world))[0] for _ in range(3)]
    api, root = ids[0], (await world.ask("GetRestApi", restApiId=ids[0]))["rootResourceId"]
    for part in ("b", "a", "c"):
        await world.ask("CreateResource", restApiId=api, parentId=root, pathPart=part)

    first = await world.ask("GetRestApis", limit=2)
    second = await world.ask("GetRestApis", limit=2, position=first["position"])
    some = await world.ask("GetResources", restApiId=api, limit=3)
    others = await world.ask("GetResources", restApiId=api, limit=3, position=some["position"])

    assert [each["id"] for page in (first, second) for each in page["items"]] == ids
    assert [each["path"] for page in (some, others) for each in page["items"]] == ["/", "/a", "/b", "/c"]
    assert "position" not in {*second, *others}


async def test_a_definition_makes_all_of_an_api_and_another_takes_its_place(world: World) -> None:
    api = await world.ask("ImportRestApi", body=json.dumps(OPENAPI).encode(), parameters={
        "endpointConfigurationTypes": "REGIONAL"})  # fmt: skip
    found = await methods(world, api["id"])

    again = b"swagger: '2.0'\ninfo: {title: other}\npaths:\n  /b:\n    get:\n      responses: {200: {description: x}}\n"
    put = await world.ask("PutRestApi", restApiId=api["id"], mode="overwrite", body=again)

    assert (api["name"], api["version"], api["binaryMediaTypes"]) == ("told", "2", ["image/png"])
    assert api["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert found.keys() == {"/", "/models", "/models/{name}"}
    method = found["/models/{name}"]["ANY"]
    assert (method["authorizationType"], method["operationName"]) == ("AWS_IAM", "predict")
    assert method["requestParameters"] == {"method.request.path.name": True}
    assert method["methodResponses"]["200"]["responseParameters"] == {"method.response.header.X-A": False}
    assert method["methodIntegration"] == {
        "type": "AWS_PROXY", "httpMethod": "POST", "uri": URI, "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29_000,
    }  # fmt: skip
    assert found["/"]["GET"]["methodIntegration"]["integrationResponses"] == {
        "200": {"statusCode": "200"}, "400": {"statusCode": "400", "selectionPattern": "4.."},
    }  # fmt: skip
    assert (put["name"], put["rootResourceId"]) == ("other", api["rootResourceId"])
    assert {path: list(verbs) for path, verbs in (await methods(world, api["id"])).items()} == {"/": [], "/b": ["GET"]}


async def test_a_definition_is_merged_into_what_there_is(world: World) -> None:
    api, root = await made(world)
    await world.ask("CreateResource", restApiId=api, parentId=root, pathPart="kept")

    await world.ask("PutRestApi", restApiId=api, mode="merge", body=json.dumps(OPENAPI).encode())

    assert (await methods(world, api)).keys() == {"/", "/kept", "/models", "/models/{name}"}


async def test_methods_integrations_and_responses_are_changed_and_taken_away(world: World) -> None:
    api, root = await made(world)
    where = {"restApiId": api, "resourceId": root, "httpMethod": "get"}
    await world.ask("PutMethod", **where, authorizationType="NONE")
    await world.ask("PutIntegration", **where, type="MOCK")
    await world.ask("PutMethodResponse", **where, statusCode="200", responseModels={"application/json": "Empty"})
    await world.ask("PutIntegrationResponse", **where, statusCode="200", selectionPattern="2..")

    method = await world.ask("UpdateMethod", **where, patchOperations=changes(authorizationType="AWS_IAM"))
    behind = await world.ask("UpdateIntegration", **where, patchOperations=changes(timeoutInMillis="900"))

    assert (method["httpMethod"], method["authorizationType"]) == ("GET", "AWS_IAM")
    assert behind["timeoutInMillis"] == 900
    assert await world.ask("GetIntegration", **where) == behind
    response = await world.ask("GetIntegrationResponse", **where, statusCode="200")
    assert response == behind["integrationResponses"]["200"] == {"statusCode": "200", "selectionPattern": "2.."}
    for operation in ("DeleteIntegrationResponse", "DeleteMethodResponse"):
        await world.ask(operation, **where, statusCode="200")
    assert (await world.refused("GetMethodResponse", **where, statusCode="200")).code == "NotFoundException"
    await world.ask("DeleteIntegration", **where)
    assert "methodIntegration" not in await world.ask("GetMethod", **where)
    await world.ask("DeleteMethod", **where)
    assert (await world.refused("GetMethod", **where)).message == "Invalid Method identifier specified"


async def test_resources_are_moved_and_deleted_with_what_is_below(world: World) -> None:
    api, root = await made(world)
    a, b = [(await world.ask("CreateResource", restApiId=api, parentId=root, pathPart=part))["id"] for part in "ab"]
    await world.ask("CreateResource", restApiId=api, parentId=a, pathPart="{x+}")

    moved = await world.ask("UpdateResource", restApiId=api, resourceId=a, patchOperations=changes(parentId=b))
    paths = (await methods(world, api)).keys()
    circle = await world.refused("UpdateResource", restApiId=api, resourceId=b, patchOperations=changes(parentId=a))
    await world.ask("DeleteResource", restApiId=api, resourceId=b)

    assert (moved["path"], moved["parentId"]) == ("/b/a", b)
    assert paths == {"/", "/b", "/b/a", "/b/a/{x+}"}
    assert circle.code == "BadRequestException"
    assert (await methods(world, api)).keys() == {"/"}


async def test_stages_show_deployments_and_keep_their_settings(world: World) -> None:
    api = await world.api(paths={"GET /": ({}, PROXY)})
    first = (await world.ask("GetStage", restApiId=api, stageName="prod"))["deploymentId"]
    other = await world.ask("CreateDeployment", restApiId=api, description="other")
    kept = await world.refused("DeleteDeployment", restApiId=api, deploymentId=first)

    stage = await world.ask(
        "UpdateStage", restApiId=api, stageName="prod",
        patchOperations=[
            *changes(deploymentId=other["id"], tracingEnabled="true"),
            *changes(**{"variables/more": "1", "*/*/logging/loglevel": "INFO"}),
            *changes(**{"~1a~1b/GET/throttling/rateLimit": "2.5"}),
            {"op": "remove", "path": "/variables/who"},
        ],
    )  # fmt: skip

    assert kept.message == "Active stages pointing to this deployment must be moved or deleted"
    assert (stage["deploymentId"], stage["tracingEnabled"], stage["variables"]) == (other["id"], True, {"more": "1"})
    assert stage["methodSettings"] == {"*/*": {"loggingLevel": "INFO"}, "a/b/GET": {"throttlingRateLimit": 2.5}}
    await world.ask("DeleteDeployment", restApiId=api, deploymentId=first)
    shown = await world.ask("GetDeployment", restApiId=api, deploymentId=other["id"], embed=["apisummary"])
    assert shown["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
    assert [each["id"] for each in (await world.ask("GetDeployments", restApiId=api))["items"]] == [other["id"]]
    await world.ask("DeleteStage", restApiId=api, stageName="prod")
    assert (await world.ask("GetStages", restApiId=api))["item"] == []


async def test_apis_and_stages_have_tags(world: World) -> None:
    api = await world.api(paths={"GET /": ({}, PROXY)})
    arns = [f"arn:aws:apigateway:us-east-1::/restapis/{api}{end}" for end in ("", "/stages/prod")]

    for arn in arns:
        await world.ask("TagResource", resourceArn=arn, tags={"a": "1", "b": "2"})
        await world.ask("UntagResource", resourceArn=arn, tagKeys=["a"])

    assert [(await world.ask("GetTags", resourceArn=arn))["tags"] for arn in arns] == [{"b": "2"}] * 2
    assert (await world.ask("GetStage", restApiId=api, stageName="prod"))["tags"] == {"b": "2"}
    assert (await world.refused("GetTags", resourceArn=f"{arns[0]}x")).code == "NotFoundException"


async def test_an_api_goes_with_all_that_it_has(world: World) -> None:
    api = await world.api(paths={"GET /": ({}, PROXY)})

    await world.ask("DeleteRestApi", restApiId=api)

    gone = await world.refused("GetStages", restApiId=api)
    assert (gone.code, gone.message) == (
        "NotFoundException", f"Invalid API identifier specified 123456789012:{api}",
    )  # fmt: skip
    assert (await world.send("GET", f"{api}/prod")).status == 403


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": "https://a.b"}, "NotImplemented", "HTTP_PROXY"),
        ({**PROXY, "connectionType": "VPC_LINK"}, "NotImplemented", "VPC links"),
        ({**PROXY, "uri": "arn:aws:apigateway:us-east-1:sqs:path/q"}, "NotImplemented", ":sqs:path/q"),
        ({**PROXY, "uri": "f"}, "BadRequestException", "Invalid ARN"),
        ({**PROXY, "timeoutInMillis": 30_000}, "BadRequestException", "Timeout should be between 50 ms and 29000 ms"),
        ({"type": "AWS_PROXY", "uri": URI}, "BadRequestException", "HttpMethod must be non-empty"),
        ({"type": "MOCK", "requestTemplates": {"a/b": "#set($a = 1)"}}, "NotImplemented", "#set"),
        ({"type": "MOCK", "requestTemplates": {"a/b": "$util.urlEncode('a')"}}, "NotImplemented", "$util.urlEncode"),
        ({"type": "MOCK", "requestTemplates": {"a/b": "$input.path('$.a').size()"}}, "NotImplemented", "$input.path"),
        ({"type": "MOCK", "requestTemplates": {"a/b": "$context.identity.sourceIp[0]"}}, "NotImplemented", "$context"),
        ({"type": "MOCK", "requestTemplates": {"a/b": "$input.json('a b')"}}, "BadRequestException", "JSONPath"),
    ],
)
async def test_what_cannot_stand_behind_a_method_is_refused_by_name(
    world: World, wanted: dict[str, Any], code: str, said: str
) -> None:
    api, root = await made(world)
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    await world.ask("PutMethod", **where, authorizationType="NONE")

    refused = await world.refused("PutIntegration", **where, **wanted)

    assert refused.code == code
    assert said in refused.message


@pytest.mark.parametrize(
    ("operation", "request_of", "said"),
    [
        ("CreateRestApi", {"name": "a", "minimumCompressionSize": 5}, "compression"),
        ("CreateRestApi", {"name": "a", "endpointConfiguration": {"types": ["PRIVATE"]}}, "private endpoints"),
        ("PutMethod", {"authorizationType": "CUSTOM", "httpMethod": "GET"}, "authorizers"),
        ("PutMethod", {"authorizationType": "NONE", "httpMethod": "GET", "apiKeyRequired": True}, "API keys"),
        ("PutMethod", {"authorizationType": "NONE", "httpMethod": "GET", "requestValidatorId": "v"}, "validators"),
        ("PutMethod", {"authorizationType": "NONE", "httpMethod": "GET", "requestModels": {"a/b": "Pet"}}, "Pet"),
        ("CreateStage", {"stageName": "s", "deploymentId": "d", "cacheClusterEnabled": True}, "caches"),
        ("CreateDeployment", {"stageName": "s", "canarySettings": {"percentTraffic": 5.0}}, "canary releases"),
    ],
)
async def test_what_is_not_there_is_refused_by_name(
    world: World, operation: str, request_of: dict[str, Any], said: str
) -> None:
    api, root = await made(world)
    where = {"restApiId": api} if operation != "CreateRestApi" else {}
    more = {"resourceId": root} if operation == "PutMethod" else {}

    refused = await world.refused(operation, **where, **more, **request_of)

    assert (refused.code, refused.status) == ("NotImplemented", 501)
    assert said in refused.message


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"x-amazon-apigateway-gateway-responses": {}}, "x-amazon-apigateway-gateway-responses"),
        ({"paths": {"/": {"get": {"security": [{"key": []}], "responses": {}}}}}, "security key of GET /"),
        ({"paths": {"/": {"get": {"x-amazon-apigateway-request-validator": "all"}}}}, "request-validator (of GET /)"),
    ],
)
async def test_what_a_definition_asks_for_in_vain_is_named(world: World, changed: dict[str, Any], said: str) -> None:
    refused = await world.refused("ImportRestApi", body=json.dumps({**OPENAPI, **changed}).encode())

    assert refused.code == "NotImplemented"
    assert said in refused.message


@pytest.mark.parametrize(
    ("parent", "part", "code"),
    [
        ("a", "b c", "BadRequestException"), ("a", "b/c", "BadRequestException"), ("a", "{y}", "BadRequestException"),
        ("", "a", "ConflictException"), ("rest", "b", "BadRequestException"), ("gone", "b", "NotFoundException"),
    ],
)  # fmt: skip
async def test_a_path_that_cannot_be_is_refused(world: World, parent: str, part: str, code: str) -> None:
    api, root = await made(world)
    ids = {"": root, "gone": "gone"}
    for above, name in (("", "a"), ("a", "{x}"), ("a", "{rest+}")):
        created = await world.ask("CreateResource", restApiId=api, parentId=ids[above], pathPart=name)
        ids[name.strip("{+}")] = created["id"]

    assert (await world.refused("CreateResource", restApiId=api, parentId=ids[parent], pathPart=part)).code == code


async def test_an_api_that_is_not_complete_is_not_deployed(world: World) -> None:
    api, root = await made(world)

    empty = await world.refused("CreateDeployment", restApiId=api)
    await world.ask("PutMethod", restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    without = await world.refused("CreateDeployment", restApiId=api)

    assert empty.message == "The REST API doesn't contain any methods"
    assert without.message == "No integration defined for method"


async def test_a_change_that_no_member_is_for_is_refused(world: World) -> None:
    api, _ = await made(world)

    for path, op in (
        ("/nothing", "replace"),
        ("name", "replace"),
        ("/name", "test"),
        ("/binaryMediaTypes/a", "remove"),
    ):
        operations = [{"op": op, "path": path, "value": "x"}]
        refused = await world.refused("UpdateRestApi", restApiId=api, patchOperations=operations)
        assert refused.code == "BadRequestException"


async def test_the_account_has_a_role_for_logs(world: World) -> None:
    before = await world.ask("GetAccount")

    await world.ask("UpdateAccount", patchOperations=changes(cloudwatchRoleArn="arn:aws:iam::123456789012:role/r"))

    assert "cloudwatchRoleArn" not in before
    assert (await world.ask("GetAccount"))["cloudwatchRoleArn"] == "arn:aws:iam::123456789012:role/r"
