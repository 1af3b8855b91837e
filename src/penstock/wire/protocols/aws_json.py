"""awsJson 1.0 and 1.1: the operation in a header, everything else in one JSON object."""

from collections.abc import Mapping
from typing import Final

from botocore.model import OperationModel, Shape

from penstock.wire.call import Answer, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import event_streams, json_values
from penstock.wire.protocols.protocol import Fault, Protocol, UnknownOperation, whole

# SQS's codes of its query days, by the names of shapes: AWS still sends them, and its model no longer tells them.
OF_OLD: Final[Mapping[str, Mapping[str, str]]] = {
    "sqs": {
        "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists": "QueueAlreadyExists",
        **{
            name: f"AWS.SimpleQueueService.{name}"
            for name in (
                "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId",
                "MessageNotInflight", "PurgeQueueInProgress", "QueueDeletedRecently", "TooManyEntriesInBatchRequest",
                "UnsupportedOperation",
            )
        },
    }
}  # fmt: skip


class AwsJson(Protocol):
    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        target = request.headers.get("x-amz-target", "")
        if "." not in target:
            raise UnknownOperation("the header X-Amz-Target must name an operation, such as 'SageMaker.ListPipelines'")
        operation = self.operation(target.rpartition(".")[2])
        if operation.input_shape is None:
            return operation, {}
        return operation, json_values.read_whole(operation.input_shape, json_values.decoded(whole(request)))

    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        shape = operation.output_shape
        headers = self._headers(request_id)
        if shape is None:
            return HttpResponse(200, headers, b"")
        if (stream := event_streams.stream_member(shape)) is not None:
            writer = event_streams.Writer(shape.members[stream], encoded_as, "application/json")
            before = writer.initial(shape, {name: each for name, each in answer.items() if name != stream})
            headers["content-type"] = event_streams.CONTENT_TYPE
            return HttpResponse(200, headers, writer.messages(answer[stream], before))
        return HttpResponse(200, headers, encoded_as(shape, answer))

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        # AWS answers 400 here where the REST protocols say 404.
        fault = self.fault(error)
        status = 400 if isinstance(error, UnknownOperation) else fault.status
        code = fault.name if self.model.is_query_compatible else fault.code
        headers = self._headers(request_id) | query_error(self, fault)
        return HttpResponse(status, headers, json_values.encoded({"__type": code, **error_tree(fault)}))

    def _headers(self, request_id: str) -> dict[str, str]:
        version = self.model.metadata.get("jsonVersion", "1.1")
        return {"content-type": f"application/x-amz-json-{version}", "x-amzn-requestid": request_id}


def encoded_as(shape: Shape, value: Json) -> bytes:
    return json_values.encoded(json_values.write(shape, value))


def error_tree(fault: Fault) -> Json:
    """An error structure as a JSON tree; the message is told even where the model has no member for it."""
    fields = fault.fields if fault.shape is None else json_values.write(fault.shape, fault.fields)
    return {fault.message_member: fault.message, **fields}


def query_error(protocol: Protocol, fault: Fault) -> dict[str, str]:
    """The header by which a service that once spoke query tells its old error codes."""
    old = OF_OLD.get(protocol.model.service_name, {}).get(fault.name, fault.code)
    if not protocol.model.is_query_compatible or old == fault.name:
        return {}
    return {"x-amzn-query-error": f"{old};{fault.sender}"}
