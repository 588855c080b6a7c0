import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from pledges.actions import checks
from pledges.models import Journal, PublicPledge
from tests.factories import (
    make_editor,
    make_pledge,
    make_published_pledge,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 3)


def test_a_check_moves_only_the_check_dates() -> None:
    pledge = make_published_pledge()
    before = dict(PublicPledge.objects.values().get())

    checks.record(pledge, checked_on=TODAY, next_due_on=TODAY + dt.timedelta(days=30), by=make_editor())

    after = dict(PublicPledge.objects.values().get())
    assert {name for name in before if before[name] != after[name]} == {"checked_on", "next_check_on"}
    assert "lists" in Journal.objects.get(number=2).tags


def test_a_check_cannot_be_due_again_before_it_was_made() -> None:
    with pytest.raises(ValidationError, match="must be later"):
        checks.record(make_pledge(), checked_on=TODAY, next_due_on=TODAY, by=make_editor())
