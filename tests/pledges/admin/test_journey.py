"""From a draft to the public page by the forms and buttons that editors use, without a script."""

import re
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pledges.models import Edition, Editor, Evidence, Pledge, PublicPledge, Review, Verdict
from tests.factories import make_editor, make_pledge, make_published_pledge, make_rated_pledge, make_review, make_source
from tests.pledges.admin.conftest import signed_in
from tests.pledges.admin.forms import address_of, fields_of, open_form, press, send

pytestmark = pytest.mark.django_db


def test_saving_a_pledge_takes_it_in_and_changes_nothing_in_public(desk: Client, writer: Editor) -> None:
    pledge = make_published_pledge()
    saved_before = pledge.history.count()

    response = send(desk, address_of(pledge), open_form(desk, pledge) | {"headline": "A better headline"})

    assert response.status_code == 302, response.content.decode()
    saved = Pledge.objects.get()
    assert saved.headline == "A better headline"
    assert saved.draft_digest != pledge.draft_digest
    assert saved.history.count() == saved_before + 1
    assert PublicPledge.objects.get().headline == pledge.headline
    assert saved.history.latest().history_user == writer


def test_the_second_of_two_savers_gets_both_texts_and_all_they_typed(desk: Client) -> None:
    pledge = make_pledge(background="Lemons are sour.")
    opened = open_form(desk, pledge)
    Pledge.objects.update(background="Lemons are sweet.")

    response = send(desk, address_of(pledge), opened | {"background": "Lemons are blue.", "headline": "Mine"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "<del>sweet</del><ins>blue</ins>" in html
    assert "Lemons are blue.</textarea>" in html
    assert 'value="Mine"' in html
    assert Pledge.objects.get().background == "Lemons are sweet."

    again = send(desk, address_of(pledge), fields_of(html))

    assert again.status_code == 302
    assert Pledge.objects.get().background == "Lemons are blue."


def test_a_text_that_a_browser_sends_back_untouched_is_no_conflict(desk: Client) -> None:
    pledge = make_pledge(background="Lemons\nare sour.")
    opened = open_form(desk, pledge)
    Pledge.objects.update(headline="Changed meanwhile")

    response = send(desk, address_of(pledge), opened | {"background": "Lemons\r\nare sour."})

    assert re.findall(r"<h3>(.*?)</h3>", response.content.decode()) == ["Headline"]


def test_evidence_is_added_with_its_source_and_leads_back_to_the_pledge(desk: Client, writer: Editor) -> None:
    pledge, source = make_pledge(), make_source()
    typed = {
        "pledge": pledge.pk,
        "happened_on": "2025-03",
        "title": "A cart arrived",
        "account": "With *lemons*.",
        "direction": "supports",
        "Evidence_sources-TOTAL_FORMS": "1",
        "Evidence_sources-INITIAL_FORMS": "0",
        "Evidence_sources-0-source": source.pk,
    }

    response = send(desk, reverse("admin:pledges_evidence_add"), typed)

    assert response.status_code == 302, response.content.decode()
    assert response.headers["Location"] == address_of(pledge)
    evidence = Evidence.objects.get()
    assert list(evidence.sources.all()) == [source]
    assert evidence.written_by == writer
    assert Pledge.objects.get().draft_digest != pledge.draft_digest


def test_a_published_verdict_can_be_read_but_not_changed(desk: Client) -> None:
    verdict = make_published_pledge().verdicts.get()

    assert "Everyone has a lemon." in desk.get(address_of(verdict)).content.decode()
    assert send(desk, address_of(verdict), {"summary": "Falsified"}).status_code == 403
    assert Verdict.objects.get().summary == "Everyone has a lemon."


def test_the_preview_is_the_page_that_readers_will_get(desk: Client, reviewers_desk: Client, client: Client) -> None:
    pledge = make_rated_pledge()
    review = make_review(pledge)
    link = re.search(r'href="([^"]+)">Preview the page<', reviewers_desk.get(address_of(review)).content.decode())
    assert link
    preview = desk.get(link[1])

    press(reviewers_desk, address_of(review), "Approve and publish now")

    edition = Edition.objects.get()
    public = client.get(f"/pledges/{pledge.slug}/").content.decode()
    entry = f'<a href="/log/?before=2#entry-1">entry {edition.sequence}</a>'
    place = f"{entry}, hash <code>{edition.short_hash}</code>"
    assert "no-store" in preview.headers["Cache-Control"]
    expected = without_moments(public.replace(place, "entry and hash follow on publication"))
    shown = without_moments(preview.content.decode())
    assert main_of(shown) == main_of(expected)
    assert without_mark(shown) == without_mark(expected)


def test_a_picture_of_the_preview_passes_for_no_publication(desk: Client, client: Client) -> None:
    pledge = make_published_pledge()

    preview = desk.get(reverse("admin:pledges_pledge_preview", args=[pledge.pk])).content.decode()
    public = client.get(f"/pledges/{pledge.slug}/").content.decode()

    assert "<title>Preview – " in preview
    assert preview.index("this is not published") < preview.index('class="site-header"')
    assert "Preview" not in public


def without_moments(html: str) -> str:
    return re.sub(r'datetime="[^"]*T[^"]*"', "", html)


def main_of(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def without_mark(html: str) -> str:
    marked = r"<aside class=\"notice notice--error\".*?</aside>|(?<=<title>)Preview – "
    return re.sub(r"\s+", " ", re.sub(marked, "", html, flags=re.DOTALL))


def test_forms_that_are_refused_are_errors(desk: Client) -> None:
    pledge, other = make_published_pledge(), make_published_pledge()
    move, review = (reverse(f"admin:pledges_pledge_{page}", args=[pledge.pk]) for page in ("move", "review"))

    for typed in ({"slug": "a b"}, {"slug": other.slug}, {}):
        assert send(desk, move, typed).status_code == 400
    for typed in ({"kind": "update"}, {"kind": "nothing", "change_note": "x"}, {}):
        assert send(desk, review, typed).status_code == 400


def test_a_review_is_asked_for_with_kind_and_change_note(desk: Client, writer: Editor) -> None:
    pledge = make_rated_pledge()

    html = desk.get(address_of(pledge)).content.decode()
    link = re.search(r'href="([^"]+)">Ask for review<', html)
    assert link

    response = press(desk, link[1], "Ask for review", change_note="First published.")

    review = Review.objects.get()
    assert response.headers["Location"] == address_of(review)
    assert (review.requested_by, review.change_note, review.publish_at) == (writer, "First published.", None)


def test_a_review_without_a_change_note_says_so_before_it_is_approved(desk: Client, reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge(), change_note="")

    html = reviewers_desk.get(address_of(review)).content.decode()

    assert "What stands in the way" in html
    assert "Say in a change note" in html


def test_another_person_approves_and_publishes(reviewers_desk: Client, reviewer: Editor) -> None:
    review = make_review()

    response = press(reviewers_desk, address_of(review), "Approve and publish now")

    assert response.status_code == 302
    edition = Edition.objects.get()
    assert edition.approver == reviewer
    assert edition.actor == review.requested_by


def test_publishing_twice_gives_one_edition(reviewers_desk: Client) -> None:
    review = make_review()
    press(reviewers_desk, address_of(review), "Approve and publish now")

    assert send(reviewers_desk, address_of(review), {"publish": "1"}).status_code == 302
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("button", ["publish", "approve"])
def test_the_requester_cannot_approve(button: str) -> None:
    review = make_review()
    requester = review.requested_by
    Editor.objects.filter(pk=requester.pk).update(is_staff=True, is_superuser=True)

    response = send(signed_in(requester), address_of(review), {button: "1"})

    assert response.status_code == 403
    assert "neither wrote nor requested" in response.content.decode()
    assert not Edition.objects.exists()


def test_what_changed_since_the_review_cannot_be_published(reviewers_desk: Client) -> None:
    review = make_review()
    Pledge.objects.update(headline="Changed meanwhile")

    response = send(reviewers_desk, address_of(review), {"publish": "1"})

    assert response.status_code == 409
    assert "changed since the review" in response.content.decode()


def test_a_review_is_sent_back_with_a_comment(reviewers_desk: Client) -> None:
    review = make_review()

    press(reviewers_desk, address_of(review), "Send back", comment="Which lemons?")

    review.refresh_from_db()
    assert (review.decision, review.comment) == ("sent-back", "Which lemons?")


@pytest.mark.parametrize("button", ["publish", "approve", "send_back", "nonsense"])
def test_a_writer_by_role_can_decide_nothing(button: str) -> None:
    review = make_review()
    call_command("setup_roles", stdout=StringIO())
    writer = make_editor(is_staff=True)
    writer.groups.add(Group.objects.get(name="writer"))

    response = send(signed_in(writer), address_of(review), {button: "1"})

    assert response.status_code == 403


def test_checked_today_moves_only_the_check_dates(desk: Client) -> None:
    pledge = make_published_pledge()
    before = dict(PublicPledge.objects.values().get())

    press(desk, address_of(pledge), "Nothing changed, checked today")

    after = dict(PublicPledge.objects.values().get())
    assert {name for name in before if before[name] != after[name]} == {"checked_on", "next_check_on"}


def test_the_differences_are_shown_word_by_word(desk: Client) -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(headline=f"{pledge.headline} again")

    for address in (reverse("admin:pledges_pledge_differences", args=[pledge.pk]), address_of(make_review(pledge))):
        html = desk.get(address).content.decode()
        assert f"{pledge.headline}<ins> again</ins>" in html


def test_a_renamed_topic_is_journalled_and_taken_in(desk: Client) -> None:
    pledge = make_published_pledge()

    response = send(desk, address_of(pledge.topic), open_form(desk, pledge.topic) | {"name": "All about lemons"})

    assert response.status_code == 302, response.content.decode()
    assert Pledge.objects.get().draft_digest != pledge.draft_digest
