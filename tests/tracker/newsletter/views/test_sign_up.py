import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.models import Throttle
from pledges.views.reading import TRUE_UNTIL
from tests.factories import make_published_pledge, publish
from tests.tracker.newsletter.people import make_asked_sign_up, make_sign_up, make_subscription
from tracker.newsletter import wording
from tracker.newsletter.models import ConsentEvent, Delivery, SignUp, Subscription, Wording

pytestmark = pytest.mark.django_db
READER = "reader@lemons.example"
FORM = "application/x-www-form-urlencoded"


def send(client: Client, address: str = READER, **options: Any) -> Any:
    fields = {"address": address, **options.pop("fields", {})}
    return client.post("/newsletter/", fields, **options)


def make_known(state: str) -> None:
    if state == "waiting":
        make_sign_up(READER)
    elif state == "asked":
        make_asked_sign_up(READER)
    elif state != "new":
        make_subscription(address=READER, state=state)
    Throttle.objects.all().delete()


def test_a_sign_up_is_kept_as_it_was_meant(client: Client) -> None:
    response = send(client, " Reader@Lemons.example ")

    assert response.status_code == 200
    assert b"Check your inbox" in response.content
    sign_up = SignUp.objects.get()
    assert (sign_up.address, sign_up.wants_digest, sign_up.pledge, sign_up.wording_id) == (READER, True, None, 1)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data"])
def test_the_page_of_a_pledge_lets_one_choose(client: Client, kind: str) -> None:
    pledge = make_published_pledge()

    for fields in ({"follow": "on"}, {"digest": "on"}, {"follow": "on", "digest": "on"}):
        assert send(client, fields={"pledge": pledge.slug, **fields}).status_code == 200

    assert list(SignUp.objects.values_list("pledge", "wants_digest")) == [
        (pledge.pk, False),
        (None, True),
        (pledge.pk, True),
    ]


STATES = ["new", "waiting", "asked", "pending", "confirmed", "unsubscribed", "bounced", "suppressed"]


def test_the_answer_and_the_work_are_the_same_whatever_is_known(client: Client) -> None:
    answers, work = [], []
    for state in STATES:
        Delivery.objects.all().delete()
        SignUp.objects.all().delete()
        ConsentEvent.objects.filter(kind="asked").delete()
        Subscription.objects.all().delete()
        make_known(state)
        with CaptureQueriesContext(connection) as queries:
            response = send(client)
        answers.append((response.status_code, dict(response.headers) | {"Expires": ""}, response.content))
        work.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries])

    assert all(answer == answers[0] for answer in answers)
    assert all(statements == work[0] for statements in work)
    assert {statement.split()[0] for statement in work[0]} == {"INSERT"}
    assert answers[0][1]["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_its_page_may_be_kept_until_readers_are_counted_again(client: Client) -> None:
    headers = client.get("/newsletter/").headers

    assert (headers["Surrogate-Key"], headers["Cache-Control"].split(",")[0]) == ("site", "public")
    assert 0 < float(headers[TRUE_UNTIL]) - timezone.now().timestamp() < 300


def test_an_answer_names_no_address_and_sends_no_mail(client: Client) -> None:
    assert READER.encode() not in send(client).content
    assert mail.outbox == []


def test_a_program_that_fills_in_what_nobody_sees_gets_the_same_answer(client: Client) -> None:
    expected = send(client).content

    response = send(client, fields={"message": "Buy limes"})

    assert (response.status_code, response.content) == (200, expected)
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://tracker.test"},
        {"Origin": "https://tracker.test.evil.test", "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://tracker.test", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused(client: Client, headers: dict[str, str]) -> None:
    response = send(client, headers=headers)

    assert response.status_code == 403
    assert b"This form was sent from another site." in response.content
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://tracker.test"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_form_of_our_own_or_of_a_silent_program_is_taken(client: Client, headers: dict[str, str]) -> None:
    assert send(client, headers=headers).status_code == 200
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "a@b", "a@b.example,c@d.example", "a@[127.0.0.1]", "x" * 65 + "@b.example", "a@b.example\r\nBcc: c@d.example"],
)
def test_what_is_no_address_comes_back_with_a_sentence(client: Client, address: str) -> None:
    response = send(client, address)

    html = response.content.decode()
    assert response.status_code == 400
    assert "This is no e-mail address." in html or "Please type your e-mail address." in html
    assert 'aria-invalid="true"' in html
    assert address.split("\r", maxsplit=1)[0] in html
    assert not SignUp.objects.exists()
    assert not Throttle.objects.exists()


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_nul_is_refused(client: Client, kind: str) -> None:
    parts = '--x\r\nContent-Disposition: form-data; name="address"\r\n\r\na\x00@b.example\r\n--x--\r\n'
    body = "address=a%00@b.example" if kind == FORM else parts

    response = client.post("/newsletter/", body, content_type=kind)

    assert response.status_code == 400
    assert not SignUp.objects.exists()


def test_a_file_in_the_form_is_passed_over(client: Client) -> None:
    head = '--x\r\nContent-Disposition: form-data; name="address"\r\n\r\nreader@lemons.example\r\n--x\r\n'
    file = 'Content-Disposition: form-data; name="pledge"; filename="a.html"\r\n\r\n' + "x" * 3_000_000
    response = client.post("/newsletter/", f"{head}{file}\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")

    assert response.status_code == 200
    assert not response.wsgi_request.FILES


@pytest.mark.parametrize("fields", [{f"field{number}": "1" for number in range(1100)}, {"message": "x" * 3_000_000}])
def test_too_large_a_form_is_refused(client: Client, fields: dict[str, str]) -> None:
    assert send(client, fields=fields).status_code == 400


def test_a_pledge_that_is_not_there_is_said_in_words_and_the_form_comes_back(client: Client) -> None:
    withdrawn = make_published_pledge()
    publish(withdrawn, kind="withdrawal")

    for slug in ("nowhere", withdrawn.slug, "<b>"):
        response = send(client, fields={"pledge": slug, "follow": "on"})

        assert response.status_code == 400
        assert b"There is no pledge at that address any more." in response.content
        assert READER.encode() in response.content
    assert not SignUp.objects.exists()


def test_a_form_that_comes_back_says_which_pledge_and_what_is_wrong_beside_the_field(client: Client) -> None:
    pledge = make_published_pledge(headline="A lemon for everyone")

    html = send(client, "no address", fields={"pledge": pledge.slug, "follow": "on"}).content.decode()

    assert "A lemon for everyone" in html
    assert html.index("sign-up-address") < html.index("This is no e-mail address") < html.index("sign-up-message")


@pytest.mark.parametrize("slug", [" ", "\u00a0", "\t", "x" * 800_000])
def test_a_pledge_of_nothing_but_space_is_none_and_no_wish_is_made_up(client: Client, slug: str) -> None:
    response = send(client, "o'lemon@lemons.example", fields={"pledge": slug, "follow": "on"})

    assert response.status_code == 400
    assert b"There is no pledge at that address any more." in response.content
    assert not SignUp.objects.exists()


def test_an_address_that_is_far_too_long_is_refused_by_its_length(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.newsletter.forms.normalise", pytest.fail)

    response = send(client, "a@" + "é" * 400_000)

    assert response.status_code == 400
    assert b"This is no e-mail address." in response.content


def test_who_chooses_nothing_is_asked_to(client: Client) -> None:
    response = send(client, fields={"pledge": make_published_pledge().slug})

    assert response.status_code == 400
    assert b"Choose at least one of the two." in response.content


def test_the_sixth_sign_up_of_a_network_within_an_hour_is_one_too_many(client: Client) -> None:
    statuses = [
        send(client, f"reader{number}@lemons.example", REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(7)
    ]
    refused = send(client, "one.more@lemons.example", REMOTE_ADDR="192.0.2.99")
    other = send(client, "other@lemons.example", REMOTE_ADDR="198.51.100.1")

    assert statuses == [200] * 5 + [429] * 2
    assert b"Too many sign-ups from your network. Try again in an hour." in refused.content
    assert b"one.more@lemons.example" in refused.content
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert other.status_code == 200
    assert SignUp.objects.count() == 6


@pytest.mark.parametrize("minutes", [[-1, -1, 1, 1, 1, 1, 59], [-59, -1, -1, -1, -1, 2, 30]])
@pytest.mark.parametrize("last", ["23:59:59", "12:00:00"])
def test_no_hour_has_more_than_five_wherever_it_begins(
    client: Client, monkeypatch: pytest.MonkeyPatch, minutes: list[int], last: str
) -> None:
    seam = datetime.fromisoformat(f"2025-03-03T{last}+00:00")
    moments = iter([seam + timedelta(minutes=minute) for minute in minutes])

    statuses = []
    for number, moment in enumerate(moments):
        monkeypatch.setattr(timezone, "now", lambda now=moment: now)
        statuses.append(send(client, f"reader{number}@lemons.example").status_code)

    assert statuses == [200] * 5 + [429] * 2


def test_the_page_shows_how_many_get_it_from_a_threshold_on(client: Client, settings: Any) -> None:
    settings.SUBSCRIBERS_SHOWN_FROM = 13
    for _round in range(12):
        make_subscription()
    make_subscription(state="pending")
    assert b"people get it" not in client.get("/newsletter/").content

    make_subscription()

    assert b"At least 13 people get it." in client.get("/newsletter/").content


@pytest.mark.parametrize("path", ["/", "/nowhere", "/newsletter/", "/pledges/{slug}/"])
def test_the_form_stands_on_every_page_once_with_what_one_agrees_to(client: Client, path: str) -> None:
    html = client.get(path.format(slug=make_published_pledge().slug)).content.decode()

    assert html.count('action="/newsletter/"') == 1
    assert wording.TEXT in html
    assert html.count('name="pledge"') == path.count("slug")


def test_the_wording_of_this_release_is_stored() -> None:
    assert Wording.objects.get().text == wording.TEXT


def test_editors_pages_have_no_form(client: Client) -> None:
    assert b'action="/newsletter/"' not in client.get("/accounts/login/").content
