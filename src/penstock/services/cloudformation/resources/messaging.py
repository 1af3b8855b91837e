"""AWS::SNS::… and AWS::SQS::…: what they are is attributes, texts by name."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.plain import MISSING, Plain, Tags, alike, itself, last_part, projected
from penstock.services.cloudformation.resources.shaping import text
from penstock.services.cloudformation.resources.upon import upon

Json = Any
TOPIC_ATTRIBUTES: Final = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
)
SUBSCRIPTION_ATTRIBUTES: Final = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
QUEUE_ATTRIBUTES: Final[Mapping[str, str]] = {  # what one goes back to
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "DelaySeconds": "0",
    "FifoQueue": "true",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}


def texts(resource: Resource, names: Iterable[str]) -> dict[str, str]:
    return {name: text(resource.properties[name]) for name in names if name in resource.properties}


def fifo(resource: Resource, switch: str) -> Resource:
    """The resource with the name that first-in-first-out ones must have."""
    if text(resource.properties.get(switch, False)) != "true" or resource.name.endswith(".fifo"):
        return resource
    return replace(resource, name=f"{resource.name}.fifo")


def topic_arn(resource: Resource) -> str:
    known = itself(resource)
    return known if known.startswith("arn:") else resource.scope.arn("sns", known)


TOPIC: Final = Plain(
    name="AWS::SNS::Topic",
    service="sns",
    create="CreateTopic",
    read="GetTopicAttributes",
    delete="DeleteTopic",
    properties=f"{' '.join(TOPIC_ATTRIBUTES)} Subscription Tags TopicName",
    create_only="FifoTopic TopicName",
    naming=Naming("TopicName", longest=251),
    key={"TopicArn": topic_arn},
    id="TopicArn",
    inside="Attributes",
    renames={"TopicName": "Name"},
    request=lambda resource: {
        **resource.only("Tags"),
        **({"Attributes": texts(resource, TOPIC_ATTRIBUTES)} if texts(resource, TOPIC_ATTRIBUTES) else {}),
    },
    unchecked=f"{' '.join(TOPIC_ATTRIBUTES)} Subscription",
    attributes={"TopicArn": itself, "TopicName": lambda resource: itself(resource).rpartition(":")[2]},
    tags=Tags(of=itself),
)


def create_topic(resource: Resource) -> Steps[Made]:
    made = yield from TOPIC.making(fifo(resource, "FifoTopic"))
    yield from subscribe({}, resource.properties, made.physical_id)
    return made


def update_topic(before: Resource, after: Resource) -> Steps[Made]:
    old, new = (texts(each, TOPIC_ATTRIBUTES) for each in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            request = {"TopicArn": after.physical_id, "AttributeName": name, "AttributeValue": new.get(name, "")}
            yield from ask("sns", "SetTopicAttributes", request)
    yield from subscribe(before.properties, after.properties, after.physical_id)
    return (yield from TOPIC.changing(before, after))


def subscribe(before: Mapping[str, Json], after: Mapping[str, Json], topic: str) -> Steps[None]:
    """Subscriptions that a topic's own property lists; told twice, SNS makes one."""
    old, new = (
        [(text(one["Protocol"]), text(one["Endpoint"])) for one in each.get("Subscription") or []]
        for each in (before, after)
    )
    for protocol, endpoint in new:
        if (protocol, endpoint) not in old:
            request = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
            yield from ask("sns", "Subscribe", request)
    gone = set(old) - set(new)
    if gone:
        there = yield from ask("sns", "ListSubscriptionsByTopic", {"TopicArn": topic})
        for each in there["Subscriptions"]:
            if (each["Protocol"], each["Endpoint"]) in gone:
                yield from ask("sns", "Unsubscribe", {"SubscriptionArn": each["SubscriptionArn"]})


def read_topic(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from TOPIC.finding(resource)
    return projected(found, resource.only(*TOPIC_ATTRIBUTES)) if found else None


SUBSCRIPTION: Final = Plain(
    name="AWS::SNS::Subscription",
    service="sns",
    create="Subscribe",
    read="GetSubscriptionAttributes",
    delete="Unsubscribe",
    properties=f"Endpoint Protocol TopicArn {' '.join(SUBSCRIPTION_ATTRIBUTES)}",
    required="Protocol TopicArn",
    create_only="Endpoint Protocol TopicArn",
    key={"SubscriptionArn": itself},
    id="SubscriptionArn",
    inside="Attributes",
    attributes={"Arn": "SubscriptionArn"},
    request=lambda resource: {
        **resource.only("Endpoint", "Protocol", "TopicArn"),
        "ReturnSubscriptionArn": True,
        **(
            {"Attributes": texts(resource, SUBSCRIPTION_ATTRIBUTES)} if texts(resource, SUBSCRIPTION_ATTRIBUTES) else {}
        ),
    },
    unchecked=" ".join(SUBSCRIPTION_ATTRIBUTES),
)


def update_subscription(before: Resource, after: Resource) -> Steps[Made]:
    old, new = (texts(each, SUBSCRIPTION_ATTRIBUTES) for each in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            reset = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}.get(name, "{}")
            request = {"AttributeName": name, "AttributeValue": new.get(name, reset)}
            yield from ask("sns", "SetSubscriptionAttributes", {"SubscriptionArn": after.physical_id, **request})
    return (yield from SUBSCRIPTION.settling(after, {}))


def read_subscription(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from SUBSCRIPTION.looking(resource)
    return (
        projected(found, resource.only(*SUBSCRIPTION_ATTRIBUTES, "Endpoint", "Protocol", "TopicArn")) if found else None
    )


QUEUE: Final = Plain(
    name="AWS::SQS::Queue",
    service="sqs",
    create="CreateQueue",
    read="GetQueueAttributes",
    delete="DeleteQueue",
    properties=f"{' '.join(QUEUE_ATTRIBUTES)} QueueName Tags",
    create_only="FifoQueue QueueName",
    naming=Naming("QueueName", longest=75),
    key={"QueueUrl": itself, "AttributeNames": lambda _: ["All"]},
    id="QueueUrl",
    inside="Attributes",
    request=lambda resource: {
        **resource.only("Tags"),
        **({"Attributes": texts(resource, QUEUE_ATTRIBUTES)} if texts(resource, QUEUE_ATTRIBUTES) else {}),
    },
    unchecked=" ".join(QUEUE_ATTRIBUTES),
    attributes={"Arn": "QueueArn", "QueueName": last_part, "QueueUrl": itself},
    tags=Tags(tag="TagQueue", untag="UntagQueue", of=itself),
)


def create_queue(resource: Resource) -> Steps[Made]:
    return (yield from QUEUE.making(fifo(resource, "FifoQueue")))


def update_queue(before: Resource, after: Resource) -> Steps[Made]:
    old, new = (texts(each, QUEUE_ATTRIBUTES) for each in (before, after))
    reset = {name: QUEUE_ATTRIBUTES[name] for name in old.keys() - new.keys()}
    changed = {name: value for name, value in {**new, **reset}.items() if old.get(name) != value}
    if changed:
        yield from ask("sqs", "SetQueueAttributes", {"QueueUrl": after.physical_id, "Attributes": changed})
    return (yield from QUEUE.changing(before, after))


def located(steps: Callable[[Resource], Steps[Any]]) -> Callable[[Resource], Steps[Any]]:
    """What is done to a queue, which is found by its URL, where only its name is known."""

    def found(resource: Resource) -> Steps[Any]:
        known = itself(fifo(resource, "FifoQueue"))
        if "/" not in known:
            answer = yield from ask(
                "sqs", "GetQueueUrl", {"QueueName": known}, pardon=("NonExistent", "does not exist")
            )
            known = answer.get("QueueUrl", "")
        if not known:
            return None
        return (yield from steps(replace(resource, physical_id=known)))

    return found


def read_queue(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from QUEUE.finding(resource)
    return projected(found, resource.only(*QUEUE_ATTRIBUTES)) if found else None


@dataclass(frozen=True, slots=True)
class PolicyOnEach:
    """A policy put on several topics or queues: an attribute of each. `put` with an empty text takes it away."""

    name: str
    listed: str
    put: Callable[[str, str], Steps[Any]]
    get: Callable[[str], Steps[str | None]]

    def set_all(self, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
        wanted = after.get(self.listed) or []
        for one in wanted:
            yield from self.put(one, text(after["PolicyDocument"]))
        for one in before.get(self.listed) or []:
            if one not in wanted:
                yield from self.put(one, "")

    def read(self, resource: Resource) -> Steps[Mapping[str, Json] | None]:
        """The policy as the first that differs has it."""
        wanted = resource.properties["PolicyDocument"]
        for one in resource.properties[self.listed]:
            policy = yield from self.get(one)
            if not policy:
                return None
            if not alike(policy, wanted):
                return {"PolicyDocument": json.loads(policy), self.listed: resource.properties[self.listed]}
        return dict(resource.properties)

    def type(self) -> ResourceType:
        return upon(self.name, self.set_all, self.read, properties=f"PolicyDocument {self.listed}")


NOBODY: Final = '{"Version": "2012-10-17", "Statement": []}'


def put_on_topic(topic: str, policy: str) -> Steps[Any]:
    """Put a policy, or the one that lets nobody in but the owner: a topic always has one."""
    request = {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy or NOBODY}
    return (yield from ask("sns", "SetTopicAttributes", request, pardon=() if policy else MISSING))


def get_of_topic(topic: str) -> Steps[str | None]:
    found = yield from ask("sns", "GetTopicAttributes", {"TopicArn": topic}, pardon=MISSING)
    policy: str | None = found.get("Attributes", {}).get("Policy")
    return None if policy is None or alike(policy, json.loads(NOBODY)) else policy


def put_on_queue(queue: str, policy: str) -> Steps[Any]:
    request = {"QueueUrl": queue, "Attributes": {"Policy": policy}}
    return (yield from ask("sqs", "SetQueueAttributes", request, pardon=() if policy else MISSING))


def get_of_queue(queue: str) -> Steps[str | None]:
    request = {"QueueUrl": queue, "AttributeNames": ["Policy"]}
    found = yield from ask("sqs", "GetQueueAttributes", request, pardon=MISSING)
    policy: str | None = found.get("Attributes", {}).get("Policy")
    return policy


TYPES: Final = (
    replace(TOPIC.type(), create=create_topic, update=update_topic, read=read_topic),
    replace(SUBSCRIPTION.type(), update=update_subscription, read=read_subscription),
    PolicyOnEach("AWS::SNS::TopicPolicy", "Topics", put_on_topic, get_of_topic).type(),
    replace(
        QUEUE.type(),
        create=create_queue,
        update=update_queue,
        delete=located(QUEUE.deleting),
        read=located(read_queue),
    ),
    PolicyOnEach("AWS::SQS::QueuePolicy", "Queues", put_on_queue, get_of_queue).type(),
)
