"""The editor of Markdown fields: a plain text box that a script gives a live preview and a button for pictures.

An admin or inline takes it by `formfield_overrides = MARKDOWN_OVERRIDES`.
"""

import json
from typing import Any

from django.db.models import Field
from django.urls import reverse
from django.utils.translation import gettext as _
from markdownx.widgets import AdminMarkdownxWidget

from pledges.models.fields import MarkdownField


class MarkdownWidget(AdminMarkdownxWidget):  # type: ignore[misc]  # markdownx has no types
    """django-markdownx's widget with our script: the package's swallows Tab, misses added rows and hides refusals."""

    template_name = "django/forms/widgets/textarea.html"

    class Media:
        extend = False
        css = {"all": ["admin/markdown_editor.css"]}
        js = ["admin/markdown_editor.js"]

    @staticmethod
    def add_markdownx_attrs(attrs: dict[str, Any]) -> dict[str, Any]:
        """Called by the package with the attributes of the text box; gives them with ours."""
        return {
            **AdminMarkdownxWidget.add_markdownx_attrs(attrs),
            "rows": 14,
            "data-markdownx-urls-path": reverse("markdownx_markdownify"),
            "data-markdownx-upload-urls-path": reverse("markdownx_upload"),
            "data-markdownx-words": json.dumps(_words()),
        }


class PictureFreeMarkdownWidget(MarkdownWidget):
    """Has no button for pictures, for texts that carry none."""

    @staticmethod
    def add_markdownx_attrs(attrs: dict[str, Any]) -> dict[str, Any]:
        return {**MarkdownWidget.add_markdownx_attrs(attrs), "data-markdownx-upload-urls-path": ""}


def _words() -> dict[str, str]:
    return {
        "preview": _("Preview"),
        "empty": _("What you write is shown here as readers will see it."),
        "add": _("Add a picture"),
        "sending": _("Sending the picture …"),
        "added": _("The picture is in the text. Now say in the square brackets what it shows."),
        "failed": _("The site gave no answer that makes sense. Copy your text, reload the page and try again."),
    }


MARKDOWN_OVERRIDES: dict[type[Field], dict[str, Any]] = {MarkdownField: {"widget": MarkdownWidget}}
