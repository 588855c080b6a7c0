"""What the Nu HTML checker says of every page: nothing."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from pledges.actions import redactions
from pledges.actions.redactions import Order
from pledges.models import Pledge
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_published_pledge, publish
from tests.pages.full_site import make_full_site
from tests.pages.surfaces import BY_TOKEN, NARROWED, PUBLIC_SURFACES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(DATABASE != "sqlite", reason="the pages are the same on both, and Java takes its time"),
]

CHECKER = Path(django_settings.BASE_DIR) / ".venv" / "vnu.jar"


def checker() -> list[str]:
    """The command that checks; `.ci/install-vnu` installs what it needs."""
    if not (CHECKER.exists() and shutil.which("java")):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("THE HTML CHECKER WAS NOT FOUND: run .ci/install-vnu")
    return ["java", "-jar", str(CHECKER), "--format", "json", "--skip-non-html"]


def test_every_page_is_valid(client: Client, settings: Settings, tmp_path: Path) -> None:
    command = checker()
    settings.MEDIA_ROOT = tmp_path / "media"
    pledge = make_full_site()
    answers = [(path, client.get(path)) for path in paths(pledge)]
    answers += [(path, client.post(path, fields)) for path, fields in forms(pledge)]
    for number, (path, response) in enumerate(answers):
        assert response.headers["Content-Type"].startswith("text/html"), path
        (tmp_path / f"{number}{path.split('?')[0].replace('/', '_')}.html").write_bytes(response.content)

    said = subprocess.run([*command, *map(str, tmp_path.glob("*.html"))], capture_output=True, text=True, check=False)

    messages = json.loads(said.stderr)["messages"]
    assert not messages, "\n".join(f"{m['url'].split('/')[-1]}:{m.get('lastLine')}: {m['message']}" for m in messages)


def paths(pledge: Pledge) -> list[str]:
    """Every page, every kind of list, and the pages for what goes wrong."""
    withdrawn = make_published_pledge()
    publish(withdrawn, kind="withdrawal")
    redacted = make_published_pledge()
    order = Order(
        "A cart was removed.", make_editor(is_superuser=True), make_editor(is_superuser=True), ["carts arrived"]
    )
    redactions.redact(redacted, order)
    return [
        *(surface.path_for(pledge) for surface in (*PUBLIC_SURFACES, *NARROWED, *BY_TOKEN) if surface.is_html),
        "/pledges/?family=unrated&sort=made",
        "/pledges/?family=kept&overdue=1",
        "/pledges/?q=lemon+cart&topic=nowhere&changed_since=soon",
        "/pledges/?q=“everyone”+neighbour",
        "/pledges/?q=%22&due=ahead&changed_since=2026-03-31",
        "/pledges/?sort=due",
        "/pledges/?topic=nowhere&after=x",
        "/updates/?since=yesterday&before=x",
        "/updates/?since=2900-12-31",
        f"/pledges/{withdrawn.slug}/",
        f"/pledges/{withdrawn.slug}/editions/",
        f"/pledges/{pledge.slug}/editions/2/changes/",
        f"/pledges/{pledge.slug}/at/2001-01-01/",
        "/at/2001-01-01/",
        "/trends/?topic=nowhere",
        "/corrections/?before=x",
        f"/pledges/{redacted.slug}/",
        "/log/?before=3",
        "/log/?before=x",
        "/nowhere/",
        "/?q=%00",
    ]


def forms(pledge: Pledge) -> list[tuple[str, dict[str, str]]]:
    """Give what readers can send and its answers to, in an order in which each has something to do."""
    confirm, choices, leave, erase = (surface.path_for(pledge) for surface in BY_TOKEN)
    return [
        ("/newsletter/", {"address": "reader@lemons.example"}),
        ("/newsletter/", {"address": "<reader>", "pledge": pledge.slug}),
        ("/newsletter/", {"address": "", "pledge": "nowhere"}),
        *[("/newsletter/", {"address": "reader@lemons.example"})] * 6,
        (confirm, {}),
        (choices, {"digest": "on"}),
        (leave, {}),
        (choices, {}),
        (confirm, {}),
        (erase, {}),
        (leave, {}),
    ]
