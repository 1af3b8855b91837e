"""APIs before functions, and functions with URLs: of a SAM stack, called by a client that knows nothing of AWS."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from end_to_end.test_cloudformation import outputs
from end_to_end.test_endpoints import create, script
from end_to_end.world import World

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        import json

        def handler(event, context):
            said = {"path": event["path"], "by": event["pathParameters"], "rows": json.loads(event["body"] or "[]")}
            return {"statusCode": 200, "headers": {"X-Made-By": VERSION}, "body": json.dumps(said)}

        VERSION = "one"
      Events:
        Predict: {Type: Api, Properties: {Path: /predict, Method: post}}
        Model: {Type: Api, Properties: {Path: '/models/{name}', Method: get, RestApiId: !Ref Own}}
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return {"hello": event["rawPath"], "by": event["requestContext"]["http"]["method"]}
      FunctionUrlConfig: {AuthType: NONE}
  Own:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, Cors: "'*'", Name: own, Variables: {a: b}}
Outputs:
  Implicit: {Value: !Sub 'https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod'}
  Own: {Value: !Ref Own}
  Hello: {Value: !GetAtt HelloUrl.FunctionUrl}
"""


def asked(world: World, method: str, path: str, *, host: str = "", body: str = "") -> tuple[int, dict[str, str], Any]:
    place = urlsplit(world.place.endpoint)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=60)
    connection.request(method, path, body=body or None, headers={"Host": host} if host else {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, json.loads(content)


def test_apis_and_urls_of_a_stack_of_sam_answer_by_host_and_by_path_until_they_are_deleted(world: World) -> None:
    cloudformation = world.client("cloudformation")
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    cloudformation.create_stack(StackName="apis", TemplateBody=TEMPLATE, Capabilities=capabilities)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="apis", WaiterConfig={"Delay": 1})
    told = outputs(cloudformation.describe_stacks(StackName="apis")["Stacks"][0])
    host = urlsplit(told["Implicit"]).hostname
    by_path = f"/restapis/{told['Own']}/live/_user_request_/models/wine"

    predicted = asked(world, "POST", "/Prod/predict", host=str(host), body="[1, 2]")
    found = asked(world, "GET", by_path)
    allowed = asked(world, "OPTIONS", by_path)
    hello = asked(world, "PUT", f"{urlsplit(told['Hello']).path}a/b")
    unknown = asked(world, "GET", "/Prod/predict", host=str(host))
    cloudformation.update_stack(
        StackName="apis", TemplateBody=TEMPLATE.replace('"one"', '"two"').replace("/predict", "/foretell"),
        Capabilities=capabilities,
    )  # fmt: skip
    cloudformation.get_waiter("stack_update_complete").wait(StackName="apis", WaiterConfig={"Delay": 1})
    renamed = asked(world, "POST", "/Prod/foretell", host=f"{str(host).partition('.')[0]}.execute-api.localhost")
    cloudformation.delete_stack(StackName="apis")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="apis", WaiterConfig={"Delay": 1})

    assert (predicted[0], predicted[2]) == (200, {"path": "/predict", "by": None, "rows": [1, 2]})
    assert predicted[1]["x-made-by"] == "one"
    assert (found[0], found[2]["by"]) == (200, {"name": "wine"})
    assert (allowed[0], allowed[1]["access-control-allow-origin"]) == (200, "*")
    assert hello[0::2] == (200, {"hello": "/a/b", "by": "PUT"})
    assert unknown[0::2] == (403, {"message": "Missing Authentication Token"})
    assert (renamed[0], renamed[1]["x-made-by"]) == (200, "two")
    assert asked(world, "GET", by_path)[0::2] == (403, {"message": "Forbidden"})
    assert "own" not in {each["name"] for each in world.client("apigateway").get_rest_apis()["items"]}


ECHO = """
def model_fn(folder):
    return None

def transform_fn(model, body, content_type, accept):
    return f"{content_type} {accept} {body}", accept
"""
BEFORE_AN_ENDPOINT = """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: inference, EndpointConfiguration: {Types: [REGIONAL]}}}
  Model:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{model}'}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Model
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: 200}, {StatusCode: 502}]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:runtime.sagemaker:path/endpoints/{model}/invocations'
        RequestParameters:
          integration.request.path.model: method.request.path.model
          integration.request.header.Accept: "'text/plain'"
        RequestTemplates: {application/json: "$input.path('$.text')"}
        IntegrationResponses:
          - {StatusCode: 200, ResponseTemplates: {application/json: '{"said": "$input.body"}'}}
          - {StatusCode: 502, SelectionPattern: '[45]\\d\\d'}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Post, Properties: {RestApiId: !Ref Api, StageName: prod}}
Outputs:
  Api: {Value: !Ref Api}
"""


def test_an_api_of_a_template_asks_endpoints_by_their_names(world: World) -> None:
    create(world, "asked-by-api", only=script(world, "asked-by-api", ECHO))
    cloudformation = world.client("cloudformation")
    cloudformation.create_stack(StackName="inference", TemplateBody=BEFORE_AN_ENDPOINT)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="inference", WaiterConfig={"Delay": 1})
    told = outputs(cloudformation.describe_stacks(StackName="inference")["Stacks"][0])
    path = f"/restapis/{told['Api']}/prod/_user_request_"

    answered = asked(world, "POST", f"{path}/asked-by-api", body='{"text": "1,2"}')
    nobody = asked(world, "POST", f"{path}/nobody", body='{"text": "1,2"}')
    cloudformation.delete_stack(StackName="inference")
    world.sagemaker.delete_endpoint(EndpointName="asked-by-api")

    assert answered[0::2] == (200, {"said": "application/json text/plain 1,2"})
    assert nobody[0] == 502
    assert "nobody" in nobody[2]["message"]
