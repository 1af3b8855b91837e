"""Buckets tell queues, topics and functions of their objects: with boto3, of stacks, over a server that is killed."""

import json
from typing import Any

from end_to_end.test_cloudformation import outputs
from end_to_end.test_events import messages, queue
from end_to_end.world import World, until

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Heard: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 600}}  # what was read is not read again
  News: {Type: AWS::SNS::Topic}
  Read: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 600}}
  Subscribed:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Read.Arn}
  Allowed:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Heard]
      PolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'sqs:SendMessage', Resource: '*'}]
  Results: {Type: AWS::S3::Bucket}
  Data:
    Type: AWS::S3::Bucket
    DependsOn: [Allowed, Subscribed]
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Heard.Arn
            Filter: {S3Key: {Rules: [{Name: suffix, Value: .csv}]}}
        TopicConfigurations:
          - {Event: 's3:ObjectRemoved:*', Topic: !Ref News}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 60
      Policies: [AmazonS3FullAccess]
      Environment: {Variables: {RESULTS: !Ref Results}}
      InlineCode: |
        import boto3, os, urllib.parse

        def handler(event, context):
            for record in event["Records"]:
                key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
                content = boto3.client("s3").get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)["Body"].read()
                boto3.client("s3").put_object(Bucket=os.environ["RESULTS"], Key=key, Body=content.upper())
      Events:
        Uploaded:
          Type: S3
          Properties:
            Bucket: !Ref Data
            Events: s3:ObjectCreated:*
            Filter: {S3Key: {Rules: [{Name: suffix, Value: .txt}]}}
Outputs:
  Data: {Value: !Ref Data}
  Results: {Value: !Ref Results}
  Heard: {Value: !Ref Heard}
  Read: {Value: !Ref Read}
"""


def about(event: Any) -> tuple[str, str]:
    [record] = event["Records"]
    return record["eventName"], record["s3"]["object"]["key"]


def written(world: World, bucket: str) -> dict[str, bytes]:
    s3 = world.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_what_happens_in_a_bucket_of_a_stack_reaches_its_queue_its_topic_and_its_function(world: World) -> None:
    cloudformation, s3 = world.client("cloudformation"), world.client("s3")
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    cloudformation.create_stack(StackName="notified", TemplateBody=TEMPLATE, Capabilities=capabilities)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="notified", WaiterConfig={"Delay": 1})
    told = outputs(cloudformation.describe_stacks(StackName="notified")["Stacks"][0])
    tests = messages(world, told["Heard"]) + [json.loads(each["Message"]) for each in messages(world, told["Read"])]

    for key in ("a b.csv", "c d.txt", "e.json"):
        s3.put_object(Bucket=told["Data"], Key=key, Body=b"hello")
    results = until(lambda: written(world, told["Results"]), "what the function writes")
    heard = messages(world, told["Heard"])
    s3.delete_object(Bucket=told["Data"], Key="e.json")
    [news] = messages(world, told["Read"])

    assert [(test["Event"], test["Bucket"]) for test in tests] == [("s3:TestEvent", told["Data"])] * 2
    assert results == {"c d.txt": b"HELLO"}
    assert [about(event) for event in heard] == [("ObjectCreated:Put", "a+b.csv")]
    assert news["Subject"] == "Amazon S3 Notification"
    assert about(json.loads(news["Message"])) == ("ObjectRemoved:Delete", "e.json")


def test_who_is_to_be_told_outlives_the_server(own: World) -> None:
    s3 = own.client("s3")
    s3.create_bucket(Bucket="kept")
    _, arn = queue(own, "waiting")
    wanted = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="kept", NotificationConfiguration=wanted)

    own.server.kill()
    own.start()
    url, _ = queue(own, "waiting")  # queues are gone with the server
    answer = s3.put_object(Bucket="kept", Key="a", Body=b"1")
    [event] = messages(own, url)

    assert about(event) == ("ObjectCreated:Put", "a")
    elements = event["Records"][0]["responseElements"]
    assert elements["x-amz-request-id"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
