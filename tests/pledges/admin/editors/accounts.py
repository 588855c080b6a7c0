"""The pages of editors' accounts, and what is typed there."""

from typing import Any

from pledges.admin.editors import EditorForm
from pledges.models import Editor

LIST, PASSWORD = "/admin/pledges/editor/", "a cart of sour lemons"


def page_of(editor: Editor, part: str = "change") -> str:
    return f"{LIST}{editor.pk}/{part}/"


def fields_for(editor: Editor, **changes: Any) -> dict[str, Any]:
    seen = EditorForm(instance=editor).initial["seen"]
    fields = {"username": editor.username, "first_name": "", "last_name": "", "email": "", "groups": [], "seen": seen}
    return {**fields, "is_active": "on", "is_staff": "on", **changes}


def new_account(**typed: str) -> dict[str, str]:
    return {"username": "willy", "password1": PASSWORD, "password2": PASSWORD, "is_staff": "on", **typed}
