"""What readers see of a redaction, and what they see no more."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from pledges.models import Pledge, PublicPledge
from tests.factories import make_checkpoint, make_published_pledge, publish
from tests.pages.full_site import send_issue
from tests.pages.surfaces import PICTURE, PUBLIC_SURFACES
from tests.pledges.actions.redactions.orders import REASON, redact

pytestmark = pytest.mark.django_db

BLANKED = {"edition-detail", "edition-changes"}  # of the first edition


def test_the_text_stands_on_no_public_page(pledge: Pledge, client: Client, settings: Settings) -> None:
    (Path(settings.MEDIA_ROOT) / PICTURE).write_bytes(b"a picture")
    make_published_pledge(background=f"![A lemon](/media/{PICTURE})")
    send_issue()
    read = {surface.name: client.get(surface.path_for(pledge)).getvalue().lower() for surface in PUBLIC_SURFACES}
    assert {"home", "pledge-list", "pledge-detail", "log"} <= {name for name, page in read.items() if b"rudolf" in page}
    redact(pledge)
    make_checkpoint()

    for surface in PUBLIC_SURFACES:
        response = client.get(surface.path_for(pledge))
        assert response.status_code == (451 if surface.name in BLANKED else 200), surface.name
        assert b"rassendyll" not in response.getvalue().lower(), surface.name


def test_the_page_says_when_something_was_removed(pledge: Pledge, client: Client) -> None:
    edition = redact(pledge).edition
    publish(pledge, change_note="Later.")

    html = client.get(f"/pledges/{pledge.slug}/").content.decode()

    assert f"Removed for legal reasons on {edition.published_at.day} " in html
    assert PublicPledge.objects.get().redacted_at == edition.published_at


def test_the_log_page_says_what_was_removed_and_why(pledge: Pledge, client: Client) -> None:
    redact(pledge)

    html = client.get("/log/").content.decode()

    assert REASON in html
    assert "Removed for legal reasons: the text behind the entries 1, 2." in html
