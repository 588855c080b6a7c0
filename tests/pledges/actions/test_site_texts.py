import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pledges import standing_facts
from pledges.actions import site_texts
from pledges.actions.publishing_rule import NotPublishableError
from pledges.models import Journal, SiteText
from tests.factories import make_editor, make_published_text, make_site_text

pytestmark = pytest.mark.django_db


def test_there_is_one_text_for_each_name() -> None:
    assert sorted(SiteText.objects.values_list("name", flat=True)) == sorted(SiteText.Name)


def test_publish_shows_the_draft_and_says_who_and_when() -> None:
    editor = make_editor()

    text = site_texts.publish(make_site_text(draft="We count lemons."), by=editor)

    assert (text.published, text.published_by) == ("We count lemons.", editor)
    assert text.published_at is not None
    assert Journal.objects.get().tags == f"{standing_facts.mark(text)}\nsite\n"
    assert text.history.latest().published == "We count lemons."


def test_publishing_twice_changes_nothing_the_second_time() -> None:
    text = make_published_text()

    again = site_texts.publish(text, by=make_editor())

    assert (again.published_at, again.published_by) == (text.published_at, text.published_by)
    assert Journal.objects.count() == 1


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("", "The text is empty"),
        (" \n", "The text is empty"),
        ("[" * 501, "501 “\\[” signs"),
        ("Lem\u200bons", "hidden character"),
        ("![](/media/1.png)", "A picture is not described"),
    ],
)
def test_publish_refuses_what_no_reader_should_get(draft: str, reason: str) -> None:
    text = make_site_text()
    SiteText.objects.filter(pk=text.pk).update(draft=draft)
    text.refresh_from_db()

    with pytest.raises(NotPublishableError, match=reason):
        site_texts.publish(text, by=make_editor())

    assert not Journal.objects.exists()


def test_publish_refuses_a_draft_that_the_publisher_has_not_read() -> None:
    text = make_site_text()
    SiteText.objects.filter(pk=text.pk).update(draft="Slipped in.")

    with pytest.raises(NotPublishableError, match="changed since you read it"):
        site_texts.publish(text, by=make_editor())


@pytest.mark.parametrize("half", [{"published": "Half."}, {"published_at": timezone.now()}])
def test_the_database_refuses_a_publication_without_who_and_when(half: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteText.objects.filter(name="about").update(**half)


def test_the_database_refuses_a_text_of_another_name() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteText.objects.create(name="lemons")
