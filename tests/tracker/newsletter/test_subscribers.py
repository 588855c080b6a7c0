import pytest
from pytest_django import Settings

from tests.factories import make_published_pledge
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.subscribers import number_to_show, rounded_down


@pytest.mark.parametrize(
    ("number", "shown"), [(0, 0), (9, 9), (13, 13), (99, 99), (100, 100), (1_234, 1_200), (98_765, 98_000)]
)
def test_a_number_is_rounded_down_to_two_digits(number: int, shown: int) -> None:
    assert rounded_down(number) == shown


@pytest.mark.django_db
def test_who_only_follows_a_pledge_or_has_not_confirmed_is_not_counted(settings: Settings) -> None:
    settings.SUBSCRIBERS_SHOWN_FROM = 2
    make_subscription(wants_digest=False, follows=make_published_pledge())
    make_subscription(state="pending")
    make_subscription()
    assert number_to_show() is None

    make_subscription()

    assert number_to_show() == 2
