"""The sources of a piece of evidence are part of what two savers may both have changed."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pledges.models import Evidence, Source
from tests.factories import make_evidence, make_pledge, make_source
from tests.pledges.admin.forms import address_of, fields_of, open_form, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def evidence() -> Evidence:
    return make_evidence(make_pledge(), sources=[make_source(title="Old gazette"), make_source(title="Kept gazette")])


def titles(evidence: Evidence) -> list[str]:
    return sorted(evidence.sources.values_list("title", flat=True))


def sources_named(*names: str) -> list[Source]:
    return [Source.objects.filter(title=name).first() or make_source(title=name) for name in names]


def test_a_stale_form_puts_no_source_back_that_somebody_else_took_out(desk: Client, evidence: Evidence) -> None:
    opened = open_form(desk, evidence)
    evidence.sources.set(sources_named("New gazette", "Kept gazette"))

    refused = send(desk, address_of(evidence), opened)

    html = refused.content.decode()
    assert refused.status_code == 409
    assert "<h3>Sources</h3>" in html
    assert "<del>New</del><ins>Old</ins>" in html
    assert titles(evidence) == ["Kept gazette", "New gazette"]


def test_what_was_typed_beside_changed_sources_is_kept_and_can_be_saved(desk: Client, evidence: Evidence) -> None:
    opened = open_form(desk, evidence)
    evidence.sources.set(sources_named("New gazette"))
    (added,) = sources_named("My gazette")
    typed = opened | {"account": "A long account.", "Evidence_sources-2-source": str(added.pk)}

    refused = send(desk, address_of(evidence), typed)
    html = refused.content.decode()
    removed = re.findall(r'name="(Evidence_sources-0-DELETE)"[^>]* checked', html)
    again = send(desk, address_of(evidence), fields_of(html) | dict.fromkeys(removed, "on"))

    assert (refused.status_code, again.status_code) == (409, 302)
    assert titles(evidence) == ["Kept gazette", "My gazette", "Old gazette"]
    assert Evidence.objects.get().account == "A long account."


def test_sources_are_saved_although_the_rows_that_were_opened_are_gone(desk: Client, evidence: Evidence) -> None:
    opened = open_form(desk, evidence)
    same = list(evidence.sources.all())
    evidence.sources.clear()
    evidence.sources.set(same)

    response = send(desk, address_of(evidence), opened | {"title": "A better title"})

    assert response.status_code == 302, response.content.decode()
    assert Evidence.objects.get().title == "A better title"
    assert titles(evidence) == ["Kept gazette", "Old gazette"]


def test_a_source_is_exchanged_and_another_removed(desk: Client, evidence: Evidence) -> None:
    opened = open_form(desk, evidence)
    (new,) = sources_named("New gazette")
    changes = {"Evidence_sources-0-source": str(new.pk), "Evidence_sources-1-DELETE": "on"}

    assert send(desk, address_of(evidence), opened | changes).status_code == 302
    assert titles(evidence) == ["New gazette"]


@pytest.mark.parametrize("key", ["abc", "9" * 30, "7777"])
def test_what_is_no_source_is_an_error_of_its_row(desk: Client, evidence: Evidence, key: str) -> None:
    typed = open_form(desk, evidence) | {"Evidence_sources-2-source": key}

    response = send(desk, address_of(evidence), typed)

    assert response.status_code == 400
    assert "Select a valid choice" in response.content.decode()
    assert titles(evidence) == ["Kept gazette", "Old gazette"]


@pytest.mark.parametrize("address", ["change", "add"])
def test_a_form_with_more_rows_than_anybody_types_costs_little(desk: Client, evidence: Evidence, address: str) -> None:
    there = address_of(evidence) if address == "change" else reverse("admin:pledges_evidence_add")
    opened = open_form(desk, evidence) | ({"seen": ""} if address == "add" else {})

    few = send(desk, there, opened | {"Evidence_sources-TOTAL_FORMS": "99999", "title": ""})
    many = send(desk, there, opened | {f"Evidence_sources-{row}-source": "x" for row in range(900)})

    assert (few.status_code, many.status_code) == (400, 400)
    assert len(few.content) < 100_000
    assert len(many.content) < 10_000
