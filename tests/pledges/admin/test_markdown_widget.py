import json

import pytest
from django import forms
from django.contrib import admin
from django.test import RequestFactory

from pledges.admin.markdown_widget import MarkdownWidget
from pledges.models import Evidence, Pledge, Reply, SiteText, Verdict
from pledges.models.fields import MarkdownField
from tests.pages.test_sweeps import OWN_HOST

FIELDS = [
    (Pledge, "background"),
    (Evidence, "account"),
    (Verdict, "explanation"),
    (Reply, "answer"),
    (SiteText, "draft"),
]


class Form(forms.Form):
    text = forms.CharField(widget=MarkdownWidget())


def test_the_list_above_names_every_field_of_the_record() -> None:
    found = {
        (model, field.name)
        for model in admin.site._registry
        if model._meta.app_label == "pledges"
        for field in model._meta.get_fields()
        if isinstance(field, MarkdownField) and field.editable
    }

    assert found == set(FIELDS)


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_markdown_field_of_the_admin_has_the_editor(model: type, name: str) -> None:
    field = model._meta.get_field(name)  # type: ignore[attr-defined]

    form_field = admin.site._registry[model].formfield_for_dbfield(field, RequestFactory().get(OWN_HOST))

    assert form_field is not None
    assert type(form_field.widget) is MarkdownWidget


def test_without_a_script_it_is_a_text_box_with_the_text_escaped() -> None:
    html = str(Form({"text": "</textarea><script>"})["text"])

    assert html.count("<textarea") == html.count("</textarea>") == 1
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "style=" not in html


def test_the_script_learns_our_addresses_and_words() -> None:
    attributes = MarkdownWidget().get_context("text", "", {})["widget"]["attrs"]

    assert attributes["data-markdownx-urls-path"] == "/admin/markdown/preview/"
    assert attributes["data-markdownx-upload-urls-path"] == "/admin/markdown/picture/"
    assert "markdownx-editor" in attributes["class"]
    assert all(json.loads(attributes["data-markdownx-words"]).values())


def test_nothing_of_the_packages_own_scripts_is_loaded() -> None:
    media = str(Form().media)

    assert "markdown_editor.js" in media
    assert "markdown_editor.css" in media
    assert "/markdownx/" not in media
