"""What the Markdown editor sends, who sends it, and what comes back."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor
from tests.pledges.drawings import draw, encode

PREVIEW, UPLOAD = "/admin/markdown/preview/", "/admin/markdown/picture/"
EVERY_ADDRESS = pytest.mark.parametrize("address", [PREVIEW, UPLOAD])


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def make_staff(*permissions: str, **fields: Any) -> Editor:
    editor = make_editor(is_staff=True, **fields)
    editor.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert editor.user_permissions.count() == len(permissions)
    return editor


def logged_in(editor: Editor) -> Client:
    """Without the check of the token of forms, which has tests of its own."""
    client = Browser()
    client.force_login(editor)
    return client


def picture(name: str = "lemons.png", content: bytes | None = None, kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encode(draw(), "PNG") if content is None else content, kind)


def send(client: Client, upload: SimpleUploadedFile | None = None) -> Any:
    return client.post(UPLOAD, {"image": upload or picture()})


def reasons(response: Any) -> list[str]:
    assert response.headers["Content-Type"] == "application/json"
    found: list[str] = response.json()["reasons"]
    assert found
    assert all(reason and reason[-1] in ".!" for reason in found)
    return found
