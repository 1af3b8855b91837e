"""Sources: an object of S3, a commit of CodeCommit or of a connection or of GitHub, an image of ECR.

What is polled can also be asked for its revision alone, to see it change.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from penstock.services.codepipeline.providers.asking import Asking, Failed
from penstock.services.codepipeline.work import Work

Json = Any
FORMATS: Final = ("CODE_ZIP", "CODEBUILD_CLONE_REF")
CODECOMMIT_URL: Final = "https://git-codecommit.{region}.amazonaws.com/v1/repos/{name}"
CONNECTION_URL: Final = "https://codeconnections.{region}.amazonaws.com/git-http/{account}/{region}/{id}/{name}.git"
LATEST: Final = "latest"
UNVERSIONED: Final = "The S3 bucket {} is not versioned: a source needs a bucket with versioning enabled."


async def from_s3(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The object, as it is, becomes the artifact."""
    bucket, key = work.given("S3Bucket"), override(work, "S3_OBJECT_KEY") or work.given("S3ObjectKey")
    wanted = override(work, "S3_OBJECT_VERSION_ID")
    found = await asking.ask(
        "s3", "HeadObject", {"Bucket": bucket, "Key": key, **({"VersionId": wanted} if wanted else {})}
    )
    version = found.get("VersionId")
    if version in (None, "null"):
        raise Failed("ConfigurationError", UNVERSIONED.format(bucket))
    (artifact,) = work.outputs
    source = f"{bucket}/{quote(key)}?versionId={version}"
    await asking.ask("s3", "CopyObject", {"Bucket": artifact.bucket, "Key": artifact.key, "CopySource": source})
    summary = f"Amazon S3 version id: {version}"
    return {
        "Summary": summary,
        "ExternalId": version,
        "Revision": {"Id": version, "Summary": summary, "Created": found.get("LastModified")},
        "Variables": {
            "BucketName": bucket, "ObjectKey": key, "VersionId": version, "ETag": found["ETag"].strip('"')
        },
    }  # fmt: skip


async def s3_revision(given: Mapping[str, str], asking: Asking) -> str:
    found = await asking.ask("s3", "HeadObject", {"Bucket": given["S3Bucket"], "Key": given["S3ObjectKey"]})
    version: str = found.get("VersionId") or ""
    return version


async def from_codecommit(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The files of a commit, zipped."""
    repository, branch = work.given("RepositoryName"), work.given("BranchName")
    commit_id = override(work, "COMMIT_ID") or await codecommit_revision(work.attempt.configuration, asking)
    asked = {"repositoryName": repository, "commitId": commit_id}
    told, found = await asyncio.gather(
        asking.ask("codecommit", "GetCommit", asked), asking.ask("codecommit", "FetchCommit", asked)
    )
    commit = told["commit"]
    (artifact,) = work.outputs
    await asking.put(artifact, found["Content"])
    message = commit.get("message", "")
    return {
        **committed(
            commit_id,
            message,
            cloned(work, "CODECOMMIT", CODECOMMIT_URL.format(region=asking.scope.region, name=repository)),
        ),
        "Variables": {
            "CommitId": commit_id,
            "CommitMessage": message,
            "RepositoryName": repository,
            "BranchName": branch,
            "AuthorDate": commit.get("author", {}).get("date", ""),
            "CommitterDate": commit.get("committer", {}).get("date", ""),
            **work.known,
        },
    }


async def codecommit_revision(given: Mapping[str, str], asking: Asking) -> str:
    asked = {"repositoryName": given["RepositoryName"], "branchName": given["BranchName"]}
    commit_id: str = (await asking.ask("codecommit", "GetBranch", asked))["branch"]["commitId"]
    return commit_id


async def from_connection(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The files of a commit of a repository elsewhere, zipped by git."""
    arn, repository = work.given("ConnectionArn"), work.given("FullRepositoryId")
    version = override(work, "COMMIT_ID") or work.given("BranchName")
    asked = {"ConnectionArn": arn, "FullRepositoryId": repository, "Version": version}
    found = await asking.ask("codeconnections", "FetchCommit", asked)
    (artifact,) = work.outputs
    await asking.put(artifact, found["Content"])
    commit_id, message = found["CommitId"], found["Message"]
    place = {"account": asking.scope.account, "region": asking.scope.region, "id": arn.rpartition("/")[2]}
    return {
        **committed(commit_id, message, cloned(work, "GITHUB", CONNECTION_URL.format(**place, name=repository))),
        "Variables": {
            "CommitId": commit_id,
            "CommitMessage": message,
            "ConnectionArn": arn,
            "FullRepositoryName": repository,
            "BranchName": work.given("BranchName"),
            "AuthorDate": found["AuthorDate"],
            "AuthorDisplayName": found["AuthorName"],
            "AuthorEmail": found["AuthorEmail"],
            **work.known,
        },
    }


async def from_github(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The files of a commit at GitHub, zipped by git."""
    given = work.attempt.configuration
    asked = {**at_github(given), "Version": override(work, "COMMIT_ID") or given["Branch"]}
    found = await asking.ask("codeconnections", "FetchGitHubCommit", asked)
    (artifact,) = work.outputs
    await asking.put(artifact, found["Content"])
    return {
        **committed(found["CommitId"], found["Message"], {"Url": found["PageUrl"]}),
        "Variables": {
            "CommitId": found["CommitId"],
            "CommitMessage": found["Message"],
            "CommitUrl": found["ApiUrl"],
            "RepositoryName": given["Repo"],
            "BranchName": given["Branch"],
            "AuthorDate": found["AuthorDate"],
            "CommitterDate": found["CommitterDate"],
        },
    }


async def github_revision(given: Mapping[str, str], asking: Asking) -> str:
    asked = {**at_github(given), "Branch": given["Branch"]}
    commit_id: str = (await asking.ask("codeconnections", "LookAtGitHub", asked))["CommitId"]
    return commit_id


def at_github(given: Mapping[str, str]) -> dict[str, str]:
    """Where an action's repository is, and what lets in."""
    return {"Repository": f"{given['Owner']}/{given['Repo']}", "OAuthToken": given["OAuthToken"]}


def committed(commit_id: str, message: str, way: Mapping[str, str]) -> dict[str, Json]:
    """What a source has found; `way` is how a build may clone it."""
    revision = {"Id": commit_id, "Summary": message, **way}
    return {"Summary": message, "ExternalId": commit_id, "Revision": revision}


def cloned(work: Work, kind: str, url: str) -> dict[str, str]:
    """What lets a build clone the repository instead of taking its files, if the source is to be so."""
    given = work.given("OutputArtifactFormat", "CODE_ZIP")
    if given not in FORMATS:
        raise Failed(
            "ConfigurationError", f"OutputArtifactFormat must be one of {', '.join(FORMATS)}, and not {given}."
        )
    return {"CloneType": kind, "CloneUrl": url} if given == "CODEBUILD_CLONE_REF" else {}


async def from_ecr(work: Work, asking: Asking) -> Mapping[str, Any]:
    """What there is to say of an image: `imageDetail.json`."""
    name, tag = work.given("RepositoryName"), work.given("ImageTag", LATEST)
    digest = override(work, "IMAGE_DIGEST")
    image = await _image(name, {"imageDigest": digest} if digest else {"imageTag": tag}, asking)
    described = await asking.ask("ecr", "DescribeRepositories", {"repositoryNames": [name]})
    uri = f"{described['repositories'][0]['repositoryUri']}@{image['imageDigest']}"
    told = {"RegistryId": image["registryId"], "RepositoryName": name, "ImageDigest": image["imageDigest"]}
    detail = {
        **told,
        "Version": "1.0",
        "ImageURI": uri,
        "ImageTags": image.get("imageTags") or [],
        "ImageSizeInBytes": str(image.get("imageSizeInBytes", "")),
        "ImagePushedAt": str(image.get("imagePushedAt", "")),
    }
    (artifact,) = work.outputs
    await asking.keep(artifact, {"imageDetail.json": json.dumps(detail).encode()})
    return {
        "Summary": f"{name}:{tag}",
        "ExternalId": image["imageDigest"],
        "Revision": {"Id": image["imageDigest"], "Summary": f"{name}:{tag}"},
        "Variables": {**told, "ImageTag": tag, "ImageURI": uri},
    }


async def ecr_revision(given: Mapping[str, str], asking: Asking) -> str:
    image = await _image(given["RepositoryName"], {"imageTag": given.get("ImageTag", LATEST)}, asking)
    digest: str = image["imageDigest"]
    return digest


async def _image(repository: str, which: Mapping[str, str], asking: Asking) -> Json:
    asked = {"repositoryName": repository, "imageIds": [which]}
    return (await asking.ask("ecr", "DescribeImages", asked))["imageDetails"][0]


def override(work: Work, kind: str) -> str:
    """What the execution was told to take in this action, if anything."""
    return next(
        (
            each["revisionValue"]
            for each in work.plan.order.revisions
            if each["actionName"] == work.action.name and each["revisionType"] == kind
        ),
        "",
    )
