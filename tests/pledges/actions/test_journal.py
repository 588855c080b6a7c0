import pytest

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
