"""The links that mails have, and all that pressing one could change."""

from typing import Any

from tracker.newsletter.models import ConsentEvent, Delivery, Follow, SignUp, Subscription

READER = "reader@lemons.example"
PAGES = ["confirm", "choices", "leave", "erase"]


def path_of(page: str, row: Any) -> str:
    return f"/newsletter/{page}/{row.token if page == 'confirm' else row.leave_token}/"


def state_of_everything() -> list[Any]:
    models = (Subscription, SignUp, Follow, ConsentEvent, Delivery)
    return [list(model._default_manager.values()) for model in models]
