"""After a redaction the text is nowhere, and everything that was ever said of the rest still holds."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from pledges.actions import drafts, redactions, reviews
from pledges.actions.publishing_rule import NotPublishableError
from pledges.actions.redactions import Order, Redaction
from pledges.models import Edition, Editor, Evidence, Journal, Pledge, PublicPledge, Reply, Review, Source, Verdict
from pledges.models.fields import LineField, MarkdownField
from pledges.removal import texts_of
from tests.factories import (
    make_checkpoint,
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_review,
    make_site_text,
    make_source,
    make_verdict,
    publish,
)
from tests.pages.full_site import send_issue
from tests.pages.surfaces import PICTURE, PUBLIC_SURFACES

pytestmark = pytest.mark.django_db

NAME = "Rudolf Rassendyll"
STEM = "rassendyl"  # as the search index has it
SPELT = "RUDOLF\nRassendyll"
REASON = "A name was removed by order of the court of Strelsau."


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pledge() -> Pledge:
    """A published pledge with the name in every text that an edition, a draft or a row beside them can have."""
    source = make_source(kind="manifesto", title=f"The book of {NAME}", publisher=f"{NAME} & sons")
    source.archived_url = "https://archive.example/rudolf"
    source.save()
    pledge = make_pledge(made_in=source, headline=f"A lemon for {NAME}", quotation=f"{NAME} gets a lemon")
    pledge.background, pledge.measure = f"*{SPELT}* ate it.", f"We ask {NAME}."
    pledge.quotation_note, pledge.made_in_locator = NAME, NAME
    pledge.save()
    make_evidence(pledge, title=f"{NAME} was seen", account=f"{SPELT} ate it.", quotation=NAME, sources=[source])
    pledge.replies.create(
        asked_of=NAME, asked_on="2026-01-01", answer_by="2026-01-08", answered_on="2026-01-02", answer=NAME
    )
    texts = dict.fromkeys(("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution"), NAME)
    make_verdict(pledge, **texts)
    publish(pledge, change_note="The first time.")
    pledge.refresh_from_db()
    pledge.background = "Nobody ate it."
    pledge.save()
    drafts.settle(pledge)
    publish(pledge, change_note="The second time.")
    make_verdict(pledge, summary=f"A draft on {NAME}.")
    review = make_review(pledge, change_note=f"About {NAME}.")
    reviews.send_back(review, by=make_editor(), comment=f"No word of {NAME}.")
    LogEntry.objects.create(user=make_editor(), object_repr=f"A lemon for {NAME}", action_flag=2, change_message=NAME)
    return Pledge.objects.get(pk=pledge.pk)


def make_administrator(**fields: Any) -> Editor:
    return make_editor(is_superuser=True, **fields)


def redact(pledge: Pledge, **changed: Any) -> Redaction:
    usual: dict[str, Any] = {"reason": REASON, "passages": [] if "sequences" in changed else [NAME]}
    for person in {"by", "approved_by"} - changed.keys():
        usual[person] = make_administrator()
    return redactions.redact(pledge, Order(**{**usual, **changed}))


def whole_database() -> str:
    """Everything that stands in any column of any table, the lines of bytes as text."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    values = (bytes(value) if isinstance(value, memoryview) else value for row in rows for value in row)
    texts = (value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values)
    return " ".join("\n".join(texts).replace("\\n", " ").split()).lower()


def verify() -> str:
    output = StringIO()
    call_command("verify_log", stdout=output, stderr=StringIO())
    return output.getvalue()


def test_the_text_stands_in_no_column_of_any_table(pledge: Pledge) -> None:
    assert NAME.lower() in whole_database()

    redact(pledge)

    assert STEM not in whole_database()


def test_the_log_still_holds(pledge: Pledge) -> None:
    checkpoint = make_checkpoint()

    redact(pledge)

    assert verify().startswith("3 entries, unbroken")
    assert checkpoint.size == 2


BLANKED = {"edition-detail", "edition-changes"}  # of the first edition


def test_the_text_stands_on_no_public_page(pledge: Pledge, client: Client, settings: Settings) -> None:
    (Path(settings.MEDIA_ROOT) / PICTURE).write_bytes(b"a picture")
    send_issue()
    read = {surface.name: client.get(surface.path_for(pledge)).getvalue().lower() for surface in PUBLIC_SURFACES}
    assert {"home", "pledge-list", "pledge-detail", "log"} <= {name for name, page in read.items() if b"rudolf" in page}
    redact(pledge)
    make_checkpoint()

    for surface in PUBLIC_SURFACES:
        response = client.get(surface.path_for(pledge))
        assert response.status_code == (451 if surface.name in BLANKED else 200), surface.name
        assert b"rassendyll" not in response.getvalue().lower(), surface.name


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


def test_the_page_says_when_something_was_removed(pledge: Pledge, client: Client) -> None:
    edition = redact(pledge).edition
    publish(pledge, change_note="Later.")

    html = client.get(f"/pledges/{pledge.slug}/").content.decode()

    assert f"Removed for legal reasons on {edition.published_at.day} " in html
    assert PublicPledge.objects.get().redacted_at == edition.published_at


def test_the_log_page_says_what_was_removed_and_why(pledge: Pledge, client: Client) -> None:
    redact(pledge)

    html = client.get("/log/").content.decode()

    assert REASON in html
    assert "Removed for legal reasons: the text behind the entries 1, 2." in html


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


@pytest.mark.parametrize("label", ["promisor", "topic", "department", "rating", "text"])
def test_a_text_that_a_label_would_bring_back_is_refused_until_that_is_changed(label: str) -> None:
    pledge = make_published_pledge(background=f"{NAME} ate it.")
    verdict = pledge.verdicts.get()
    row: Any = {"rating": verdict.rating, "text": make_site_text()}.get(label) or getattr(pledge, label)
    field = "draft" if label == "text" else "name"
    before = getattr(row, field)
    row_alone = type(row).objects.filter(pk=row.pk)
    row_alone.update(**{field: f"The lemons of {NAME}"})

    with pytest.raises(NotPublishableError, match="holds the text: change that first, in the admin"):
        redact(pledge)
    row_alone.update(**{field: before})
    redact(pledge)

    assert STEM not in whole_database()


def test_a_link_that_only_the_parser_reads_is_refused() -> None:
    pledge = make_published_pledge(background="By Rudolf [Rassen](/x '))')dyll. Rudolf Rassendyll.")

    with pytest.raises(NotPublishableError, match="Readers would still see the text"):
        redact(pledge)


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


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"passages": ["King of Ruritania"]}, "No edition of this pledge holds that text"),
        ({"passages": ["ab"]}, "at least 3 characters"),
        ({"passages": ["The second time"]}, "The public line of entry 2 itself holds the text"),
        ({"reason": f"{NAME} asked for it."}, "The reason itself holds the text"),
        ({"reason": " "}, "Say why"),
        ({"sequences": [2]}, "The current edition cannot be blanked as a whole"),
        ({"sequences": [7, 1]}, "no entries of this pledge with a content: 7"),
        ({"sequences": [1], "passages": [NAME]}, "Name either entries or texts"),
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(
    pledge: Pledge, changed: dict[str, Any], says: str
) -> None:
    people = {"by": make_administrator(), "approved_by": make_administrator()}
    before = whole_database()

    with pytest.raises(NotPublishableError, match=says):
        redact(pledge, **people, **changed)

    assert whole_database() == before


def test_a_text_with_marks_within_is_found_and_refused_until_it_is_named_as_written() -> None:
    pledge = make_published_pledge(background="The **old** king ate it. The old king.")

    with pytest.raises(NotPublishableError, match=r"field “background” of .* as it is written there"):
        redact(pledge, passages=["The old king"])
    redact(pledge, passages=["The old king", "The **old** king"])

    pledge.refresh_from_db()
    assert pledge.background == "[removed] ate it. [removed]."


def test_a_text_with_marks_within_blanks_earlier_editions() -> None:
    pledge = make_published_pledge(background="The **old** king ate it.")
    Pledge.objects.update(background="The old king did.")
    publish(drafts.settle(pledge), kind="update")
    with pytest.raises(NotPublishableError, match="as it is written there"):
        redact(pledge, passages=["The old king"])  # the history of the row has it still

    assert redact(pledge, passages=["The old king", "The **old** king"]).blanked == [1, 2]


def test_a_text_in_an_address_cannot_be_removed() -> None:
    pledge = make_published_pledge()

    with pytest.raises(NotPublishableError, match="cannot be blanked"):
        redact(pledge, passages=[pledge.topic.slug, "A cart of lemons"])


def test_a_pledge_that_was_never_published_has_nothing_to_redact() -> None:
    with pytest.raises(NotPublishableError, match="never published"):
        redact(make_pledge(background=NAME))


def test_one_person_is_not_enough(pledge: Pledge) -> None:
    alone = make_administrator()

    with pytest.raises(NotPublishableError, match="two people"):
        redact(pledge, by=alone, approved_by=alone)


@pytest.mark.parametrize("role", ["by", "approved_by"])
@pytest.mark.parametrize("fields", [{"is_superuser": False}, {"is_superuser": True, "is_active": False}])
def test_both_people_need_the_permission_and_their_account(pledge: Pledge, role: str, fields: dict[str, bool]) -> None:
    with pytest.raises(NotPublishableError, match="may not take part"):
        redact(pledge, **{role: make_editor(**fields)})


def test_this_file_puts_the_text_into_every_text_of_the_pledge(pledge: Pledge) -> None:
    """What is added to the record has to be added here, so that it is known to be blanked."""
    first = Edition.objects.get(number=1)
    said = texts_of(bytes(first.content or b""))
    held = {name for name, text in said if "rudolf rassendyll" in " ".join(text.split()).lower()}
    for model in (Pledge, Verdict, Evidence, Reply, Source):
        texts = {field.name for field in model._meta.concrete_fields if isinstance(field, LineField | MarkdownField)}
        assert texts <= held, model
