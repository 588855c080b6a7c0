import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from pledges.text import in_one_case


def new_handle() -> str:
    return f"editor-{secrets.token_hex(3)}"


class EditorManager(UserManager["Editor"]):
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "Editor":
        """Find an editor by the name however it is typed; `createsuperuser` asks so whether a name is taken."""
        return super().get_by_natural_key(username and self.model.normalize_username(username))


class Editor(AbstractUser):
    """Someone who keeps the record: a fact-checker, reviewer or administrator.

    The name to log in with is stored in small letters, so that both databases agree on whose it is.
    """

    handle = models.SlugField(
        max_length=40,
        unique=True,
        default=new_handle,
        editable=False,
        help_text=_("The name in the public log, for ever. It need not tell who the person is."),
    )

    objects: ClassVar[EditorManager] = EditorManager()

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

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        return in_one_case(username) if isinstance(username, str) else username

    def clean(self) -> None:
        super().clean()
        field = self._meta.get_field("username")
        assert isinstance(field, models.CharField)
        try:  # again: in small letters a name can be longer
            field.run_validators(self.username)
        except ValidationError as error:
            raise ValidationError({"username": error}) from error
