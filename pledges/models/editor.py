import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models


def new_handle() -> str:
    return f"editor-{secrets.token_hex(3)}"


class Editor(AbstractUser):
    """Someone who keeps the record: a fact-checker, reviewer or administrator."""

    handle = models.SlugField(
        max_length=40,
        unique=True,
        default=new_handle,
        help_text="The name in the public log. It need not tell who the person is.",
    )
