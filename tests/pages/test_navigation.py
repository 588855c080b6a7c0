"""The navigation says which of its pages is the one that is open."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGES = ["/pledges/", "/updates/", "/topics/", "/trends/", "/methodology/", "/about/"]


def current(client: Client, address: str) -> list[str]:
    """Give the addresses that a page calls its own."""
    return re.findall(r'<a href="([^"]+)" aria-current="page"', client.get(address).content.decode())


def test_each_page_of_it_is_the_current_one_on_itself_alone(client: Client) -> None:
    for page in PAGES:
        assert [current(client, address) for address in (page, f"{page}?lemon=1")] == [[page], [page]]

    assert [current(client, address) for address in ("/", "/log/")] == [[], []]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_was_refused_is_the_current_one_nowhere(page: str, client: Client) -> None:
    assert client.get(f"{page}?q=%00").status_code == 400

    assert current(client, "/lemons/") == []
