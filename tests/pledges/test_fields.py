"""Columns that store one clean form, however the value arrives."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError

from pledges.models import Evidence, Pledge, Rating, Source, Topic, Verdict
from tests.factories import make_editor, make_evidence, make_pledge, make_source, make_topic

DIRTY_LINE, CLEAN_LINE = " Cafe\u0301\x0b \x00lemons\r\n\x9f ", "Caf\u00e9 lemons"
DIRTY_TEXT, CLEAN_TEXT = "Cafe\u0301\x0b\r\n\r\n\x00lemons\x85", "Caf\u00e9\n\nlemons"


def reasons(model: type[Any], field: str, value: Any) -> list[str]:
    """Give the sentences with which a field refuses a value; none if it takes it."""
    try:
        model._meta.get_field(field).clean(value, None)
    except ValidationError as error:
        return error.messages
    return []


def test_clean_gives_what_is_stored() -> None:
    assert Source._meta.get_field("title").clean(DIRTY_LINE, None) == CLEAN_LINE
    assert Pledge._meta.get_field("background").clean(DIRTY_TEXT, None) == CLEAN_TEXT
    assert Pledge._meta.get_field("made_on").clean(" not before\t2025 \x0b", None) == "not before 2025"
    assert Source._meta.get_field("url").clean(" https://lemons.example/\x0b ", None) == "https://lemons.example/"


@pytest.mark.django_db
def test_create_stores_the_clean_form_and_shows_it_at_once() -> None:
    evidence = Evidence.objects.create(
        pledge=make_pledge(), title=DIRTY_LINE, account=DIRTY_TEXT, happened_on=" 2025\x0b", written_by=make_editor()
    )

    assert (evidence.title, evidence.account, evidence.happened_on) == (CLEAN_LINE, CLEAN_TEXT, "2025")
    evidence.refresh_from_db()
    assert (evidence.title, evidence.account, evidence.happened_on) == (CLEAN_LINE, CLEAN_TEXT, "2025")


@pytest.mark.django_db
def test_save_stores_the_clean_form_of_a_changed_row() -> None:
    topic = make_topic()

    topic.name = DIRTY_LINE
    topic.save()

    assert Topic.objects.get().name == CLEAN_LINE


@pytest.mark.django_db
def test_update_stores_the_clean_form() -> None:
    evidence = make_evidence(make_pledge())

    Evidence.objects.update(title=DIRTY_LINE, account=DIRTY_TEXT, happened_on="2025\x0b")

    evidence.refresh_from_db()
    assert (evidence.title, evidence.account, evidence.happened_on) == (CLEAN_LINE, CLEAN_TEXT, "2025")


@pytest.mark.django_db
def test_bulk_create_and_bulk_update_store_the_clean_form() -> None:
    topics = Topic.objects.bulk_create([Topic(name=f"{DIRTY_LINE} {number}", slug=str(number)) for number in (1, 2)])
    assert set(Topic.objects.values_list("name", flat=True)) == {f"{CLEAN_LINE} 1", f"{CLEAN_LINE} 2"}

    for topic in topics:
        topic.description = DIRTY_LINE
    Topic.objects.bulk_update(topics, ["description"])
    assert set(Topic.objects.values_list("description", flat=True)) == {CLEAN_LINE}


@pytest.mark.django_db
def test_a_fixture_is_stored_in_the_clean_form() -> None:
    fields = json.loads(serializers.serialize("json", [make_source()]))[0]["fields"]
    dirty = {**fields, "title": DIRTY_LINE, "url": "https://lemons.example/\x0bnew", "published_on": "2025-03\x0b"}

    (row,) = serializers.deserialize("json", json.dumps([{"model": "pledges.source", "fields": dirty}]))
    row.save()

    source = Source.objects.get(title=CLEAN_LINE)
    assert (source.url, source.published_on) == ("https://lemons.example/new", "2025-03")


@pytest.mark.django_db
def test_a_row_is_found_by_the_dirty_form_of_what_it_stores() -> None:
    assert make_topic(name=DIRTY_LINE) == Topic.objects.get(name=DIRTY_LINE) == Topic.objects.get(name=CLEAN_LINE)


@pytest.mark.django_db
def test_full_clean_names_a_hidden_mark_with_its_position() -> None:
    topic = Topic(name="\x0bSour \u202elemons", slug="sour")

    with pytest.raises(ValidationError) as error:
        topic.full_clean()

    assert error.value.message_dict == {
        "name": ["There is a hidden character (right-to-left override) at character 6. Please remove it."]
    }


@pytest.mark.parametrize(
    ("model", "field"),
    [(Pledge, "quotation"), (Pledge, "headline"), (Source, "title"), (Topic, "name"), (Verdict, "explanation")],
)
def test_every_kind_of_text_refuses_hidden_marks(model: type[Any], field: str) -> None:
    (sentence,) = reasons(model, field, "Lemons\u200b")

    assert sentence == "There is a hidden character (zero width space) at character 7. Please remove it."


@pytest.mark.parametrize(
    "address",
    [
        *[
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://lemons.example",
        ],
        *["//x", "//lemons.example/", "https:x", "https:/lemons.example", "https://", "lemons.example", "/pledges/"],
        *[
            "http://127.0.0.1",
            "https://127.0.0.1:8000/",
            "http://[::1]/",
            "http://10.0.0.1/",
            "http://169.254.169.254/",
        ],
        *["http://192.168.1.1", "http://[fe80::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/"],
        *["http://localhost/", "http://LOCALHOST:8000/", "http://localhost./", "http://[::1", "https://a b.example"],
        *["http://a.LOCALHOST./", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/"],
        *[
            "http://224.0.0.1/",
            "http://[ff0e::1]/",
            "http://a.localhost\u3002/",
            "http://\uff11\uff12\uff17.\uff10.\uff10\uff0e\uff11/",
        ],
        *["https://lemons.example:0/", "https://lemons.example:99999/"],
        *["https://lemons.example/" + "x" * 3000, "https://lemons.example/\u202e", "https://lemons\u200b.example/"],
    ],
)
@pytest.mark.parametrize("field", ["url", "archived_url"])
def test_a_web_address_refuses_what_readers_cannot_follow(field: str, address: str) -> None:
    assert reasons(Source, field, address)


@pytest.mark.parametrize(
    "address",
    [
        *[
            "https://lemons.example/a?b=c#d",
            "http://lemons.example",
            "https://lemons.example:8443/",
            "https://8.8.8.8/",
        ],
        *["https://xn--aj-tia.example/", "https://[2606:4700::1111]/", "https://lemons.example/" + "x" * 1900],
    ],
)
def test_a_web_address_takes_what_readers_can_follow(address: str) -> None:
    assert reasons(Source, "url", address) == []


@pytest.mark.parametrize("field", ["made_on", "due_on"])
@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        ("soon", "Write a date as 2025, 2025-03 or 2025-03-03"),
        ("2025-02-30", "“2025-02-30” is not a day of the calendar."),
        ("between 2026 and 2025", "The first date is after the second one."),
        *[(date, "Choose a year before 9999.") for date in ("9999", "not before 9999-03", "between 2026 and 9999")],
    ],
)
def test_a_partial_date_refuses_what_is_none(field: str, date: str, sentence: str) -> None:
    (reason,) = reasons(Pledge, field, date)

    assert reason.startswith(sentence)


def test_a_partial_date_may_be_left_out_only_where_it_may_be_unknown() -> None:
    assert reasons(Pledge, "due_on", "") == []
    assert reasons(Pledge, "made_on", "") == ["This field cannot be blank."]


@pytest.mark.parametrize("text", ["[" * 501, "x" * 60_001, "> " * 21 + "x"])
def test_markdown_refuses_what_the_renderer_cannot_take(text: str) -> None:
    assert len(reasons(Pledge, "background", text)) == 1


@pytest.mark.parametrize(
    "typed", ["//lemons.example/", " //lemons.example", "https:lemons.example", "http:/lemons.example"]
)
def test_a_form_makes_no_address_up_from_half_a_beginning(typed: str) -> None:
    field = Source._meta.get_field("url").formfield()

    with pytest.raises(ValidationError):
        field.clean(typed)


def test_a_form_begins_an_address_that_was_typed_without_its_beginning() -> None:
    field = Source._meta.get_field("url").formfield()

    assert field.clean("lemons.example/a") == "https://lemons.example/a"


@pytest.mark.parametrize("position", [99_999_999_999, 1_001, 0])
def test_a_position_is_one_that_every_database_holds(position: int) -> None:
    assert reasons(Rating, "position", position)
