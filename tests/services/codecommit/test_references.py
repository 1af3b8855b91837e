"""What has become of references is told once, whatever happens to the server."""

from pathlib import Path

import pytest

from penstock.services.codecommit.git import MAIL, ZERO
from penstock.services.codecommit.references import Move, moves
from penstock.services.codecommit.rows import Known
from services.codecommit.worlds import living, run_git

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
REF = "refs/heads/main"


def log(*steps: tuple[str, str]) -> bytes:
    return "".join(f"{old} {new} ada <{MAIL}> 1700000000 +0000\tpush\n" for old, new in steps).encode()


LINE = len(log((A, B)))


def went(known: Known | None, actual: str, content: bytes) -> tuple[list[tuple[str, str]], int]:
    found, logged = moves(REF, known, actual, lambda start: content[start:], now=1.0, by="")
    return [(move.old, move.new) for move in found], logged


def test_every_move_in_the_log_is_told() -> None:
    assert went(None, B, log((ZERO, A), (A, B))) == ([(ZERO, A), (A, B)], 2 * LINE)
    assert went(Known(A, LINE), C, log((ZERO, A), (A, B), (B, C))) == ([(A, B), (B, C)], 3 * LINE)


def test_what_came_after_we_looked_is_left_for_the_next_time() -> None:
    assert went(Known(A, LINE), B, log((ZERO, A), (A, B), (B, C))) == ([(A, B)], 2 * LINE)


def test_a_line_whose_reference_never_moved_is_not_told() -> None:
    assert went(Known(A, LINE), A, log((ZERO, A), (A, B))) == ([], LINE)
    assert went(Known(A, LINE), C, log((ZERO, A), (A, B), (A, C))) == ([(A, C)], 3 * LINE)


def test_there_and_back_is_told_twice() -> None:
    assert went(Known(A, LINE), A, log((ZERO, A), (A, B), (B, A))) == ([(A, B), (B, A)], 3 * LINE)


def test_deleted_and_created_anew_is_told_as_both() -> None:
    assert went(Known(A, 5 * LINE), C, log((ZERO, B), (B, C))) == ([(A, ZERO), (ZERO, B), (B, C)], 2 * LINE)


def test_without_a_log_the_difference_is_told() -> None:
    assert went(Known(A, LINE), C, b"") == ([(A, C)], 0)
    assert went(Known(A, LINE), ZERO, b"") == ([(A, ZERO)], 0)


@pytest.mark.parametrize(("old", "new", "event"), [(ZERO, A, "Created"), (A, B, "Updated"), (A, ZERO, "Deleted")])
def test_an_event_is_named_for_what_it_does(old: str, new: str, event: str) -> None:
    assert Move(ref=REF, old=old, new=new, at=1.0).event == f"reference{event}"


async def test_what_git_did_while_no_server_knew_is_told_at_the_next_start(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        first = await world.repository()
        bare = await world.bare()
    run_git(bare, "branch", "side", first)
    (bare / "refs" / "heads" / "main.lock").touch()  # as a git that was killed leaves it

    async with living(tmp_path, life=2) as world:
        assert await world.events() == ["referenceCreated", "referenceCreated"]
        (_, detail) = (await world.told())[1]
        assert (detail["referenceFullName"], detail["commitId"]) == ("refs/heads/side", first)
        await world.commit(a="2\n")
        assert (await world.events())[2:] == ["referenceUpdated"]

    async with living(tmp_path, life=3) as world:
        assert len(await world.events()) == 3


async def test_a_repository_that_nobody_knows_of_is_swept_away(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.repository()
        bare = await world.bare()
        left = bare / "objects" / "tmp_objdir-incoming-x"
        left.mkdir()
    (tmp_path / "repositories" / "unknown").mkdir()

    async with living(tmp_path, life=2) as world:
        assert sorted(each.name for each in (tmp_path / "repositories").iterdir()) == sorted([bare.name, "alive"])
        assert not left.exists()
        assert await world.text("a") == "1\n"
