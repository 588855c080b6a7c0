"""What no page of ours asks for is refused in words, and nobody's work is lost between two savers."""

import pytest
from django.test import Client
from django.urls import reverse

from pledges.models import Editor, Evidence, Journal, Pledge, Topic, Verdict
from tests.factories import make_evidence, make_pledge, make_published_pledge, make_rated_pledge, make_topic
from tests.pledges.admin.conftest import member, signed_in
from tests.pledges.admin.forms import address_of, fields_of, open_form, send

pytestmark = pytest.mark.django_db
TOO_LARGE = "9" * 30
ROLES = ["writer", "reviewer", "publisher", "newsletter", "administrator"]


@pytest.mark.parametrize(
    "question",
    [
        *("slug__regex=(", "draft_digest__startswith=a", "promisor__name__contains=a", "topic__in=1,2", "nothing=1"),
        *(f"topic={TOO_LARGE}", f"topic__id__exact={TOO_LARGE}", "topic__exact=abc", f"id__in={TOO_LARGE}"),
    ],
)
def test_a_list_answers_only_what_its_filters_ask(desk: Client, question: str) -> None:
    assert desk.get(f"/admin/pledges/pledge/?{question}").status_code == 400


@pytest.mark.parametrize(
    "question",
    [
        *(
            "promisor__pledges__made_on__gte=1",
            "promisor__pledges__promisor__pledges__id__gte=0",
            "topic__slug__exact=a",
        ),
        *(
            "promisor__pledges__verdicts__written_by__password__gte=a",
            "kind__gte=a",
            "topic__gte=1",
            "topic__id__gte=1",
        ),
    ],
)
def test_the_filters_of_a_list_lead_no_further_than_their_own_field(desk: Client, question: str) -> None:
    assert desk.get(f"/admin/pledges/pledge/?{question}").status_code == 400


@pytest.mark.parametrize(("field", "status"), [("", 200), ("id", 200), ("headline", 400), ("nothing", 400)])
@pytest.mark.parametrize("part", ["change", "delete"])
def test_a_row_is_found_by_no_field_but_its_key(desk: Client, field: str, status: int, part: str) -> None:
    path = f"/admin/pledges/pledge/{make_pledge().pk}/{part}/"

    assert desk.get(path, {"_to_field": field}).status_code == status


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        *(("9999-12-31T23:59:59-12:00", 400), ("0001-01-01T00:00:00+14:00", 400), ("2026-01-01", 400), ("soon", 400)),
        *(("2026-01-01 00:00:00+00:00", 200), ("0001-01-01T00:00:00+00:00", 200), ("9999-12-31 23:59:59+00:00", 200)),
    ],
)
@pytest.mark.parametrize("bound", ["gte", "lt"])
def test_a_list_takes_moments_of_the_calendar_only(desk: Client, bound: str, moment: str, status: int) -> None:
    asked = desk.get("/admin/pledges/sitetext/", {f"published_at__{bound}": moment})

    assert asked.status_code == status


@pytest.mark.parametrize(("day", "status"), [("0001-01-01", 200), ("9999-12-31", 200), ("2026-02-30", 400)])
def test_a_list_takes_days_of_the_calendar_only(desk: Client, day: str, status: int) -> None:
    assert desk.get("/admin/pledges/reply/", {"answered_on__gte": day}).status_code == status


def test_a_search_for_more_than_anybody_types_is_refused(desk: Client) -> None:
    words, most = "a " * 1_100, "a " * 99
    chooser = {"app_label": "pledges", "model_name": "verdict", "field_name": "pledge"}

    assert desk.get("/admin/pledges/pledge/", {"q": words}).status_code == 400
    assert desk.get("/admin/autocomplete/", chooser | {"term": words}).status_code == 400
    assert desk.get("/admin/pledges/pledge/", {"q": most}).status_code == 200
    assert desk.get("/admin/autocomplete/", chooser | {"term": most}).status_code == 200


@pytest.mark.parametrize("path", ["edition/?salt__gt=a", "verdict/?written_by__password__startswith=a"])
def test_a_list_gives_no_secret_away_by_guessing(desk: Client, path: str) -> None:
    assert desk.get(f"/admin/pledges/{path}").status_code == 400


@pytest.mark.parametrize("path", ["topic__id__exact=1", "kind__exact=do", "topic__isnull=True", "o=-1&q=lemon", "p=7"])
def test_the_filters_of_a_list_work(desk: Client, path: str) -> None:
    make_pledge()

    assert desk.get(f"/admin/pledges/pledge/?{path}").status_code in {200, 302}


@pytest.mark.parametrize("key", ["abc", "", "\x00", TOO_LARGE])
@pytest.mark.parametrize("place", ["pledges/editor", "pledges/pledge", "pledges/topic"])
def test_an_action_on_no_row_is_refused(desk: Client, place: str, key: str) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [key]}

    assert send(desk, f"/admin/{place}/", chosen, opened="/admin/pledges/topic/add/").status_code == 400


@pytest.mark.parametrize("key", ["abc", TOO_LARGE, "\u202e", "1,2"])
def test_a_form_opened_for_no_row_opens_empty(desk: Client, key: str) -> None:
    assert desk.get("/admin/pledges/verdict/add/", {"pledge": key, "rating": key}).status_code == 200


@pytest.mark.parametrize("key", ["abc", TOO_LARGE, "\u202e", "a\x00b", "7"])
def test_what_is_no_row_is_an_error_of_its_field(desk: Client, key: str) -> None:
    pledge = make_pledge()
    typed = open_form(desk, pledge) | {"topic": key, "background": "Typed."}

    response = desk.post(address_of(pledge), typed)

    assert response.status_code == 400
    assert "Typed.</textarea>" in response.content.decode()


@pytest.mark.parametrize(
    "typed", [{"quotation": "a\u202eb"}, {"made_on": "soon"}, {"headline": "x" * 5000}, {"background": "[" * 10_000}]
)
def test_a_form_that_is_refused_is_an_error(desk: Client, typed: dict[str, str]) -> None:
    pledge = make_pledge()

    assert send(desk, address_of(pledge), open_form(desk, pledge) | typed).status_code == 400
    assert Pledge.objects.get().draft_digest == pledge.draft_digest


def test_a_text_full_of_hidden_marks_names_a_few(desk: Client) -> None:
    pledge = make_pledge()

    response = send(desk, address_of(pledge), open_form(desk, pledge) | {"background": "\u202e" * 100_000})

    assert response.content.decode().count("hidden character") == 10


def test_a_new_pledge_gets_the_first_free_address(desk: Client) -> None:
    pledge = make_pledge(slug="lemon")
    typed = {**open_form(desk, pledge), "seen": ""}

    for _round in range(2):
        assert send(desk, reverse("admin:pledges_pledge_add"), typed).status_code == 302

    assert sorted(Pledge.objects.values_list("slug", flat=True)) == ["lemon", "lemon-2", "lemon-3"]


def test_saving_twice_is_no_conflict(desk: Client) -> None:
    pledge = make_pledge()
    typed = open_form(desk, pledge) | {"headline": "A better headline"}

    assert [send(desk, address_of(pledge), typed).status_code for _round in range(2)] == [302, 302]


def test_what_was_typed_for_a_row_that_was_deleted_is_kept(desk: Client) -> None:
    evidence = make_evidence(make_pledge())
    pledge, typed = evidence.pledge, open_form(desk, evidence) | {"account": "A long account."}
    evidence.delete()

    refused = send(desk, address_of(evidence), typed, opened="/admin/pledges/evidence/add/")

    html = refused.content.decode()
    assert refused.status_code == 409
    assert "Somebody deleted this" in html
    assert "A long account.</textarea>" in html

    again = fields_of(html) | {"pledge": str(pledge.pk)}
    assert send(desk, address_of(evidence), again, opened="/admin/pledges/evidence/add/").status_code == 302
    saved = Evidence.objects.get()
    assert (saved.account, saved.sources.count()) == ("A long account.", 1)


@pytest.mark.parametrize("effective_on", ["2999", "not before 2999-01-01", "1999"])
def test_a_verdict_in_the_future_or_before_the_pledge_is_refused(desk: Client, effective_on: str) -> None:
    verdict = make_rated_pledge().verdicts.get()

    response = send(desk, address_of(verdict), open_form(desk, verdict) | {"effective_on": effective_on})

    assert response.status_code == 400
    assert "It takes effect" in response.content.decode()


def test_an_unused_label_is_deleted_in_the_journal(desk: Client) -> None:
    topic = make_topic()
    before = Journal.objects.count()

    send(desk, f"/admin/pledges/topic/{topic.pk}/delete/", {"post": "yes"})

    assert not Topic.objects.exists()
    assert Journal.objects.count() == before + 1


def test_a_pledge_with_a_history_is_not_deleted(desk: Client) -> None:
    pledge = make_published_pledge()
    chosen = {"action": "delete_selected", "_selected_action": [pledge.pk], "post": "yes"}

    alone = send(desk, f"/admin/pledges/pledge/{pledge.pk}/delete/", {"post": "yes"})
    send(desk, "/admin/pledges/pledge/", chosen)

    assert "Cannot delete pledge" in alone.content.decode()
    assert Pledge.objects.exists()


def history_of(row: Pledge | Verdict) -> str:
    versions = row.history.all()
    return reverse(f"admin:pledges_{row._meta.model_name}_simple_history", args=[row.pk, versions.last().pk])


def test_an_older_version_is_shown(desk: Client) -> None:
    pledge = make_published_pledge()

    assert desk.get(history_of(pledge)).status_code == 200
    assert desk.get(history_of(pledge.verdicts.get())).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_by_way_of_an_older_version(role: str) -> None:
    pledge, browser = make_published_pledge(), signed_in(member(role))

    for row in (pledge, pledge.verdicts.get()):
        assert browser.post(history_of(row), {"headline": "X", "summary": "X"}).status_code == 405
    assert not Verdict.objects.filter(summary="X").exists()


@pytest.mark.parametrize(
    "path", [f"{TOO_LARGE}/history/1", "abc/history/abc", "1/history/abc", f"1/history/{TOO_LARGE}"]
)
def test_a_version_that_never_was_is_not_there(desk: Client, path: str) -> None:
    make_pledge()

    assert desk.get(f"/admin/pledges/pledge/{path}/").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_a_role_deletes_by_an_action_only_what_it_may_delete(role: str) -> None:
    pledge, topic, browser = make_pledge(), make_topic(), signed_in(member(role))

    for place, row in (("pledge", pledge), ("topic", topic)):
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        browser.post(f"/admin/pledges/{place}/", chosen)

    may_delete = role == "administrator"
    assert Pledge.objects.exists() is not may_delete
    assert Topic.objects.filter(pk=topic.pk).exists() is not may_delete


def test_the_chooser_answers_only_who_may_see_what_it_lists(desk: Client) -> None:
    asked = {"app_label": "pledges", "model_name": "verdict", "field_name": "pledge", "term": "lemon"}
    make_pledge()

    nobody = signed_in(Editor.objects.create_user("nobody", is_staff=True))

    assert desk.get("/admin/autocomplete/", asked).json()["results"]
    assert nobody.get("/admin/autocomplete/", asked).status_code == 403
    reviewer = signed_in(member("reviewer"))
    assert reviewer.get("/admin/autocomplete/", asked | {"field_name": "written_by"}).status_code == 403


@pytest.mark.parametrize("asked", ["_to_field=draft_digest", "_popup=1&_to_field=made_in__url"])
def test_a_popup_gives_only_keys(desk: Client, asked: str) -> None:
    assert desk.get(f"/admin/pledges/pledge/?{asked}").status_code == 400
