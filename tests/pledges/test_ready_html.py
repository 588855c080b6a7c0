"""Parts of a page that are ready as HTML: the same bytes, and only while they are what this release would make."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from pledges import ready_html
from pledges.actions import addresses
from pledges.actions import ready_html as actions
from pledges.content import read
from pledges.models import Edition, Pledge, PublicPledge, ReadyHtml, Source
from tests.factories import make_published_pledge, publish
from tests.pages.full_site import make_full_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Pledge:
    with django_capture_on_commit_callbacks(execute=True):
        return make_full_site()


def address(pledge: Pledge) -> str:
    return f"/pledges/{pledge.slug}/"


def mark(pledge: Pledge) -> None:
    """Put a word into the ready HTML as this site might have, so that it shows when it is used."""
    row = ReadyHtml.objects.get(pledge=pledge.pk)
    row.parts = row.parts.replace("Lemons are", "Ready lemons are")
    row.stamp = ready_html._stamp(row)
    row.save()


def is_used(client: Client, pledge: Pledge) -> bool:
    return "Ready lemons are" in client.get(address(pledge)).content.decode()


def test_a_page_of_ready_parts_has_the_same_bytes(client: Client, pledge: Pledge) -> None:
    with_parts = client.get(address(pledge)).content
    assert ReadyHtml.objects.filter(pledge=pledge.pk).exists()

    ReadyHtml.objects.all().delete()

    assert client.get(address(pledge)).content == with_parts


def test_ready_parts_are_used_and_cost_no_query_more(
    client: Client, pledge: Pledge, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark(pledge)

    with django_assert_num_queries(2):
        assert is_used(client, pledge)


def test_every_part_of_a_full_page_is_ready(pledge: Pledge) -> None:
    public = PublicPledge.objects.select_related("edition", "ready_html").get(pk=pledge.pk)

    parts = ready_html.parts_of(public, Source.objects.in_bulk(source_keys(public)))

    assert set(parts) == {"cite", "head", "promise", "facts", "contents", "sections"}


def source_keys(public: PublicPledge) -> list[int]:
    assert public.edition.content is not None
    return [source.key for source in read(bytes(public.edition.content)).sources]


def test_what_was_changed_in_the_database_is_not_shown_and_is_named(client: Client, pledge: Pledge) -> None:
    row = ReadyHtml.objects.get(pledge=pledge.pk)
    row.parts = row.parts.replace("Lemons are", "Ready lemons are")
    row.save()

    assert not is_used(client, pledge)
    assert list(ready_html.altered()) == [
        f"The ready HTML of {pledge.slug} is not what was made: rebuild_public makes it again."
    ]


def test_another_release_makes_the_page_itself(client: Client, pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(pledge)

    monkeypatch.setattr(ready_html, "recipe", lambda: "another")

    assert not is_used(client, pledge)
    assert list(ready_html.altered()) == []


def test_a_source_that_is_archived_shows_at_once(client: Client, pledge: Pledge) -> None:
    mark(pledge)

    Source.objects.update(archived_url="https://archive.example/just-now")

    page = client.get(address(pledge)).content.decode()
    assert "https://archive.example/just-now" in page
    assert "Ready lemons are" not in page


def test_the_next_edition_brings_its_own(
    client: Client, pledge: Pledge, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mark(pledge)
    Pledge.objects.filter(pk=pledge.pk).update(background="Lemons are green.")

    with django_capture_on_commit_callbacks(execute=True):
        publish(Pledge.objects.get(pk=pledge.pk))

    assert ReadyHtml.objects.get(pledge=pledge.pk).edition == Edition.objects.latest("sequence").pk
    assert "Lemons are green." in client.get(address(pledge)).content.decode()


def test_at_another_address_nothing_names_the_old_one(
    client: Client, pledge: Pledge, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    old = ReadyHtml.objects.get(pledge=pledge.pk)
    with django_capture_on_commit_callbacks(execute=True):
        addresses.move(pledge, to="lime")
    assert "/pledges/lime/" in ReadyHtml.objects.get(pledge=pledge.pk).parts

    old.save()  # as a slower one might

    assert f'{pledge.slug}/"' not in client.get("/pledges/lime/").content.decode()


@pytest.mark.parametrize("kind", ["update", "withdrawal"])
def test_what_took_so_long_that_another_edition_came_out_is_not_stored(
    kind: str, pledge: Pledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReadyHtml.objects.all().delete()

    def publish_meanwhile(*said: Any) -> str:
        html = render_to_string(*said)
        Pledge.objects.filter(pk=pledge.pk).update(background="Lemons are green.")
        publish(Pledge.objects.get(pk=pledge.pk), kind=kind)
        return html

    monkeypatch.setattr("pledges.actions.ready_html.render_to_string", publish_meanwhile)
    actions._make(pledge.pk)

    assert not ReadyHtml.objects.filter(pledge=pledge.pk).exists()


def test_what_took_so_long_that_a_source_changed_is_not_stored(pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    ReadyHtml.objects.all().delete()

    def archive_meanwhile(*said: Any) -> str:
        html = render_to_string(*said)
        Source.objects.update(archived_url="https://archive.example/just-now")
        return html

    monkeypatch.setattr("pledges.actions.ready_html.render_to_string", archive_meanwhile)
    actions._make(pledge.pk)

    assert not ReadyHtml.objects.filter(pledge=pledge.pk).exists()


def test_a_withdrawn_pledge_has_none(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        pledge = make_published_pledge()

    with django_capture_on_commit_callbacks(execute=True):
        publish(pledge, kind="withdrawal")

    assert not ReadyHtml.objects.exists()


def test_rebuild_public_makes_it_again(client: Client, pledge: Pledge) -> None:
    ReadyHtml.objects.all().delete()

    call_command("rebuild_public", verbosity=0)

    assert ReadyHtml.objects.count() == PublicPledge.objects.count()
    call_command("verify_log")


def test_verify_log_names_what_was_altered(pledge: Pledge) -> None:
    ReadyHtml.objects.filter(pledge=pledge.pk).update(parts="{}")

    with pytest.raises(CommandError, match="ready HTML"):
        call_command("verify_log")
