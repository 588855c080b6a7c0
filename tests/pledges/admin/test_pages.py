"""Every page of the editors' site opens, and costs the same with many rows as with few."""

import pytest
from django.contrib.admin import site
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from pledges.models import (
    Department,
    Edition,
    Editor,
    Evidence,
    Pledge,
    Promisor,
    Rating,
    Reply,
    Review,
    SiteText,
    Source,
    Topic,
    Verdict,
)
from tests.benchmarks.fictional import Country
from tests.benchmarks.working_copy import write_labels, write_rows
from tests.factories import make_evidence, make_published_pledge, make_review, make_verdict

pytestmark = pytest.mark.django_db
RECORDS = [Pledge, Verdict, Evidence, Source, Reply, Review, Edition, Topic, Department, Promisor, Rating, SiteText]
WRITABLE = [Pledge, Verdict, Evidence, Source, Reply, Topic, Department, Promisor, Rating]


def fill(count: int) -> None:
    for _ in range(count):
        pledge = make_published_pledge()
        make_evidence(pledge)
        make_verdict(pledge)
        pledge.replies.create(asked_of="The ministry", asked_on="2026-01-01", answer_by="2026-01-08")
        make_review(pledge)


def test_every_record_is_in_this_list() -> None:
    ours = {model for model in site._registry if model._meta.app_label == "pledges"}

    assert {model.__name__ for model in ours} == {model.__name__ for model in RECORDS} | {"Editor"}


def test_every_page_leads_to_the_second_factor(desk: Client) -> None:
    for address in ("/admin/", reverse("admin:pledges_pledge_changelist")):
        assert f'href="{reverse("mfa_index")}"' in desk.get(address).content.decode()


def test_times_are_written_as_on_all_other_pages(desk: Client) -> None:
    asked_at = localtime(make_review().requested_at)

    html = desk.get(reverse("admin:pledges_review_changelist")).content.decode()

    assert date_format(asked_at, "j F Y H:i") in html


def test_changelists_cost_the_same_queries_at_10_and_1000_rows(desk: Client) -> None:
    country, counts = Country(), []
    for numbers in (range(1, 11), range(11, 1001)):
        country.publish(len(numbers))
        write_labels(numbers)
        write_rows(country, numbers)
        counts.append({model.__name__: queries_of(desk, model) for model in (*RECORDS, Editor)})

    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 10


def queries_of(desk: Client, model: type[Model]) -> int:
    address = reverse(f"admin:pledges_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address, {"q": "e"}).status_code == 200
    return len(queries)


@pytest.mark.parametrize("model", RECORDS)
def test_a_row_opens(model: type, desk: Client) -> None:
    fill(1)
    row = model._default_manager.first()  # type: ignore[attr-defined]

    assert desk.get(reverse(f"admin:pledges_{row._meta.model_name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", WRITABLE)
def test_a_form_for_a_new_row_opens(model: type, desk: Client) -> None:
    assert desk.get(reverse(f"admin:pledges_{model._meta.model_name}_add")).status_code == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Pledge, Verdict, Evidence, Source, Reply, SiteText])
def test_a_history_opens(model: type, desk: Client) -> None:
    fill(1)
    row = model._default_manager.first()  # type: ignore[attr-defined]

    html = desk.get(reverse(f"admin:pledges_{row._meta.model_name}_history", args=[row.pk])).content.decode()

    assert "style=" not in html


@pytest.mark.parametrize("model", RECORDS)
def test_nobody_gets_in_without_signing_in(model: type, client: Client) -> None:
    address = reverse(f"admin:pledges_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]

    response = client.get(address, follow=True)

    assert response.request["PATH_INFO"] == "/accounts/login/"


def test_the_start_page_opens(desk: Client) -> None:
    fill(2)

    html = desk.get("/admin/").content.decode()

    assert "Reviews waiting for a decision" in html


def test_pages_of_editors_are_never_kept(desk: Client) -> None:
    assert "no-store" in desk.get("/admin/").headers["Cache-Control"]
    assert "private" in desk.get("/admin/").headers["Cache-Control"]


@pytest.mark.parametrize("page", ["add", "1/change", "1/delete"])
def test_not_even_a_superuser_can_write_an_edition(desk: Client, page: str) -> None:
    make_published_pledge()
    before = list(Edition.objects.values_list())

    response = desk.post(
        f"/admin/pledges/edition/{page}/", {"change_note": "Otherwise", "post": "yes", "_save": "Save"}
    )

    assert response.status_code == 403
    assert list(Edition.objects.values_list()) == before
