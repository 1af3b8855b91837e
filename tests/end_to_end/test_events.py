"""EventBridge and Scheduler with boto3, on a server of their own that is killed in between."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from end_to_end.raw import ask
from end_to_end.test_codecommit import created, git, with_commits
from end_to_end.world import ROLE, World, until

RULE = {"source": ["me"], "detail": {"n": [{"numeric": [">", 1]}]}}


def queue(world: World, name: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    url = world.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    attributes = world.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, attributes["Attributes"]["QueueArn"]


def messages(world: World, url: str) -> list[Any]:
    """What is in a queue once something is."""
    found = until(
        lambda: (
            world.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5).get("Messages")
        ),
        f"messages in {url}",
    )
    return [json.loads(each["Body"]) for each in found]


def entry(number: int) -> dict[str, str]:
    return {"Source": "me", "DetailType": "counted", "Detail": json.dumps({"n": number})}


def test_an_http_task_calls_in_the_name_of_a_connection(world: World) -> None:
    connection = world.client("events").create_connection(
        Name="door", AuthorizationType="BASIC",
        AuthParameters={"BasicAuthParameters": {"Username": "u", "Password": "p"}},
    )["ConnectionArn"]  # fmt: skip
    heard: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers["authorization"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Door) as door:
        door.timeout = 60
        thread = threading.Thread(target=door.handle_request)
        thread.start()
        parameters = {
            "ApiEndpoint": f"http://127.0.0.1:{door.server_address[1]}/", "Method": "GET",
            "InvocationConfig": {"ConnectionArn": connection},
        }  # fmt: skip
        task = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": parameters, "End": True}
        machine = world.client("stepfunctions").create_state_machine(
            name="door", definition=json.dumps({"StartAt": "Knock", "States": {"Knock": task}}), roleArn=ROLE
        )["stateMachineArn"]
        execution = world.client("stepfunctions").start_execution(stateMachineArn=machine)["executionArn"]
        thread.join()

    def ended() -> Any:
        told = world.client("stepfunctions").describe_execution(executionArn=execution)
        return None if told["status"] == "RUNNING" else told

    told = until(ended, "the end of the execution")
    assert told["status"] == "SUCCEEDED", told
    assert heard == ["Basic dTpw"]
    body = json.dumps({"ConnectionArn": connection}).encode()
    target = {"X_Amz_Target": "AWSEvents.RetrieveConnectionCredentials", "Content_Type": "application/x-amz-json-1.1"}
    status, answer = ask(world, body, **target)
    assert status >= 400  # no customer can ask for them
    assert "dTpw" not in answer


def test_events_reach_what_they_should_and_all_of_it_outlives_the_server(own: World) -> None:
    events, scheduler = own.client("events"), own.client("scheduler")
    bus = events.describe_event_bus()["Arn"]
    archive = events.create_archive(ArchiveName="kept", EventSourceArn=bus)["ArchiveArn"]
    events.put_rule(Name="large", EventPattern=json.dumps(RULE))
    url, arn = queue(own, "large")
    events.put_targets(Rule="large", Targets=[{"Id": "q", "Arn": arn}])
    target = {"Arn": arn, "RoleArn": ROLE, "Input": '{"from": "a schedule"}'}
    off = {"Mode": "OFF"}
    scheduler.create_schedule(Name="s", ScheduleExpression="rate(1 day)", Target=target, FlexibleTimeWindow=off)
    assert messages(own, url) == [{"from": "a schedule"}]

    answer = events.put_events(Entries=[entry(1), entry(2)])

    assert answer["FailedEntryCount"] == 0
    assert [(event["id"], event["detail"]) for event in messages(own, url)] == [
        (answer["Entries"][1]["EventId"], {"n": 2})
    ]
    own.server.kill()
    own.start()
    url, arn = queue(own, "large")  # its messages are gone with the server; what follows is not
    assert scheduler.get_schedule(Name="s")["State"] == "ENABLED"
    events.start_replay(
        ReplayName="again", EventSourceArn=archive, Destination={"Arn": bus}, EventStartTime=0, EventEndTime=4e9
    )
    sent = answer["Entries"][1]["EventId"]

    def replayed() -> list[Any]:
        """What was sent when the server was killed, and not yet noted, comes again by itself: at least once."""
        found = messages(own, url)
        assert all(event.get("id") == sent or event == {"from": "a schedule"} for event in found), found
        return [event for event in found if "replay-name" in event]

    (event,) = until(replayed, "the replay")
    assert (event["detail"], event["replay-name"]) == ({"n": 2}, "again")


def test_a_state_machine_that_ends_starts_a_pipeline(world: World) -> None:
    events, machines = world.client("events"), world.client("stepfunctions")
    text = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    machine = machines.create_state_machine(name="before-pipeline", definition=text, roleArn=ROLE)["stateMachineArn"]
    fail = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Why"}}}
    parameters = [{"Name": "Why", "Type": "String", "DefaultValue": "none"}]
    definition = json.dumps({"Version": "2020-12-01", "Parameters": parameters, "Steps": [fail]})
    pipeline = world.sagemaker.create_pipeline(
        PipelineName="after-machine", RoleArn=ROLE, PipelineDefinition=definition
    )
    given = {"PipelineParameterList": [{"Name": "Why", "Value": "$.detail.status"}]}
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [machine]}}
    events.put_rule(Name="machine-ended", EventPattern=json.dumps(pattern))
    events.put_targets(
        Rule="machine-ended",
        Targets=[{"Id": "p", "Arn": pipeline["PipelineArn"], "RoleArn": ROLE, "SageMakerPipelineParameters": given}],
    )

    machines.start_execution(stateMachineArn=machine)

    (started,) = until(
        lambda: world.sagemaker.list_pipeline_executions(PipelineName="after-machine")["PipelineExecutionSummaries"],
        "the rule has started the pipeline",
    )
    told = world.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=started["PipelineExecutionArn"])
    assert told["PipelineParameters"] == [{"Name": "Why", "Value": "SUCCEEDED"}]


def test_a_topic_is_told_what_a_notification_rule_wants_to_know_of_a_repository(world: World, tmp_path: Path) -> None:
    address, work = created(world, "noticed"), with_commits(tmp_path / "work", 1)
    topic = world.client("sns").create_topic(Name="noticed")["TopicArn"]
    url, arn = queue(world, "noticed")
    world.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    notifications = world.client("codestar-notifications")
    rule = notifications.create_notification_rule(
        Name="pushes", DetailType="FULL", Targets=[{"TargetType": "SNS", "TargetAddress": topic}],
        Resource=world.client("codecommit").get_repository(repositoryName="noticed")["repositoryMetadata"]["Arn"],
        EventTypeIds=["codecommit-repository-branches-and-tags-created"],
    )["Arn"]  # fmt: skip

    git(work, "push", "-q", address, "main")

    (told,) = messages(world, url)
    assert (told["notificationRuleArn"], told["detailType"]) == (rule, "CodeCommit Repository State Change")
    assert (told["detail"]["event"], told["detail"]["referenceName"]) == ("referenceCreated", "main")
    (shown,) = world.client("events").list_rules(NamePrefix="awscodestar")["Rules"]
    assert shown["ManagedBy"] == "codestar-notifications.amazonaws.com"
    notifications.untag_resource(Arn=rule, TagKeys=["none"])
    notifications.delete_notification_rule(Arn=rule)
    assert world.client("events").list_rules(NamePrefix="awscodestar")["Rules"] == []
