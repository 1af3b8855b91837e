"""AWS::CodeCommit::…: a repository begins with a commit of the files in a zip, where `Code` names one."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Failed, Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.objects import fetched
from penstock.services.cloudformation.resources.plain import Plain, Tags
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any
AT_ONCE: Final = 100  # files in one commit, as AWS allows
MOST: Final = 256 * 1024 * 1024  # bytes in all that a seed unpacks to

SSH: Final = (
    "ssh://git-codecommit.{region}.amazonaws.com/v1/repos/{name}"  # nobody answers there; git in builds is led here
)


def create_repository(resource: Resource) -> Steps[Made]:
    made = yield from REPOSITORY.making(resource)
    yield from seed(resource)
    yield from trigger({}, resource.properties, resource.name)
    return made


def update_repository(before: Resource, after: Resource) -> Steps[Made]:
    """The seed is sown once: a change of `Code` changes nothing, as on AWS."""
    old, new = (each.properties["RepositoryName"] for each in (before, after))
    where = {"repositoryName": new}
    if old != new:
        yield from ask("codecommit", "UpdateRepositoryName", {"oldName": old, "newName": new}, pardon=("DoesNotExist",))
    described = [text(each.properties.get("RepositoryDescription", "")) for each in (before, after)]
    if described[0] != described[1]:
        request = {**where, "repositoryDescription": described[1]}
        yield from ask("codecommit", "UpdateRepositoryDescription", request)
    yield from trigger(before.properties, after.properties, new)
    return (yield from REPOSITORY.changing(before, after))


def seed(resource: Resource) -> Steps[None]:
    code = resource.properties.get("Code")
    if not code:
        return
    where, branch = {"repositoryName": resource.name}, text(code.get("BranchName", "main"))
    there = yield from ask("codecommit", "GetBranch", {**where, "branchName": branch}, pardon=("DoesNotExist",))
    if there:
        return  # sown before a crash
    files = unpacked((yield from fetched(code["S3"])))
    parent: dict[str, str] = {}
    for start in range(0, len(files), AT_ONCE):
        request = {**where, **parent, "branchName": branch, "putFiles": files[start : start + AT_ONCE]}
        request |= {"authorName": "AWS CodeCommit", "commitMessage": "Initial commit"}
        commit = yield from ask("codecommit", "CreateCommit", request)
        parent = {"parentCommitId": commit["commitId"]}


def unpacked(content: bytes) -> list[dict[str, Json]]:
    """The files of a zip as CreateCommit takes them."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise Failed("Code/S3 is not a zip file.", "InvalidRequest") from None
    members = [each for each in archive.infolist() if not each.is_dir()]
    if sum(each.file_size for each in members) > MOST:
        raise Failed(f"Code/S3 unpacks to more than {MOST} bytes.", "InvalidRequest")
    return [
        {
            "filePath": each.filename,
            "fileMode": "EXECUTABLE" if each.external_attr >> 16 & 0o111 else "NORMAL",
            "fileContent": archive.read(each),
        }
        for each in members
    ]


def trigger(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    old, new = (each.get("Triggers") or [] for each in (before, after))
    if old != new:
        every = [{"Branches": [], **each} for each in new]
        request = shaped("codecommit", "PutRepositoryTriggers", {"RepositoryName": name, "Triggers": every})
        yield from ask("codecommit", "PutRepositoryTriggers", request)


REPOSITORY: Final = Plain(
    name="AWS::CodeCommit::Repository",
    service="codecommit",
    create="CreateRepository",
    read="GetRepository",
    delete="DeleteRepository",
    properties="Code RepositoryDescription RepositoryName Tags Triggers",
    required="RepositoryName",
    naming=Naming("RepositoryName", longest=100),
    key={"repositoryName": lambda resource: resource.properties.get("RepositoryName") or resource.name},
    id="repositoryId",
    inside="repositoryMetadata",
    attributes={
        "Arn": "Arn",
        "CloneUrlHttp": "cloneUrlHttp",
        "CloneUrlSsh": lambda resource: SSH.format(
            region=resource.scope.region, name=resource.properties["RepositoryName"]
        ),
        "Name": "repositoryName",
        "RepositoryId": "repositoryId",
    },
    request=lambda resource: resource.without("Code", "Triggers"),
    unchecked="Code Triggers",
    tags=Tags(of=lambda resource: resource.scope.arn("codecommit", text(resource.properties["RepositoryName"]))),
)
TYPES: Final = (replace(REPOSITORY.type(), create=create_repository, update=update_repository),)
