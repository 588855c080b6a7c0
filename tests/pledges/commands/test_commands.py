"""What holds of every command."""

from io import StringIO

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.utils import timezone

from pledges.models import Review
from tests.factories import make_approved_review, make_published_pledge

pytestmark = pytest.mark.django_db

OUR_COMMANDS = sorted(name for name, app in get_commands().items() if app in {"pledges", "tracker.newsletter"})


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    assert load_command_class(get_commands()[name], name).help.endswith(".")


@pytest.mark.parametrize("name", ["verify_log", "publish_due", "rebuild_public", "clearsessions"])
def test_a_command_that_a_timer_runs_says_nothing_on_standard_error_when_all_is_well(name: str) -> None:
    due = make_approved_review()
    Review.objects.filter(pk=due.pk).update(publish_at=timezone.now())
    make_published_pledge()
    errors = StringIO()

    call_command(name, stdout=StringIO(), stderr=errors)

    assert errors.getvalue() == ""
