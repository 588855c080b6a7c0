"""What messages say, and that nothing in them tells who reads them."""

import re
from typing import Any

import pytest
from django.utils.translation import trans_real

from pledges.models import Pledge
from tests.factories import make_published_pledge, make_rating, make_verdict, publish
from tests.tracker.newsletter.outbox import make_confirmation, make_draft
from tracker.newsletter import messages, wording
from tracker.newsletter.digest import digest
from tracker.newsletter.envelope import Letter

pytestmark = pytest.mark.django_db

INTRODUCTION = (
    "Dear *lemons*, see [the carts](/pledges/) & [the grove](https://lemons.example/?a=1&b=2).\n\n# Sour\n\nBye."
)


@pytest.fixture
def pledge() -> Pledge:
    pledge = make_published_pledge(headline="A lemon for everyone & their <neighbour>")
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict", change_note="Peeled, at last.")
    return pledge


def letters(pledge: Pledge) -> dict[str, Letter]:
    delivery = make_confirmation(pledge=pledge)
    assert delivery.sign_up is not None
    lines = [line for group in digest(0, 99) for line in group.lines]
    return {
        "issue": messages.write_issue(make_draft(introduction=INTRODUCTION)),
        "notice": messages.write_notice(lines),
        "confirmation": messages.write_confirmation(delivery.sign_up),
    }


def test_an_issue_says_what_changed_in_text_and_html(pledge: Pledge) -> None:
    letter = messages.write_issue(make_draft(introduction=INTRODUCTION))

    assert "A lemon for everyone & their <neighbour>" in letter.text
    assert "A lemon for everyone &amp; their &lt;neighbour&gt;" in letter.html
    for body in (letter.text, letter.html):
        assert "New in the tracker" in body
        assert "Peeled" in body
        assert "Peeled, at last." in body
        assert f"https://tracker.test/pledges/{pledge.slug}/" in body


def test_the_introduction_is_markdown_with_whole_addresses(pledge: Pledge) -> None:
    letter = messages.write_issue(make_draft(introduction=INTRODUCTION))

    assert "Dear <em>lemons</em>" in letter.html
    assert 'href="https://tracker.test/pledges/"' in letter.html
    assert 'href="https://lemons.example/?a=1&amp;b=2"' in letter.html
    assert re.search(r"<h2[^>]*>Sour</h2>", letter.html)
    assert "Dear *lemons*, see [the carts](https://tracker.test/pledges/)" in letter.text


def test_nothing_is_fetched_and_no_link_tells_who_follows_it(pledge: Pledge) -> None:
    for name, letter in letters(pledge).items():
        assert not re.search(r"<(?:img|link|script|iframe|object|video)\b|url\(|@import|\ssrc=", letter.html), name
        whole = set(re.findall(r'href="([^"]*)"', letter.html)) | set(re.findall(r"https?://\S+", letter.text))
        personal = {address for address in whole if letter.mark in address or "/confirm/" in address}
        assert {address.split("/")[4] for address in personal} == (
            {"confirm"} if name == "confirmation" else {"choices", "leave"}
        )
        assert all("?" not in address for address in whole if address.startswith("https://tracker.test")), name
        assert all(address.startswith(("https://", "mailto:")) for address in whole), name


def test_every_letter_has_a_mark_of_its_own(pledge: Pledge) -> None:
    draft = make_draft()

    marks = {letter.mark for letter in (*letters(pledge).values(), *(messages.write_issue(draft) for _ in range(3)))}

    assert len(marks) == len(letters(pledge)) + 3


def test_colours_are_inline_and_change_in_the_dark(pledge: Pledge) -> None:
    for name, letter in letters(pledge).items():
        assert '<meta name="color-scheme" content="light dark">' in letter.html, name
        assert "@media (prefers-color-scheme: dark)" in letter.html, name
        assert re.search(r"<h1[^>]* style=", letter.html), name


def test_a_notice_about_one_pledge_says_so_in_its_subject(pledge: Pledge) -> None:
    (line,) = digest(1, 99)[0].lines

    letter = messages.write_notice([line])

    assert letter.subject == "New verdict: A lemon for everyone & their <neighbour>"
    assert "→ Peeled" in letter.text


def test_a_notice_about_several_counts_them(pledge: Pledge) -> None:
    make_published_pledge()

    letter = messages.write_notice([line for group in digest(0, 99) for line in group.lines])

    assert letter.subject == "2 pledges that you follow have changed"


def test_a_confirmation_says_what_was_asked_for_in_the_words_agreed_to(pledge: Pledge) -> None:
    sign_up = make_confirmation(pledge=pledge).sign_up
    assert sign_up is not None

    letter = messages.write_confirmation(sign_up)

    assert not letter.is_list
    for said in ("the weekly digest", "A lemon for everyone & their <neighbour>", wording.TEXT, "72 hours"):
        assert said in letter.text


def test_a_confirmation_has_the_words_in_the_language_of_the_site(
    pledge: Pledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue: Any = trans_real.translation("en-gb")
    monkeypatch.setattr(catalogue, "_catalog", {wording.TEXT: "Sie sind einverstanden."})
    sign_up = make_confirmation(pledge=pledge).sign_up
    assert sign_up is not None

    letter = messages.write_confirmation(sign_up)

    assert "Sie sind einverstanden." in letter.text
    assert "Sie sind einverstanden." in letter.html


def test_a_confirmation_does_not_name_a_pledge_that_was_withdrawn(pledge: Pledge) -> None:
    publish(pledge, kind="withdrawal")
    sign_up = make_confirmation(pledge=pledge, wants_digest=False).sign_up
    assert sign_up is not None

    assert "neighbour" not in messages.write_confirmation(sign_up).text
