"""After everything that readers, editors and attackers can do, nothing that leaves the database names a person."""

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from pytest_django import Settings

from pledges.models import Editor, Journal, Pledge, Throttle
from tests.conftest import Browser
from tests.factories import make_published_pledge
from tests.pages.full_site import make_full_site
from tests.pages.surfaces import PUBLIC_SURFACES
from tests.pledges.admin.conftest import member, signed_in
from tests.tracker.newsletter.people import make_subscription
from tracker.logs import JsonFormatter
from tracker.newsletter.actions import sign_ups
from tracker.newsletter.models import SignUp, Subscription

pytestmark = pytest.mark.django_db
DOMAIN = "secret-lemons.example"
READER = f"reader@{DOMAIN}"


class Lines(logging.Handler):
    """Keeps every line as this site writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[list[str]]:
    handler = Lines()
    loggers = [logging.getLogger(name) for name in ("", "django")]  # those that write
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture
def pledge(settings: Settings, tmp_path: Path) -> Pledge:
    settings.MEDIA_ROOT, settings.IS_LOOPBACK = tmp_path, True
    return make_full_site()


def do_everything(pledge: Pledge) -> list[str]:
    """Sign up in every state, press every button; gives the tokens there were."""
    sign_up_in_every_state(pledge)
    links = [str(token) for token in SignUp.objects.exclude(token=None).values_list("token", flat=True)]
    leaves = list(Subscription.objects.values_list("leave_token", flat=True))
    reader, desk = Browser(), signed_in(member("newsletter"))
    for token in links:
        reader.post(f"/newsletter/confirm/{token}/")
    for token in leaves:
        reader.get(f"/newsletter/choices/{token}/")
    reader.post(f"/newsletter/choices/{leaves[0]}/", {"digest": "on"})
    reader.post(f"/newsletter/leave/{leaves[1]}/")
    for do in ("", "suppress"):
        desk.post("/admin/newsletter/subscription/", {"address": READER, "do": do})
    call_command("purge_newsletter", stdout=StringIO())
    return [*links, *leaves]


def sign_up_in_every_state(pledge: Pledge) -> None:
    reader = Browser()
    for fields in ({}, {"pledge": pledge.slug, "follow": "on"}, {"pledge": "nowhere"}, {"message": "x"}):
        reader.post("/newsletter/", {"address": READER, **fields})
    for state in ("pending", "unsubscribed", "bounced", "suppressed"):
        make_subscription(address=f"{state}@{DOMAIN}", state=state)
        reader.post("/newsletter/", {"address": f"{state}@{DOMAIN}"})
    sign_ups.work_off(100)


def fail_everywhere(tokens: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the database refuse, with the words in which PostgreSQL would."""

    def refuse(*_args: object, **_options: object) -> None:
        raise IntegrityError(
            f"DETAIL:  Key (address, token)=({READER}, /newsletter/leave/{tokens[0]}/) already exists."
        )

    for name in ("sign_ups.take_in", "sign_ups.find_by_link", "subscriptions.find_by_leave_token"):
        monkeypatch.setattr(f"tracker.newsletter.actions.{name}", refuse)
    reader = Browser(raise_request_exception=False)
    paths = [f"/newsletter/{page}/{tokens[-1]}/" for page in ("confirm", "choices", "leave", "erase")]
    for path in ("/newsletter/", *paths):
        assert reader.post(path, {"address": READER}, REMOTE_ADDR="198.51.100.9").status_code == 500


def test_no_log_line_names_a_person(pledge: Pledge, log: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = do_everything(pledge)
    fail_everywhere(tokens, monkeypatch)

    said = "\n".join(log)

    assert said.count("Internal Server Error") == 5
    assert DOMAIN not in said
    assert not [token for token in tokens if token in said]


def test_no_public_page_names_a_person(pledge: Pledge, client: Client) -> None:
    tokens = do_everything(pledge)

    for surface in PUBLIC_SURFACES:
        content = client.get(surface.path_for(pledge)).getvalue().decode(errors="replace")
        assert DOMAIN not in content
        assert not [token for token in tokens if token in content]


@pytest.mark.parametrize("role", ["writer", "administrator", "newsletter"])
def test_no_list_of_the_editors_names_a_person(pledge: Pledge, role: str) -> None:
    do_everything(pledge)
    desk = signed_in(member(role))
    index = desk.get("/admin/").content.decode()

    for address in {"/admin/", *re.findall(r'href="(/admin/[^"?#]+/)"', index)}:
        assert DOMAIN not in desk.get(address).content.decode(), address


def test_nothing_stored_beside_the_newsletter_names_a_person(pledge: Pledge) -> None:
    do_everything(pledge)

    for model in (Throttle, Journal, LogEntry, Pledge, Editor):
        assert DOMAIN not in json.dumps(list(model._default_manager.values()), default=str)


def test_no_network_address_is_stored(client: Client) -> None:
    make_published_pledge()
    client.post("/newsletter/", {"address": READER}, REMOTE_ADDR="192.0.2.77")

    for model in (Throttle, SignUp):
        assert "192.0.2" not in json.dumps(list(model._default_manager.values()), default=str)
