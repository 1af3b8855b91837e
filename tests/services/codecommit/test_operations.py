"""Repositories, branches, files and commits, as clients ask for them."""

from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.codecommit.worlds import ADA, BOB, World, in_a_world, run_git

ONE = {"repositoryName": "one"}
TOPIC = "arn:aws:sns:us-east-1:123456789012:pushes"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:built"


@in_a_world
async def test_repositories_are_made_renamed_listed_and_deleted(world: World) -> None:
    await world.ask("CreateRepository", **ONE, repositoryDescription="first", tags={"team": "a"})
    assert await world.refused("CreateRepository", **ONE) == "RepositoryNameExists"
    assert await world.refused("CreateRepository", repositoryName="x.git") == "InvalidRepositoryName"
    await world.ask("UpdateRepositoryName", oldName="one", newName="two")

    found = (await world.ask("GetRepository", repositoryName="two"))["repositoryMetadata"]
    assert found["repositoryDescription"] == "first"
    assert found["cloneUrlHttp"] == "http://here/v1/repos/two"
    assert "defaultBranch" not in found
    assert (await world.ask("ListTagsForResource", resourceArn=found["Arn"]))["tags"] == {"team": "a"}
    several = await world.ask("BatchGetRepositories", repositoryNames=["two", "one"])
    assert (len(several["repositories"]), several["repositoriesNotFound"]) == (1, ["one"])
    assert [each["repositoryName"] for each in (await world.ask("ListRepositories"))["repositories"]] == ["two"]

    assert (await world.ask("DeleteRepository", repositoryName="two"))["repositoryId"] == found["repositoryId"]
    assert await world.ask("DeleteRepository", repositoryName="two") == {}
    assert await world.refused("GetRepository", repositoryName="two") == "RepositoryDoesNotExist"


@in_a_world
async def test_a_repository_has_the_key_that_it_has_by_itself(world: World) -> None:
    own = "arn:aws:kms:us-east-1:123456789012:alias/aws/codecommit"
    await world.ask("CreateRepository", **ONE, kmsKeyId="alias/aws/codecommit")
    told = await world.ask("UpdateRepositoryEncryptionKey", **ONE, kmsKeyId=own)

    assert (told["kmsKeyId"], told["originalKmsKeyId"]) == (own, "alias/aws/codecommit")
    for operation in ("UpdateRepositoryEncryptionKey", "CreateRepository"):
        assert await world.refused(operation, **ONE, kmsKeyId="alias/mine") == "EncryptionKeyInvalidId"
    assert (
        await world.refused("UpdateRepositoryEncryptionKey", repositoryName="none", kmsKeyId=own)
        == "RepositoryDoesNotExist"
    )


@in_a_world
async def test_a_commit_puts_copies_moves_and_deletes(world: World) -> None:
    parent = await world.repository(a="1\n", d__b="2\n", d__c="3\n", run="#!\n")
    told = await world.ask(
        "CreateCommit", **ONE, branchName="main", parentCommitId=parent, authorName="Ada", email="ada@example.com",
        commitMessage="Moved about",
        putFiles=[
            {"filePath": "e/b", "sourceFile": {"filePath": "d/b", "isMove": True}},
            {"filePath": "a", "fileContent": b"new\n"},
        ],
        deleteFiles=[{"filePath": "d/c"}],
        setFileModes=[{"filePath": "run", "fileMode": "EXECUTABLE"}],
        keepEmptyFolders=True,
    )  # fmt: skip

    assert [each["absolutePath"] for each in told["filesAdded"]] == ["e/b"]
    assert sorted(each["absolutePath"] for each in told["filesDeleted"]) == ["d/b", "d/c"]
    assert sorted(each["absolutePath"] for each in told["filesUpdated"]) == ["a", "run"]
    bare = await world.bare()
    listing = run_git(bare, "ls-tree", "-r", "main")
    assert [line.split()[0] + " " + line.split()[3] for line in listing.splitlines()] == [
        "100644 a", "100644 d/.gitkeep", "100644 e/b", "100755 run",
    ]  # fmt: skip
    commit = (await world.ask("GetCommit", **ONE, commitId=told["commitId"]))["commit"]
    assert commit["parents"] == [parent]
    assert (commit["author"]["name"], commit["author"]["email"]) == ("Ada", "ada@example.com")
    assert commit["message"] == "Moved about\n"
    asked = [told["commitId"], "main", "0" * 40]
    several = await world.ask("BatchGetCommits", **ONE, commitIds=asked)
    assert several["commits"] == [commit]
    assert [(each["commitId"], each["errorCode"]) for each in several["errors"]] == [
        ("main", "InvalidCommitIdException"), ("0" * 40, "CommitDoesNotExistException"),
    ]  # fmt: skip
    assert run_git(bare, "fsck", "--strict") == ""


@in_a_world
async def test_commits_that_cannot_be_made_are_refused(world: World) -> None:
    await world.ask("CreateRepository", **ONE)
    put = [{"filePath": "d/a", "fileContent": b"1"}]
    commit = {**ONE, "branchName": "main"}
    first = (await world.ask("CreateCommit", **commit, putFiles=put))["commitId"]

    assert await world.refused("CreateCommit", **commit, putFiles=put) == "ParentCommitIdRequired"
    commit["parentCommitId"] = first
    assert await world.refused("CreateCommit", **commit) == "FileEntryRequired"
    assert await world.refused("CreateCommit", **commit, putFiles=put) == "NoChange"
    for path, refusal in (
        ("d", "FileNameConflictsWithDirectoryName"), ("d/a/b", "DirectoryNameConflictsWithFileName"),
        ("../up", "InvalidPath"), (".git/config", "InvalidPath"),
    ):  # fmt: skip
        assert (
            await world.refused("CreateCommit", **commit, putFiles=[{"filePath": path, "fileContent": b""}]) == refusal
        )
    both = [{"filePath": "x", "fileContent": b"", "sourceFile": {"filePath": "d/a"}}]
    assert await world.refused("CreateCommit", **commit, putFiles=both) == "FileContentAndSourceFileSpecified"
    assert await world.refused("CreateCommit", **commit, deleteFiles=[{"filePath": "no"}]) == "FileDoesNotExist"
    large = [{"filePath": "x", "fileContent": b"x" * (6 * 1024 * 1024 + 1)}]
    with pytest.raises(ServiceError):
        await world.ask("CreateCommit", **commit, putFiles=large)
    await world.commit(d__a="2")
    assert await world.refused("CreateCommit", **commit, deleteFiles=[{"filePath": "d/a"}]) == "ParentCommitIdOutdated"
    assert await world.refused("CreateCommit", **{**commit, "branchName": "no"}, putFiles=put) == "BranchDoesNotExist"


@in_a_world
async def test_single_files_are_put_and_deleted(world: World) -> None:
    parent = await world.repository()
    put = {**ONE, "branchName": "main", "filePath": "b", "fileContent": b"x"}
    done = await world.ask("PutFile", **put, parentCommitId=parent)
    assert await world.refused("PutFile", **put, parentCommitId=done["commitId"]) == "SameFileContent"

    assert (await world.ask("GetBlob", **ONE, blobId=done["blobId"]))["content"] == b"x"
    gone = await world.ask("DeleteFile", **ONE, branchName="main", filePath="b", parentCommitId=done["commitId"])
    assert gone["blobId"] == done["blobId"]
    assert await world.refused("GetFile", **ONE, filePath="b") == "FileDoesNotExist"
    assert await world.refused("GetFile", **ONE, filePath="b", commitSpecifier="no") == "CommitDoesNotExist"
    assert await world.refused("GetFile", **ONE, filePath="b", commitSpecifier="a..b") == "InvalidCommit"
    assert await world.refused("GetBlob", **ONE, blobId="0" * 40) == "BlobIdDoesNotExist"


@in_a_world
async def test_differences_and_histories_are_told_in_pages(world: World) -> None:
    first = await world.repository(a="1\n", b="1\n")
    second = await world.commit(a="2\n", d__c="1\n")

    page = await world.ask(
        "GetDifferences", **ONE, beforeCommitSpecifier=first, afterCommitSpecifier="main", MaxResults=1
    )
    rest = await world.ask(
        "GetDifferences", **ONE, beforeCommitSpecifier=first, afterCommitSpecifier="main", NextToken=page["NextToken"]
    )
    changes = [(each["changeType"], each["afterBlob"]["path"]) for each in (*page["differences"], *rest["differences"])]
    assert changes == [("M", "a"), ("A", "d/c")]
    whole = await world.ask("GetDifferences", **ONE, afterCommitSpecifier="main", afterPath="d")
    assert [each["afterBlob"]["path"] for each in whole["differences"]] == ["d/c"]
    assert (
        await world.refused("GetDifferences", **ONE, afterCommitSpecifier="main", afterPath="no") == "PathDoesNotExist"
    )

    history = await world.ask("ListFileCommitHistory", **ONE, filePath="a", maxResults=1)
    assert [each["commit"]["commitId"] for each in history["revisionDag"]] == [second]
    older = await world.ask("ListFileCommitHistory", **ONE, filePath="a", nextToken=history["nextToken"])
    assert [each["commit"]["commitId"] for each in older["revisionDag"]] == [first]


@in_a_world
async def test_folders_tell_what_is_in_them(world: World) -> None:
    parent = await world.repository(d__a="1\n")
    link = [{"filePath": "d/link", "fileContent": b"a", "fileMode": "SYMLINK"}]
    await world.ask("CreateCommit", **ONE, branchName="main", parentCommitId=parent, putFiles=link)

    root, inside = [await world.ask("GetFolder", **ONE, folderPath=path) for path in ("/", "d")]

    assert [each["absolutePath"] for each in root["subFolders"]] == ["d"]
    assert [each["absolutePath"] for each in inside["files"]] == ["d/a"]
    assert [each["relativePath"] for each in inside["symbolicLinks"]] == ["link"]
    assert await world.refused("GetFolder", **ONE, folderPath="no") == "FolderDoesNotExist"


@in_a_world
async def test_branches_come_and_go_and_events_tell_of_it(world: World) -> None:
    first = await world.repository()
    await world.ask("CreateBranch", BOB, **ONE, branchName="side", commitId=first)
    assert await world.refused("CreateBranch", **ONE, branchName="side", commitId=first) == "BranchNameExists"
    assert await world.refused("CreateBranch", **ONE, branchName="a b", commitId=first) == "InvalidBranchName"
    second = await world.commit(onto="side", a="2\n")
    await world.ask("DeleteBranch", BOB, **ONE, branchName="side")
    assert await world.refused("DeleteBranch", **ONE, branchName="main") == "DefaultBranchCannotBeDeleted"
    assert await world.refused("GetBranch", **ONE, branchName="side") == "BranchDoesNotExist"

    kinds, details = zip(*await world.told(), strict=True)
    assert set(kinds) == {"CodeCommit Repository State Change"}
    assert [(each["event"], each["referenceName"]) for each in details] == [
        ("referenceCreated", "main"), ("referenceCreated", "side"), ("referenceUpdated", "side"),
        ("referenceDeleted", "side"),
    ]  # fmt: skip
    assert [each["callerUserArn"] for each in details] == [ADA.principal, BOB.principal, ADA.principal, BOB.principal]
    assert (details[2]["oldCommitId"], details[2]["commitId"]) == (first, second)
    assert "commitId" not in details[3]


@in_a_world
async def test_the_default_branch_is_what_clones_check_out(world: World) -> None:
    first = await world.repository()
    await world.branch("other", first)
    assert (await world.ask("GetRepository", **ONE))["repositoryMetadata"]["defaultBranch"] == "main"

    await world.ask("UpdateDefaultBranch", **ONE, defaultBranchName="other")

    assert run_git(await world.bare(), "symbolic-ref", "HEAD") == "refs/heads/other"
    assert await world.refused("UpdateDefaultBranch", **ONE, defaultBranchName="no") == "BranchDoesNotExist"


@in_a_world
async def test_triggers_tell_topics_and_functions(world: World) -> None:
    first = await world.repository()
    triggers = [
        {"name": "all", "destinationArn": TOPIC, "events": ["all"], "customData": "mine"},
        {"name": "new", "destinationArn": FUNCTION, "events": ["createReference"], "branches": ["side"]},
    ]
    put = await world.ask("PutRepositoryTriggers", **ONE, triggers=triggers)
    kept = await world.ask("GetRepositoryTriggers", **ONE)
    assert (kept["configurationId"], kept["triggers"]) == (put["configurationId"], triggers)

    await world.branch("other", first)
    (record,) = (await world.delivered(1))[0]["Records"]
    assert record["codecommit"]["references"] == [{"commit": first, "ref": "refs/heads/other", "created": True}]
    assert (record["eventTriggerName"], record["customData"]) == ("all", "mine")
    assert record["userIdentityARN"] == ADA.principal
    await world.branch("side", first)
    names = {told["Records"][0]["eventTriggerName"] for told in (await world.delivered(3))[1:]}
    assert names == {"all", "new"}


@in_a_world
async def test_triggers_are_tried_and_refused(world: World) -> None:
    await world.repository()
    good = {"name": "t", "destinationArn": TOPIC, "events": ["all"]}
    world.failures.append(ServiceError("no such topic", code="NotFound"))
    tried = await world.ask("TestRepositoryTriggers", **ONE, triggers=[good, {**good, "name": "u"}])

    assert tried["failedExecutions"] == [{"trigger": "t", "failureMessage": "no such topic"}]
    assert tried["successfulExecutions"] == ["u"]
    for member, value, refusal in (
        ("destinationArn", "arn:aws:sqs:us-east-1:123456789012:q", "InvalidRepositoryTriggerDestinationArn"),
        ("events", ["all", "updateReference"], "InvalidRepositoryTriggerEvents"),
        ("events", [], "RepositoryTriggerEventsListRequired"),
    ):  # fmt: skip
        assert await world.refused("PutRepositoryTriggers", **ONE, triggers=[{**good, member: value}]) == refusal


TRIGGER = {"name": "t", "destinationArn": TOPIC, "events": ["all"]}
REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("CreateRepository", {"repositoryName": "no such name"}, "InvalidRepositoryName"),
    ("CreateRepository", {}, "RepositoryNameRequired"),
    ("BatchGetRepositories", {"repositoryNames": ["no such name"]}, "InvalidRepositoryName"),
    ("UpdateRepositoryName", {"oldName": "one", "newName": "no such name"}, "InvalidRepositoryName"),
    ("ListRepositories", {"sortBy": "size"}, "InvalidSortBy"),
    ("ListRepositories", {"nextToken": "rubbish"}, "InvalidContinuationToken"),
    ("GetDifferences", {**ONE, "afterCommitSpecifier": "main", "MaxResults": 0}, "InvalidMaxResults"),
    ("ListPullRequests", {**ONE, "authorArn": "ada"}, "InvalidAuthorArn"),
    ("CreatePullRequest", {"title": "", "targets": []}, "TitleRequired"),
    ("CreatePullRequest", {"title": "t", "targets": [{**ONE, "sourceReference": "a"},
     {"repositoryName": "two", "sourceReference": "a"}]}, "MultipleRepositoriesInPullRequest"),
    ("CreateCommit", {**ONE, "branchName": "main", "putFiles": [{"filePath": "a", "fileMode": "ODD"}]},
     "InvalidFileMode"),
    ("MergeBranchesByThreeWay", {**ONE, "sourceCommitSpecifier": "main", "destinationCommitSpecifier": "main",
     "targetBranch": "a..b"}, "InvalidTargetBranch"),
    ("PutRepositoryTriggers", {**ONE, "triggers": [{**TRIGGER, "name": "a b"}]}, "InvalidRepositoryTriggerName"),
    ("PutRepositoryTriggers", {**ONE, "triggers": [{**TRIGGER, "events": ["odd"]}]},
     "InvalidRepositoryTriggerEvents"),
    ("PutRepositoryTriggers", {**ONE, "triggers": [{**TRIGGER, "destinationArn": ""}]},
     "RepositoryTriggerDestinationArnRequired"),
    ("PutRepositoryTriggers", {**ONE, "triggers": [{**TRIGGER, "destinationArn": "arn:aws:sns:eu-west-1:1:t"}]},
     "InvalidRepositoryTriggerRegion"),
]  # fmt: skip


@in_a_world
async def test_what_is_wrong_has_the_name_that_the_model_gives_it(world: World) -> None:
    await world.repository()

    told = [(operation, await world.refused(operation, **request)) for operation, request, _ in REFUSALS]

    assert told == [(operation, code) for operation, _, code in REFUSALS]


@in_a_world
async def test_what_was_deleted_before_is_deleted_again(world: World) -> None:
    await world.repository()

    assert await world.ask("DeleteApprovalRuleTemplate", approvalRuleTemplateName="gone") == {}
