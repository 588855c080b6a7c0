from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from pledges.views.public_forms import network_of

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def network(address: str, *, now: datetime = NOON, forwarded: str | None = None) -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return network_of(RequestFactory(headers=headers).post("/", REMOTE_ADDR=address), now=now)


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1::1", "2001:db8:1:ffff::2", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
    ],
)
def test_a_network_is_a_24_or_a_48(one: str, other: str, *, are_one: bool) -> None:
    assert (network(one) == network(other)) is are_one


def test_its_name_holds_no_address_and_changes_every_day() -> None:
    names = {network("192.0.2.1", now=NOON + hours * timedelta(hours=1)) for hours in (0, 6, 24, 48)}

    assert len(names) == 3
    assert all(len(name) == 64 for name in names)


@pytest.mark.parametrize(("behind_proxy", "counts"), [(0, "192.0.2.1"), (1, "198.51.100.7")])
def test_a_forwarded_address_counts_behind_a_proxy_only(settings: Settings, behind_proxy: int, counts: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = behind_proxy

    assert network("192.0.2.1", forwarded="203.0.113.5, 198.51.100.7") == network(counts)
