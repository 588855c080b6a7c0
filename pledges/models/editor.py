import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def new_handle() -> str:
    return f"editor-{secrets.token_hex(3)}"


class Editor(AbstractUser):
    """Someone who keeps the record: a fact-checker, reviewer or administrator."""

    handle = models.SlugField(
        max_length=40,
        unique=True,
        default=new_handle,
        editable=False,
        help_text=_("The name in the public log, for ever. It need not tell who the person is."),
    )

    REQUIRED_FIELDS = ["email", "handle"]  # what `createsuperuser` asks for besides the name

    class Meta:
        verbose_name = _("editor")
        verbose_name_plural = _("editors")
        constraints = [
            # Who logs in is found by the name in any case.
            models.UniqueConstraint(
                Lower("username"),
                name="editor_has_a_name_of_their_own",
                violation_error_message=_("Somebody else has this name, perhaps in other capitals."),
            )
        ]
