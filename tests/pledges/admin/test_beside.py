"""What stands beside the forms: the rows of a pledge, who changed what, and the lists of the start page."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pledges.actions import checks
from pledges.models import Editor, Evidence, Pledge, PublicPledge, Reply
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rated_pledge,
    make_rating,
    make_review,
    make_verdict,
    publish,
)
from tests.pages.reading import assert_in_order
from tests.pledges.admin.conftest import member, signed_in
from tests.pledges.admin.forms import address_of, open_form, press, send

pytestmark = pytest.mark.django_db


def link_to(row: Evidence | Pledge | Reply, words: str) -> str:
    return f'<a href="{address_of(row)}">{words}</a>'


def test_evidence_stands_beside_its_pledge_newest_first(desk: Client) -> None:
    pledge = make_pledge()
    for happened_on in ("2025-03-03", "2026", "not before 2024-01"):
        make_evidence(pledge, happened_on=happened_on, title=f"Lemons of {happened_on}")

    html = desk.get(address_of(pledge)).content.decode()

    beside = html.partition("Evidence, newest first")[2].partition("</section>")[0]
    assert_in_order(beside, "Lemons of 2026", "Lemons of 2025-03-03", "Lemons of not before 2024-01")
    assert all(link_to(row, row.title) in beside for row in pledge.evidence.all())
    assert f'href="{reverse("admin:pledges_evidence_add")}?pledge={pledge.pk}">Add evidence</a>' in beside


def test_verdicts_stand_beside_their_pledge_with_their_state(desk: Client) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, rating=make_rating(name="Squeezed again"), effective_on="2026")

    html = desk.get(address_of(pledge)).content.decode()

    beside = html.partition('id="beside-verdicts"')[2].partition("</section>")[0]
    published = pledge.verdicts.get(first_edition__isnull=False)
    words = " ".join(re.sub(r"<[^>]+>", " ", beside).split())
    assert_in_order(
        words, "Squeezed again, 2026 – draft", f"{published.rating.name}, 3 March 2025 – published in edition 1"
    )
    assert "Draft a verdict" in words


def test_withdrawing_is_named_and_leads_to_asking_for_just_that() -> None:
    desk, pledge = signed_in(member("writer")), make_published_pledge()
    address = f"{reverse('admin:pledges_pledge_review', args=[pledge.pk])}?kind=withdrawal"

    assert f'<a href="{address}">Withdraw this pledge…</a>' in desk.get(address_of(pledge)).content.decode()
    assert '<option value="withdrawal" selected>' in desk.get(address).content.decode()


@pytest.mark.parametrize("why_not", ["may not", "not published", "withdrawn already"])
def test_withdrawing_is_offered_only_to_those_who_may_and_where_there_is_something_to_withdraw(why_not: str) -> None:
    desk = signed_in(member("publisher" if why_not == "may not" else "writer"))
    pledge = make_pledge() if why_not == "not published" else make_published_pledge()
    if why_not == "withdrawn already":
        publish(pledge, kind="withdrawal")

    assert "Withdraw this pledge" not in desk.get(address_of(pledge)).content.decode()


def test_the_history_of_a_row_says_what_each_field_said_before(desk: Client) -> None:
    pledge = make_pledge(headline="Lemons for some")
    send(desk, address_of(pledge), open_form(desk, pledge) | {"headline": "Lemons for all"})

    html = desk.get(reverse("admin:pledges_pledge_history", args=[pledge.pk])).content.decode()

    assert "<strong>Headline:</strong> <del>Lemons for some</del> <ins>Lemons for all</ins>" in html


def test_the_start_page_lists_checks_with_a_button_that_records_one(desk: Client) -> None:
    pledge, today = make_published_pledge(headline="A lemon to look at"), timezone.localdate()
    checks.record(pledge, checked_on=today - timedelta(9), next_due_on=today - timedelta(2), by=make_editor())

    html = desk.get("/admin/").content.decode()
    press(desk, "/admin/", "Nothing changed, checked today")

    listed = html.partition("Due for a check")[2].partition("</section>")[0]
    assert link_to(pledge, "A lemon to look at") in listed
    assert "<strong>Overdue since</strong>" in listed
    assert PublicPledge.objects.get().checked_on == today


def test_nothing_changed_is_not_offered_where_something_has(desk: Client) -> None:
    pledge, today = make_published_pledge(headline="A lemon to look at"), timezone.localdate()
    checks.record(pledge, checked_on=today - timedelta(9), next_due_on=today - timedelta(2), by=make_editor())
    differences = reverse("admin:pledges_pledge_differences", args=[pledge.pk])
    places = ["/admin/", address_of(pledge), differences]
    assert all("Nothing changed, checked today" in desk.get(place).content.decode() for place in places)

    make_verdict(pledge, rating=make_rating())

    assert not any("Nothing changed, checked today" in desk.get(place).content.decode() for place in places)
    assert f'href="{differences}"' in desk.get("/admin/").content.decode()


def test_the_start_page_lists_replies_awaited_past_their_date(desk: Client) -> None:
    pledge, today = make_pledge(headline="A lemon nobody explains"), timezone.localdate()
    reply = pledge.replies.create(
        asked_of="The ministry", asked_on=today - timedelta(9), answer_by=today - timedelta(2)
    )

    listed = desk.get("/admin/").content.decode().partition("Replies awaited past their date")[2]

    assert link_to(reply, "The ministry: A lemon nobody explains") in listed.partition("</section>")[0]


def test_the_start_page_lists_what_waits(desk: Client, writer: Editor) -> None:
    review = make_review(make_rated_pledge(headline="A waiting lemon"))
    draft = make_pledge(headline="A drafted lemon")
    make_evidence(draft, written_by=writer)
    make_verdict(make_published_pledge(headline="Somebody else's lemon"), rating=make_rating())

    html = desk.get("/admin/").content.decode()

    assert review.pledge.headline in html
    assert "A drafted lemon" in html
    assert "Somebody else&#x27;s lemon" not in html


def test_a_long_list_of_the_start_page_leads_to_the_whole(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.desk.MOST", 1)
    for headline in ("A first lemon", "A second lemon"):
        make_review(make_rated_pledge(headline=headline))

    listed = (
        desk.get("/admin/").content.decode().partition("Reviews waiting for a decision")[2].partition("</section>")[0]
    )
    link = re.search(r'<a href="([^"]+)">The first 1 of 2: see the whole list</a>', listed)

    assert link
    assert "A second lemon" not in listed
    whole = desk.get(unescape(link[1])).content.decode()
    assert "A first lemon" in whole
    assert "A second lemon" in whole


@pytest.mark.parametrize(("role", "asked"), [("writer", False), ("reviewer", True), ("publisher", True)])
def test_the_start_page_asks_for_decisions_only_who_may_decide(role: str, asked: bool) -> None:  # noqa: FBT001
    make_review()

    html = signed_in(member(role)).get("/admin/").content.decode()

    assert ("Reviews waiting for a decision" in html) is asked
    assert ("Approved, to be published" in html) is asked
    assert "Reviews I asked for" in html
