"""One of several editors who save at once: `python -m tests.faults.saver WHAT COUNT`.

Works on the database of DATABASE_URL, which is migrated, through the forms of the editors' site, and prints the status
of each answer. `prepare` makes what the others save; only `publish` calls the actions.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import django
from django.db import models
from django.test import Client
from django.test.utils import setup_test_environment


def main(what: str, count: int) -> None:
    for status in {"prepare": prepare, "publish": publish}.get(what, _saving(what))(count):
        print(status, flush=True)  # noqa: T201


def prepare(_count: int) -> Iterator[int]:
    from tests.factories import make_editor, make_pledge, make_topic, make_verdict  # noqa: PLC0415 (needs Django set up)

    make_editor(username="ada", is_staff=True, is_superuser=True)
    pledge = make_pledge(slug="limes", topic=make_topic(name="Limes", slug="limes"))
    make_verdict(pledge, no_primary_reason="None is known.")
    yield 0


def publish(count: int) -> Iterator[int]:
    from pledges.actions import editions, reviews  # noqa: PLC0415
    from pledges.actions.publishing_rule import NotPublishableError  # noqa: PLC0415
    from pledges.models import Pledge, Rating  # noqa: PLC0415
    from tests.factories import make_editor, make_verdict  # noqa: PLC0415

    pledge, rating = Pledge.objects.get(slug="limes"), Rating.objects.get()
    writer, reviewer = (make_editor(username=name, handle=name) for name in "wr")
    for _number in range(count):
        kind = "update" if pledge.editions.exists() else "first"
        try:
            review = reviews.request(pledge, kind=kind, change_note="Limes.", by=writer)
            editions.approve_and_publish(review, by=reviewer)
        except NotPublishableError:
            for review in pledge.reviews.filter(edition=None, decision=""):
                reviews.send_back(review, by=reviewer, comment="Again.")
        make_verdict(pledge, rating=rating, no_primary_reason="None is known.", written_by=writer)
        yield 200


def _saving(what: str) -> Callable[[int], Iterator[int]]:
    return lambda count: (_save(what, number) for number in range(count))


def _save(what: str, number: int) -> int:
    from pledges.models import Editor, Pledge, Topic  # noqa: PLC0415

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(Editor.objects.get(username="ada"))
    pledge = Pledge.objects.select_related("topic").get(slug="limes")
    if what == "add":
        typed = {**_typed(browser, pledge), "slug": "lemon", "headline": "A lemon", "seen": ""}
        return browser.post("/admin/pledges/pledge/add/", typed).status_code
    rows: dict[str, models.Model] = {"topic": Topic.objects.get(), "pledge": pledge}
    row = rows.get(what) or pledge.verdicts.latest("pk")
    changed = {"topic": "name", "pledge": "background"}.get(what, "summary")
    address = f"/admin/pledges/{row._meta.model_name}/{row.pk}/change/"
    return browser.post(address, {**_typed(browser, row), changed: f"Limes, number {number}."}).status_code


def _typed(browser: Client, row: Any) -> dict[str, Any]:
    opened = browser.get(f"/admin/pledges/{row._meta.model_name}/{row.pk}/change/").content.decode()
    found = re.search(r'name="seen" value="(\w*)"', opened)  # none once a verdict is published
    fields = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.editable}
    return {**{name: value for name, value in fields.items() if value is not None}, "seen": found[1] if found else ""}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    os.environ["SITE_URL"] = "http://127.0.0.1"
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
    django.setup()
    setup_test_environment()
    main(sys.argv[1], int(sys.argv[2]))
