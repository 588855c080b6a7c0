from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from pledges import last_purge
from pledges.actions import verifications
from pledges.actions.journal import public_change
from pledges.models import Generation, Journal

pytestmark = pytest.mark.django_db


def test_a_change_that_fails_takes_no_number() -> None:
    def fail() -> None:
        with public_change() as tags:
            tags.add("lists")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert Generation.objects.get().number == 0
    assert not Journal.objects.exists()


def purge() -> None:
    with public_change() as tags:
        tags.update({"lists", "purge:pledge:lemon"})


def test_a_purge_is_told_to_the_last_good_pages_at_once(
    settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.LAST_PAGES_ROOT = tmp_path

    with django_capture_on_commit_callbacks(execute=True):
        with public_change() as tags:
            tags.add("lists")
        assert last_purge.read(tmp_path) == 0
        purge()

    assert last_purge.read(tmp_path) == 2


def test_a_purge_that_the_last_good_pages_cannot_be_told_of_is_made_all_the_same(
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.LAST_PAGES_ROOT = tmp_path
    (tmp_path / "purged").mkdir()
    (tmp_path / "purged" / "in the way").touch()

    with django_capture_on_commit_callbacks(execute=True):
        purge()

    assert Journal.objects.count() == 1
    assert "empty that folder" in caplog.text


def test_a_purge_needs_no_last_good_pages(
    settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.LAST_PAGES_ROOT = tmp_path / "none"

    with django_capture_on_commit_callbacks(execute=True):
        purge()

    assert not settings.LAST_PAGES_ROOT.exists()


def change(*tags: str) -> None:
    with public_change() as touched:
        touched.update(tags)


def test_a_verification_forgets_those_before_it_that_no_cache_reads_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "MOST_READ", 3)
    change("pledge:lemon")
    for _ in range(10):
        verifications.record(entries=0, head="", holds=True)

    kept = dict(Journal.objects.values_list("number", "tags"))
    assert kept == {1: "pledge:lemon\n", **dict.fromkeys([8, 9, 10, 11], "log\n")}
