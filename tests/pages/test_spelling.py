"""A page has one address: what can be spelled in several ways is answered in one of them, or every spelling would be kept."""

import pytest
from django.test import Client
from django.urls import resolve

from tests.factories import make_published_pledge
from tests.pages.surfaces import PUBLIC_SURFACES, Surface

OTHER_WAYS = ["01", "+1", "%2B1", "%EF%BC%91", "%201", "1%20", "1%0A", "1.0", "1_0", "0x1", "1%C2%A0"]


def known_parameters(surface: Surface) -> list[str]:
    path = surface.path.format(slug="lemon", topic="a", department="a", promisor="a", today="2026-03-03")
    return sorted(getattr(resolve(path).func, "known_parameters", ()))


ASKED = [
    (surface, name) for surface in PUBLIC_SURFACES for name in known_parameters(surface) if name != "q"
]  # of a search every text is another one


@pytest.mark.django_db
@pytest.mark.parametrize(("surface", "name"), ASKED, ids=[f"{surface.name}-{name}" for surface, name in ASKED])
def test_a_number_is_understood_in_one_spelling(surface: Surface, name: str, client: Client) -> None:
    path = surface.path_for(make_published_pledge())

    answers = {spelling: client.get(f"{path}?{name}={spelling}").status_code for spelling in OTHER_WAYS}

    assert 200 not in answers.values(), answers


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["q=%20lemon", "q=lemon%20", "q=lemon%0A", "q=lemon&sort=", "q=lemon&after="])
def test_a_search_in_other_words_for_the_same_leads_to_its_one_address(query: str, client: Client) -> None:
    assert client.get(f"/pledges/?{query}").headers["Location"] == "/pledges/?q=lemon"
