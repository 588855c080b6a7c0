from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from pledges.actions import samples
from pledges.models import Pledge, SiteText, Topic
from tests.factories import (
    make_editor,
    make_pledge,
    make_site_text,
    make_topic,
)

pytestmark = pytest.mark.django_db
TOPIC = '{"model": "pledges.topic", "fields": {"name": "Limes", "slug": "limes", "description": ""}}'


def sample(tmp_path: Path, *rows: str) -> Path:
    fixture = tmp_path / "sample.json"
    fixture.write_text(f"[{','.join(rows)}]")
    return fixture


def test_a_sample_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    make_topic(name="Our limes", slug="limes")

    samples.load(sample(tmp_path, TOPIC))

    assert Topic.objects.get(slug="limes").name == "Our limes"


def test_rows_of_a_pledge_that_is_there_already_are_not_added(tmp_path: Path) -> None:
    make_pledge(slug="lemon")
    reply = (
        '{"model": "pledges.reply", "fields": {"pledge": ["lemon"], "asked_of": "X",'
        ' "asked_on": "2026-01-01", "answer_by": "2026-01-08"}}'
    )

    assert samples.load(sample(tmp_path, TOPIC, reply)) == []

    assert not Pledge.objects.get().replies.exists()


def test_a_row_that_no_form_would_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="hidden character"):
        samples.load(sample(tmp_path, TOPIC.replace("Limes", "Lim\\u200bes")))

    assert not Topic.objects.exists()


def test_texts_of_the_site_are_published_once_and_never_over_those_of_an_editor() -> None:
    fixture, editor = Path("fixtures/site_texts.json"), make_editor()
    make_site_text("privacy", "An editor is writing.")

    published = samples.publish_site_texts(fixture, by=editor)

    assert {text.name for text in published} == {"about", "accessibility", "methodology"}
    assert samples.publish_site_texts(fixture, by=editor) == []
    assert SiteText.objects.get(name="privacy").draft == "An editor is writing."
