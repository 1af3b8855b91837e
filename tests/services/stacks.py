"""A stand-in for CloudFormation that makes nothing: stacks go from status to status, a step whenever they are seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from penstock.wire.call import Answer, Call, Directory, Json, ServiceError

OPERATIONS = (
    "CreateStack",
    "UpdateStack",
    "DeleteStack",
    "DescribeStacks",
    "DescribeStackEvents",
    "GetTemplateSummary",
)


@dataclass
class Stack:
    """A stack, and the statuses that it is still to have."""

    id: str
    name: str
    request: Json
    ahead: list[str]
    action: str

    @property
    def status(self) -> str:
        return self.ahead[0]

    def seen(self) -> str:
        if len(self.ahead) > 1:
            return self.ahead.pop(0)
        return self.ahead[0]


@dataclass
class Stacks:
    """CloudFormation, outliving the server. `fate` is how the next changes go; it goes well without."""

    calls: list[Call] = field(default_factory=list)
    stacks: dict[str, Stack] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    fate: list[Sequence[str] | ServiceError] = field(default_factory=list)
    parameters: tuple[str, ...] = ()  # that GetTemplateSummary tells of

    def enter(self, directory: Directory) -> None:
        directory.provide("cloudformation", OPERATIONS, self.answer)

    async def answer(self, call: Call, request: Json) -> Answer:
        self.calls.append(call)
        match call.operation:
            case "DescribeStacks":
                return {"Stacks": [self._told(self._found(request["StackName"]))]}
            case "DescribeStackEvents":
                return {"StackEvents": self._events(self._found(request["StackName"]))}
            case "GetTemplateSummary":
                return {"Parameters": [{"ParameterKey": key} for key in self.parameters]}
        if request["ClientRequestToken"] in self.tokens:
            return {"StackId": self.tokens[request["ClientRequestToken"]]}
        return self._change(call, call.operation.removesuffix("Stack").upper(), request)

    def asked(self, operation: str) -> list[Json]:
        return [call.request for call in self.calls if call.operation == operation]

    def _change(self, call: Call, action: str, request: Json) -> Answer:
        fate = self.fate.pop(0) if self.fate else (f"{action}_COMPLETE",)
        if isinstance(fate, ServiceError):
            raise fate
        name = request["StackName"]
        if action == "CREATE":
            stack = Stack(f"{call.scope.arn('cloudformation', f'stack/{name}')}/1-2-3-4-5", name, request, [], action)
            self.stacks[stack.id] = stack
        else:
            stack = self._found(name)
        stack.action, stack.ahead = action, [f"{action}_IN_PROGRESS", *fate]
        self.tokens[request["ClientRequestToken"]] = stack.id
        return {"StackId": stack.id} if action != "DELETE" else {}

    def _found(self, reference: str) -> Stack:
        for stack in self.stacks.values():
            if reference == stack.id or (reference == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise ServiceError(f"Stack with id {reference} does not exist", code="ValidationError")

    @staticmethod
    def _told(stack: Stack) -> Json:
        outputs = [{"OutputKey": "Url", "OutputValue": "http://here", "Description": "where"}]
        return {"StackId": stack.id, "StackName": stack.name, "StackStatus": stack.seen(), "Outputs": outputs}

    @staticmethod
    def _events(stack: Stack) -> list[Json]:
        def event(resource: str, status: str, reason: str = "") -> Json:
            physical = stack.id if resource == stack.name else ""
            return {
                "LogicalResourceId": resource, "PhysicalResourceId": physical, "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }  # fmt: skip

        return [
            event(stack.name, stack.status),
            event("Other", f"{stack.action}_FAILED", "Resource creation cancelled"),
            event("Bucket", f"{stack.action}_FAILED", "the bucket is there already"),
            event(stack.name, f"{stack.action}_IN_PROGRESS", "User Initiated"),
            event("Old", "CREATE_FAILED", "long ago"),
        ]


ROLLED_BACK: dict[str, Sequence[str]] = {
    "create": ("ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"),
    "update": ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
    "delete": ("DELETE_FAILED",),
}
