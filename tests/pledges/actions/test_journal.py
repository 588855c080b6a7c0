import pytest

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
