"""The sentence that people agree to when they sign up. New words need a new version: what was agreed to is kept."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy, gettext_noop

VERSION = 1
TEXT = gettext_noop(
    "You agree that we keep your address and send you by e-mail what you chose, until you leave; "
    "every message has a link for that."
)
FOR_PEOPLE = gettext_lazy(TEXT)


def sign_up(_request: HttpRequest) -> dict[str, object]:
    """Context processor: what the form on every page needs."""
    return {"sign_up_wording": FOR_PEOPLE}
