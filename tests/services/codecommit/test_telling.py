"""What CodeCommit tells of pushes and pull requests to those whom they start."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from penstock.engine.pushes import Interest
from penstock.languages.githosts.tree import Change, PullRequest, Push
from penstock.store.database import Transaction
from services.codecommit.worlds import World, in_a_world, run_git


@dataclass
class Ears:
    wanted: Interest = "paths"
    heard: list[Change] = field(default_factory=list)

    def interest(self, tx: Transaction, repository: str) -> Interest:
        return self.wanted

    def repositories(self, tx: Transaction) -> Iterable[str]:
        return ()

    def hear(self, tx: Transaction, repository: str, change: Change) -> None:
        assert repository.endswith(":one")
        self.heard.append(change)


def listening(world: World, wanted: Interest = "paths") -> Ears:
    ears = Ears(wanted)
    world.pushes.heed(ears)
    return ears


@in_a_world
async def test_a_push_is_told_with_its_commit_and_the_files_that_changed(world: World) -> None:
    ears = listening(world)
    first = await world.repository(a="1\n", d__b="1\n")
    second = await world.commit(a="2\n")
    await world.branch("feature", second)
    third = await world.commit(onto="feature", d__c="3\n")

    assert [(each.ref, each.commit, each.paths) for each in ears.heard if isinstance(each, Push)] == [
        ("refs/heads/main", first, ("a", "d/b")),
        ("refs/heads/main", second, ("a",)),
        ("refs/heads/feature", second, ()),
        ("refs/heads/feature", third, ("d/c",)),
    ]
    assert {each.actor for each in ears.heard} == {"arn:aws:iam::123456789012:user/ada"}


@in_a_world
async def test_a_tag_is_told_as_the_commit_that_it_is_on_and_a_deletion_is_not(world: World) -> None:
    ears = listening(world, "changes")
    commit = await world.repository()
    await world.branch("gone", commit)
    run_git(await world.bare(), "tag", "-a", "v1", "-m", "one", commit)
    await world.ask("DeleteBranch", repositoryName="one", branchName="gone")

    assert [(each.ref, each.commit, each.paths) for each in ears.heard if isinstance(each, Push)] == [
        ("refs/heads/main", commit, None),
        ("refs/heads/gone", commit, None),
        ("refs/tags/v1", commit, None),
    ]


@in_a_world
async def test_a_pull_request_is_told_from_its_opening_to_its_merge(world: World) -> None:
    ears = listening(world)
    await world.branch("f", await world.repository())
    await world.commit(onto="f", b="1\n")
    target = {"repositoryName": "one", "sourceReference": "f", "destinationReference": "main"}
    made = (await world.ask("CreatePullRequest", title="t", targets=[target]))["pullRequest"]
    tip = await world.commit(onto="f", c="1\n")
    await world.ask("MergePullRequestByFastForward", pullRequestId=made["pullRequestId"], repositoryName="one")

    told = [each for each in ears.heard if isinstance(each, PullRequest)]
    assert [(each.event, each.paths) for each in told] == [
        ("CREATED", ("b",)),
        ("UPDATED", ("b", "c")),
        ("MERGED", ("b", "c")),
    ]
    assert (told[-1].commit, told[-1].head, told[-1].base, told[-1].message) == (
        tip, "refs/heads/f", "refs/heads/main", "t",
    )  # fmt: skip


@in_a_world
async def test_where_nobody_listens_nothing_is_found_out(world: World) -> None:
    ears = listening(world, "nothing")

    await world.repository()

    assert ears.heard == []
