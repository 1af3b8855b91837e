"""Blanks: folders that are there before the jobs that they are for."""

from pathlib import Path

from penstock.runtimes.sandbox.blanks import MOST_LAYOUTS, MOST_READY, Blanks, Layout

LAYOUT = Layout.of(["ml/output/data", "tmp"], ["ml/config/a.json", "hosts"])


def under(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


def ready(place: Path) -> int:
    return len(list(place.iterdir()))


def test_a_layout_holds_the_folders_that_its_folders_and_files_are_in() -> None:
    assert LAYOUT.folders == ("ml", "ml/config", "ml/output", "ml/output/data", "tmp")
    assert LAYOUT.files == ("ml/config/a.json", "hosts")


def test_a_folder_is_the_same_made_for_its_job_or_ahead_of_it(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")

    for number in range(3):
        blanks.take(LAYOUT, str(tmp_path / str(number)))
        blanks.refill()

    assert under(tmp_path / "0") == under(tmp_path / "1") == under(tmp_path / "2")
    assert (tmp_path / "2" / "ml" / "config" / "a.json").is_file()


def test_nothing_is_made_ahead_for_a_layout_seen_once(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")

    blanks.take(LAYOUT, str(tmp_path / "once"))
    blanks.refill()

    assert ready(tmp_path / "blank") == 0


def test_as_many_are_ready_as_were_taken_at_once_and_not_more_than_the_most(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    for number in range(3):
        blanks.take(LAYOUT, str(tmp_path / f"few-{number}"))
    blanks.refill()
    few = ready(tmp_path / "blank")
    for number in range(3 * MOST_READY):
        blanks.take(LAYOUT, str(tmp_path / f"many-{number}"))

    blanks.refill()

    assert few == 2
    assert ready(tmp_path / "blank") == MOST_READY


def test_a_layout_not_seen_for_long_is_forgotten(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    for number in range(MOST_LAYOUTS + 1):
        blanks.take(Layout.of([f"ml/{number}"], []), str(tmp_path / str(number)))

    blanks.take(Layout.of(["ml/0"], []), str(tmp_path / "again"))
    blanks.refill()

    assert ready(tmp_path / "blank") == 0
    assert under(tmp_path / "again") == ["ml", "ml/0"]


def test_a_blank_that_somebody_has_removed_is_made_anew(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    for number in range(2):
        blanks.take(LAYOUT, str(tmp_path / str(number)))
    blanks.refill()
    for blank in (tmp_path / "blank").iterdir():
        blank.rename(tmp_path / "elsewhere")

    blanks.take(LAYOUT, str(tmp_path / "job"))

    assert under(tmp_path / "job") == under(tmp_path / "0")
