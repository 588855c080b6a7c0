from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pledges.models import Editor, Journal, SiteText
from tests.factories import make_editor, make_published_text, make_site_text
from tests.pledges.admin.conftest import signed_in
from tests.pledges.admin.forms import address_of, fields_of, open_form, send

pytestmark = pytest.mark.django_db


def publish_page(text: SiteText) -> str:
    return reverse("admin:pledges_sitetext_publish", args=[text.pk])


def test_saving_keeps_a_draft_and_changes_nothing_in_public(desk: Client, writer: Editor) -> None:
    text = make_published_text(draft="Old.")

    response = send(desk, address_of(text), open_form(desk, text) | {"draft": "New."})

    assert response.status_code == 302, response.content.decode()
    saved = SiteText.objects.get(pk=text.pk)
    assert (saved.draft, saved.published) == ("New.", "Old.")
    assert saved.history.latest().history_user == writer
    assert Journal.objects.count() == 1


def test_the_second_of_two_savers_gets_both_texts(desk: Client) -> None:
    text = make_site_text(draft="Lemons are sour.")
    opened = open_form(desk, text)
    make_site_text(draft="Lemons are sweet.")

    response = send(desk, address_of(text), opened | {"draft": "Lemons are blue."})

    assert response.status_code == 409
    assert "<del>sweet</del><ins>blue</ins>" in response.content.decode()


def test_the_button_publishes_what_the_page_showed(desk: Client, writer: Editor) -> None:
    text = make_published_text(draft="Lemons are sour.")
    make_site_text(draft="Lemons are sweet.")
    html = desk.get(publish_page(text)).content.decode()
    assert "<del>sour</del><ins>sweet</ins>" in html
    assert f"by {text.published_by}" in html

    send(desk, publish_page(text), fields_of(html))

    text = SiteText.objects.get(pk=text.pk)
    assert (text.published, text.published_by) == ("Lemons are sweet.", writer)


def test_a_draft_that_changed_meanwhile_is_not_published(desk: Client) -> None:
    text = make_site_text()
    seen = fields_of(desk.get(publish_page(text)).content.decode())
    make_site_text(draft="Slipped in.")

    response = send(desk, publish_page(text), seen)

    assert response.status_code == 409
    assert "changed since you read it" in response.content.decode()
    assert "Slipped in." in response.content.decode()
    assert SiteText.objects.get(pk=text.pk).published == ""


def test_what_stands_in_the_way_is_said(desk: Client) -> None:
    text = make_site_text(draft="![](/media/1.png)")

    html = desk.get(publish_page(text)).content.decode()

    assert "A picture is not described" in html
    assert send(desk, publish_page(text), fields_of(html)).status_code == 409


def member(role: str) -> Client:
    call_command("setup_roles", stdout=StringIO())
    editor = make_editor(is_staff=True)
    editor.groups.add(Group.objects.get(name=role))
    return signed_in(editor)


def test_a_writer_saves_and_cannot_publish() -> None:
    text, browser = make_site_text(), member("writer")

    assert send(browser, address_of(text), open_form(browser, text) | {"draft": "New."}).status_code == 302
    assert '<form method="post" class="record-form">' not in browser.get(publish_page(text)).content.decode()
    assert send(browser, publish_page(text), {}).status_code == 403


def test_a_publisher_publishes_and_cannot_save() -> None:
    text, browser = make_site_text(), member("publisher")

    seen = fields_of(browser.get(publish_page(text)).content.decode())

    assert send(browser, address_of(text), seen | {"draft": "New."}).status_code == 403
    assert send(browser, publish_page(text), seen).status_code == 302


def test_texts_are_neither_added_nor_deleted(desk: Client) -> None:
    text = make_site_text()

    assert desk.get(reverse("admin:pledges_sitetext_add")).status_code == 403
    assert desk.get(reverse("admin:pledges_sitetext_delete", args=[text.pk])).status_code == 403
