"""What changes behind connections is heard once, whether it is seen, told by the host, or both."""

from pathlib import Path

import pytest

from penstock.languages.githosts.tree import ZERO, Push
from penstock.services.codeconnections.watching import LOOK_EVERY, Pace
from services.codeconnections.worlds import World
from services.githosts import FULL_NAME, TOKEN, git_host


async def test_what_was_there_before_anybody_looked_is_no_news(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.listened()

    await world.watching.look()

    assert world.ears.heard == []


async def test_a_push_is_seen_with_its_commit_and_the_files_that_changed(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = await world.listened("paths")
    before = work.tip
    commit = work.push(b="2\n")
    await world.watching.look()
    branch = work.push("feature", c="3\n")
    await world.watching.look()
    await world.watching.look()

    assert [
        (each.ref, each.before, each.commit, each.paths) for each in world.ears.heard if isinstance(each, Push)
    ] == [
        ("refs/heads/main", before, commit, ("b",)),
        ("refs/heads/feature", ZERO, branch, ("c",)),
    ]
    assert {each.author for each in world.ears.heard} == {"ada@example.com"}


async def test_what_a_webhook_has_told_is_not_seen_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = await world.listened()
    before, commit = work.tip, work.push(b="2\n")

    statuses = [await world.posted(work, commit, before) for _ in range(2)]
    await world.watching.look()

    assert (statuses, world.ears.commits) == ([200, 200], [commit])


async def test_what_has_been_seen_is_not_heard_again_from_webhooks_that_come_late(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = await world.listened()
    zero = work.tip
    first = work.push(b="2\n")
    second = work.push(b="3\n")
    await world.watching.look()  # sees the second only

    await world.posted(work, first, zero)
    await world.posted(work, first, zero)
    await world.posted(work, second, first)
    await world.watching.look()

    assert world.ears.commits == [second, first]


async def test_a_webhook_that_overtakes_another_is_heard_and_so_is_the_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = await world.listened()
    zero = work.tip
    first = work.push(b="2\n")
    second = work.push(b="3\n")

    await world.posted(work, second, first)
    await world.posted(work, first, zero)
    await world.watching.look()

    assert world.ears.commits == [second, first]


@pytest.mark.parametrize("kind", ["GITHUB_ENTERPRISE", "GITLAB_SELF_MANAGED", "BITBUCKET"])
async def test_a_pull_request_is_kept_and_then_heard_with_its_commit_and_its_files(tmp_path: Path, kind: str) -> None:
    world = World(tmp_path)
    with git_host(kind, tmp_path / "there") as host:
        world.ears.repository, world.ears.wanted = f"{await world.connection()}/{FULL_NAME}", "paths"
        world.settings("c", url=host.url.removesuffix(f"/{FULL_NAME}.git"), token=TOKEN, webhook_secret="secret")
        _, tip = host.push("feature", "more", b="2\n")
        host.push("main", "main goes on", c="3\n")

        statuses = [await world.sent(*host.requested("secret", "feature")) for _ in range(2)]
        unasked = list(world.ears.heard)
        async with world.working():
            pass

    assert (statuses, unasked) == ([202, 202], [])
    assert [(each.commit, each.paths) for each in world.ears.heard] == [(tip, ("b",))]


async def test_a_new_branch_is_told_with_the_files_in_which_it_leaves_the_default_one(tmp_path: Path) -> None:
    world = World(tmp_path)
    with git_host("BITBUCKET", tmp_path / "there") as host:
        world.ears.repository, world.ears.wanted = f"{await world.connection()}/{FULL_NAME}", "paths"
        world.settings("c", url=host.url.removesuffix(f"/{FULL_NAME}.git"), token=TOKEN, webhook_secret="secret")
        before, tip = host.push("feature", "more", b="2\n")
        host.push("main", "main goes on", c="3\n")

        async with world.working():
            await world.sent(*host.pushed("secret", "feature", before, tip))

    assert [(each.commit, each.paths) for each in world.ears.heard] == [(tip, ("b",))]


async def test_a_webhook_without_the_secret_is_not_heard(tmp_path: Path) -> None:
    world = World(tmp_path)
    work = await world.listened()
    world.settings("c", url=f"file://{world.host}", webhook_secret="another")

    assert await world.posted(work, work.push(b="2\n"), ZERO) == 403
    world.settings("c", url=f"file://{world.host}")
    assert await world.posted(work, work.tip, ZERO) == 403
    assert world.ears.heard == []


async def test_a_host_that_does_not_answer_is_asked_ever_more_seldom(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.listened()
    world.settings("c", url=f"file://{tmp_path / 'nowhere'}")
    world.watching._paces[world.ears.repository] = Pace()

    await world.watching.look()

    assert world.watching._paces[world.ears.repository].wait == 2 * LOOK_EVERY
    assert world.ears.heard == []
