import pytest
from django.test import Client

from pledges.models import SiteText
from tests.factories import make_published_text, make_rating, make_site_text

pytestmark = pytest.mark.django_db


def page(client: Client, name: str) -> str:
    return " ".join(client.get(f"/{name}/").content.decode().split())


@pytest.mark.parametrize("name", SiteText.Name.values)
def test_shows_what_was_published_and_nothing_of_a_draft(name: str, client: Client) -> None:
    make_published_text(name, "We count *lemons*.")
    before = page(client, name)
    make_site_text(name, "A draft nobody may see.")

    assert "We count <em>lemons</em>." in before
    assert page(client, name) == before


@pytest.mark.parametrize("name", SiteText.Name.values)
def test_a_text_not_published_yet_says_whom_to_ask(name: str, client: Client) -> None:
    make_site_text(name, "A draft.")

    html = page(client, name)

    assert "has not been published yet" in html
    assert html.count("mailto:editors@tracker.test") == 2  # there and at the foot


def test_headings_follow_each_other(client: Client) -> None:
    make_published_text("about", "# Lemons")
    make_published_text("methodology", "# Lemons")

    assert "<h2>Lemons</h2>" in page(client, "about")
    assert "<h3>Lemons</h3>" in page(client, "methodology")


def test_the_scale_is_explained_by_family_with_the_definitions_of_the_ratings(client: Client) -> None:
    make_rating(name="Juiced", family="kept", definition="All the juice is out.", position=901)
    make_rating(name="Dried up", family="broken", definition="No juice came.", position=900)

    html = page(client, "methodology")

    assert html.index("What was promised has been done.") < html.index("Juiced") < html.index("Dried up")
    assert "All the juice is out." in html
    assert "Stalled" not in html
    assert "Not yet rated" in html
