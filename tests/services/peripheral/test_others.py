"""The other peripheral services over HTTP: each does what it is for."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from penstock.gateway.routing import destination
from penstock.services.peripheral.offered import OFFERED
from penstock.services.peripheral.stage import response_class
from penstock.wire import models
from penstock.wire.http import HttpRequest
from services.peripheral.worlds import Own, client_in
from services.serving import Door

MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:c"},
        "layers": [],
    }
)


def test_a_secret_is_kept(door: Door) -> None:
    secrets = door.client("secretsmanager")
    secrets.create_secret(Name="token", SecretString="s3cret")

    assert secrets.get_secret_value(SecretId="token")["SecretString"] == "s3cret"


def test_a_secret_that_is_not_there_is_told_as_aws_tells_it(door: Door) -> None:
    with pytest.raises(ClientError, match="Secrets Manager can't find the specified secret") as refusal:
        door.client("secretsmanager").get_secret_value(SecretId="nowhere")

    assert refusal.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_secret_whose_name_has_spaces_is_refused(door: Door) -> None:
    with pytest.raises(ClientError, match=r"Invalid name\. Must be a valid name containing alphanumeric"):
        door.client("secretsmanager").create_secret(Name="a b", SecretString="x")


def test_a_parameter_of_awss_own_is_there(door: Door) -> None:
    found = door.client("ssm").get_parameter(Name="/aws/service/global-infrastructure/regions/eu-west-1")["Parameter"]

    assert found["Value"] == "eu-west-1"


def test_what_a_key_encrypts_it_decrypts(door: Door) -> None:
    kms = door.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    sealed = kms.encrypt(KeyId=key, Plaintext=b"\0secret")["CiphertextBlob"]

    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"\0secret"


def test_a_repository_has_an_address_in_its_region(door: Door) -> None:
    repository = client_in("eu-west-1", door, "ecr").create_repository(repositoryName="images/train")["repository"]

    assert repository["repositoryUri"] == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images/train"


def test_images_that_come_and_go_are_told_of(door: Door, own: Own) -> None:
    ecr = door.client("ecr")
    ecr.create_repository(repositoryName="train")
    image = ecr.put_image(repositoryName="train", imageManifest=MANIFEST, imageTag="latest")["image"]["imageId"]
    ecr.batch_delete_image(repositoryName="train", imageIds=[{"imageTag": "latest"}])

    entries = [call.request["Entries"][0] for call in own.calls]
    assert {(each["Source"], each["DetailType"]) for each in entries} == {("aws.ecr", "ECR Image Action")}
    told = {
        "result": "SUCCESS",
        "repository-name": "train",
        "image-digest": image["imageDigest"],
        "image-tag": "latest",
    }
    details = [json.loads(each["Detail"]) for each in entries]
    assert details == [{**told, "action-type": "PUSH"}, {**told, "action-type": "DELETE"}]


def test_a_stream_gives_back_its_records(door: Door) -> None:
    kinesis = door.client("kinesis")
    kinesis.create_stream(StreamName="rows", ShardCount=1)
    put = kinesis.put_record(StreamName="rows", Data=b"\0row", PartitionKey="k")

    iterator = kinesis.get_shard_iterator(
        StreamName="rows", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]  # fmt: skip

    assert [record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"\0row"]


def test_a_region_that_does_not_exist_is_refused(door: Door) -> None:
    with pytest.raises(ClientError, match="ssm is not in a region 'xx-nowhere-1'"):
        client_in("xx-nowhere-1", door, "ssm").list_documents()


@pytest.mark.parametrize(("service", "operations"), OFFERED.items())
def test_what_is_offered_is_aws_operations_that_moto_has(service: str, operations: frozenset[str]) -> None:
    offered: Any = response_class(service)
    methods = {name.replace("_", "").lower() for name in dir(offered)}

    assert operations <= set(models.model(service).operation_names)
    assert {name for name in operations if name.lower() not in methods} == set()


@pytest.mark.parametrize(("version", "service"), [("2010-03-31", "sns"), ("2010-08-01", "cloudwatch")])
def test_an_unsigned_form_reaches_its_service(version: str, service: str) -> None:
    body = f"Action=X&Version={version}".encode()

    assert destination(HttpRequest("POST", "/", headers={"host": "localhost"}, body=body), None).service == service
