from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from pledges.actions import samples
from pledges.content import read
from pledges.models import Editor, Pledge, SiteText, Topic
from tests.factories import (
    make_editor,
    make_pledge,
    make_site_text,
    make_topic,
    make_verdict,
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


def load_sample(slug: str) -> tuple[Pledge, Path, dict[str, Editor]]:
    for name in ("rating_scale", "groupings"):
        samples.load(Path(f"fixtures/{name}.json"))
    people = {
        "writer": make_editor(username="demonstration-writer", handle="demonstration-writer"),
        "reviewer": make_editor(),
    }
    fixture = Path(f"fixtures/pledges/{slug}.json")
    (pledge,) = samples.load(fixture)
    return pledge, fixture, people


def test_each_verdict_of_a_sample_becomes_an_edition_recorded_now() -> None:
    pledge, fixture, people = load_sample("no-tax-rise-working-people")
    assert [verdict.effective_on for verdict in pledge.verdicts.all()] == ["2024-11-20"]
    started = timezone.now()

    samples.publish(pledge, fixture, **people)

    editions = list(pledge.editions.order_by("number"))
    contents = [read(bytes(edition.content or b"")) for edition in editions]
    assert [edition.kind for edition in editions] == ["first", "verdict", "verdict"]
    assert [content.verdict and content.verdict.effective_on for content in contents] == [
        *("2024-11-20", "2025-03-20"),
        "2025-11-28",
    ]
    assert [len(content.evidence) for content in contents] == [1, 1, 3]
    assert all(edition.published_at >= started for edition in editions)
    assert "effective 28 November 2025" in editions[-1].change_note


def test_a_sample_that_somebody_completed_is_published_as_it_stands() -> None:
    pledge, fixture, people = load_sample("no-tax-rise-working-people")
    make_verdict(
        pledge, effective_on="2026-01-01", missing="A count.", asked="The ministry.", no_primary_reason="None."
    )

    samples.publish(pledge, fixture, **people)

    assert pledge.editions.count() == 1


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
