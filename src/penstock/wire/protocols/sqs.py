"""SQS in its query days: the forms that older SDKs still send, and AWS still takes.

    Action=SendMessage&MessageBody=x&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&…

The model tells the JSON protocol only, and of the old one just that lists and maps are flattened. How their entries
were called follows from the shapes' names, but for a few.
"""

from copy import deepcopy
from typing import Final

from botocore.model import OperationModel, ServiceModel

from penstock.wire.call import Json
from penstock.wire.http import HttpRequest
from penstock.wire.protocols.aws_json import OF_OLD
from penstock.wire.protocols.query import Query

# What the entries of a list are called where it is not the shape's name without "List".
OF_LISTS: Final = {
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "StringList": "StringListValue",
    "BinaryList": "BinaryListValue",
}
# The entries of a map, and a key in one.
OF_MAPS: Final = {
    "QueueAttributeMap": ("Attribute", "Name"),
    "MessageSystemAttributeMap": ("Attribute", "Name"),
    "MessageBodyAttributeMap": ("MessageAttribute", "Name"),
    "MessageBodySystemAttributeMap": ("MessageSystemAttribute", "Name"),
    "TagMap": ("Tag", "Key"),
}
NAMESPACE: Final = "http://queue.amazonaws.com/doc/2012-11-05/"


class SqsQuery(Query):
    """The query protocol of SQS; `model` is the JSON protocol's."""

    def __init__(self, model: ServiceModel) -> None:
        super().__init__(of_old(model))

    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        """As any form; the queue may be told by the path alone."""
        operation, value = super().read(request)
        named = operation.input_shape is not None and "QueueUrl" in operation.input_shape.members
        if named and "QueueUrl" not in value and request.path.strip("/"):
            value["QueueUrl"] = f"http://{request.headers.get('host', 'localhost')}{request.path}"
        return operation, value


def of_old(model: ServiceModel) -> ServiceModel:
    """The model with what it told before it told JSON."""
    described = deepcopy(model._service_description)
    described["metadata"] |= {"protocol": "query", "protocols": ["query"], "xmlNamespace": NAMESPACE}
    for name, shape in described["shapes"].items():
        if shape["type"] == "list":
            shape["member"]["locationName"] = OF_LISTS.get(name, name.removesuffix("List"))
        elif name in OF_MAPS:
            entry, key = OF_MAPS[name]
            shape["locationName"] = entry
            shape["key"]["locationName"], shape["value"]["locationName"] = key, "Value"
        if name in OF_OLD["sqs"]:
            shape["error"] = {"code": OF_OLD["sqs"][name], "httpStatusCode": 400, "senderFault": True}
    for operation in described["operations"].values():
        if "output" in operation:
            operation["output"]["resultWrapper"] = f"{operation['name']}Result"
    return ServiceModel(described, "sqs")
