"""After a redaction the text is nowhere, and everything that was ever said of the rest still holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from pledges.actions import drafts
from pledges.models import Edition, Evidence, Journal, Pledge, PublicPledge, Reply, Review, Source, Verdict
from pledges.models.fields import LineField, MarkdownField
from pledges.removal import texts_of
from tests.factories import make_checkpoint, make_published_pledge, make_source, publish
from tests.pledges.actions.redactions.orders import NAME, REASON, STEM, redact, verify, whole_database

pytestmark = pytest.mark.django_db


def test_the_text_stands_in_no_column_of_any_table(pledge: Pledge) -> None:
    assert NAME.lower() in whole_database()

    redact(pledge)

    assert STEM not in whole_database()


def test_the_log_still_holds(pledge: Pledge) -> None:
    checkpoint = make_checkpoint()

    redact(pledge)

    assert verify().startswith("3 entries, unbroken")
    assert checkpoint.size == 2


def test_the_new_edition_says_what_the_current_one_said_and_no_draft(pledge: Pledge) -> None:
    current = pledge.editions.get(number=2)
    before = json.loads(bytes(current.content or b""))

    edition = redact(pledge).edition

    after = json.loads(bytes(edition.content or b""))
    assert len(after["verdicts"]) == len(before["verdicts"]) == 1
    assert after["headline"] == "A lemon for [removed]"
    assert after["background"] == "Nobody ate it."
    assert after["verdicts"][0]["summary"] == ""
    assert after["made_in"]["title"] == "The book of [removed]"
    assert (edition.kind, edition.change_note) == ("redaction", REASON)


def test_the_line_names_the_editions_whose_content_is_gone(pledge: Pledge) -> None:
    other = publish(make_published_pledge())

    redaction = redact(pledge)

    assert redaction.blanked == json.loads(bytes(redaction.edition.entry))["redacts"] == [1, 2]
    blank = Edition.objects.filter(content=None, salt=None, content_digest=None)
    assert sorted(blank.values_list("pk", flat=True)) == [1, 2]
    assert Edition.objects.get(pk=other.pk).content is not None


def test_no_digest_is_left_to_try_out_what_the_text_was(pledge: Pledge) -> None:
    digests = {str(digest) for digest in Edition.objects.values_list("content_digest", flat=True)}
    digests.add(pledge.draft_digest)
    digests.update(Review.objects.exclude(edition=None).values_list("copies_digest", flat=True))

    redact(pledge)

    database = whole_database()
    assert {digest for digest in digests if digest in database} == set()


def test_a_draft_without_other_changes_has_none_afterwards() -> None:
    pledge = make_published_pledge(background=f"By {NAME}.")

    redact(pledge)

    pledge.refresh_from_db()
    assert pledge.background == "By [removed]."
    assert not drafts.has_unpublished_changes(pledge)


def test_a_pledge_that_cites_the_same_source_is_settled() -> None:
    source = make_source(title=f"Of {NAME}", kind="manifesto")
    one, other = make_published_pledge(made_in=source), make_published_pledge(made_in=source)

    redact(one)

    other.refresh_from_db()
    assert Source.objects.get(pk=source.pk).title == "Of [removed]"
    assert drafts.has_unpublished_changes(other)


def test_the_journal_tells_caches_to_forget_the_page(pledge: Pledge) -> None:
    redaction = redact(pledge)

    tags = Journal.objects.latest("number").tags.splitlines()
    assert {f"purge:pledge:{pledge.slug}", f"pledge:{pledge.slug}", "lists", "log"} <= set(tags)
    assert redaction.tags == tags


def test_a_withdrawn_pledge_stays_withdrawn(pledge: Pledge) -> None:
    pledge.verdicts.filter(first_edition=None).delete()
    publish(drafts.settle(pledge), kind="withdrawal")

    redact(pledge)

    assert PublicPledge.objects.withdrawn().exists()
    assert "unbroken" in verify()


def test_a_second_redaction_takes_the_rest(pledge: Pledge) -> None:
    redact(pledge)

    assert redact(pledge, passages=["Nobody ate it"]).blanked == [3]
    assert "unbroken" in verify()


def test_earlier_editions_can_be_blanked_whole(pledge: Pledge) -> None:
    redaction = redact(pledge, sequences=[1])

    assert redaction.blanked == [1]
    assert "ate it.*" not in whole_database()
    assert "rassendyll* ate it" not in whole_database()
    assert "unbroken" in verify()


def test_what_history_kept_of_a_blanked_text_goes_and_a_later_draft_stays() -> None:
    pledge = make_published_pledge(background=f"{NAME} ate it.")
    for background in (f"It is said that {NAME} did.", "Nobody ate it."):
        pledge.background = background
        pledge.save()
    publish(drafts.settle(pledge), kind="update")
    pledge.background = "It is said that nobody did, says Rassendyll."
    pledge.save()

    redaction = redact(pledge, sequences=[1])

    kept = list(Pledge.history.filter(id=pledge.pk).order_by("pk").values_list("background", flat=True))
    assert kept[:4] == ["[removed]", "[removed]", "Nobody ate it.", pledge.background]
    assert [place.names for place in redaction.doubtful] == [["background"]]
    assert "unbroken" in verify()


def picture(media: Path, digit: str) -> str:
    name = digit * 32 + ".png"
    (media / name).write_bytes(b"a picture")
    return name


def test_a_picture_that_nothing_shows_any_more_is_deleted(
    settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    media = Path(settings.MEDIA_ROOT)
    gone, kept = picture(media, "1"), picture(media, "2")
    pledge = make_published_pledge(background=f"![{NAME}](/media/{gone}) ![A lemon](/media/{kept})")
    make_published_pledge(background=f"![A lemon](/media/{kept})")

    with django_capture_on_commit_callbacks(execute=True):
        redaction = redact(pledge, passages=[f"![{NAME}](/media/{gone})"])

    assert redaction.pictures == [gone]
    assert [file.name for file in media.iterdir()] == [kept]


def test_this_file_puts_the_text_into_every_text_of_the_pledge(pledge: Pledge) -> None:
    """What is added to the record has to be added here, so that it is known to be blanked."""
    first = Edition.objects.get(number=1)
    said = texts_of(bytes(first.content or b""))
    held = {name for name, text in said if "rudolf rassendyll" in " ".join(text.split()).lower()}
    for model in (Pledge, Verdict, Evidence, Reply, Source):
        texts = {field.name for field in model._meta.concrete_fields if isinstance(field, LineField | MarkdownField)}
        assert texts <= held, model
