"""Announcing: what EventBridge is told of that a peripheral service was asked for and did. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.wire.call import Answer, Call, Json, Scope

IMAGES: Final[Mapping[str, str]] = {"PutImage": "PUSH", "BatchDeleteImage": "DELETE"}


def announced(call: Call, answer: Answer) -> Iterator[Call]:
    """The events that follow from an answer, as calls."""
    if call.service == "ecr" and call.operation in IMAGES:
        images = [answer["image"]["imageId"]] if "image" in answer else answer.get("imageIds", ())
        for image in images:
            yield event(call.scope, "aws.ecr", "ECR Image Action", image_action(call, image))


def image_action(call: Call, image: Json) -> dict[str, Json]:
    return {
        "action-type": IMAGES[call.operation],
        "result": "SUCCESS",
        "repository-name": call.request["repositoryName"],
        **({"image-digest": image["imageDigest"]} if image.get("imageDigest") else {}),
        **({"image-tag": image["imageTag"]} if image.get("imageTag") else {}),
    }


def event(scope: Scope, source: str, detail_type: str, detail: Json) -> Call:
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail)}
    return Call("events", "PutEvents", {"Entries": [entry]}, Scope(scope.account, scope.region))
