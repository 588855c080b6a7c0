"""Plain functions that make issues and messages, send them, and read what was handed over."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from pledges.models import Pledge
from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter import wording
from tracker.newsletter.actions import issues
from tracker.newsletter.mail_server import NotHandedOverError
from tracker.newsletter.models import Delivery, Follow, Issue, SignUp
from tracker.newsletter.sender import Sender
from tracker.newsletter.tokens import new_token, token_hash


def make_follow(pledge: Pledge, **fields: Any) -> Follow:
    """Somebody who follows a pledge and gets no digest."""
    subscription = fields.pop("subscription", None) or make_subscription(wants_digest=False)
    return Follow.objects.create(**{"subscription": subscription, "pledge": pledge, "since": timezone.now(), **fields})


def make_draft(**fields: Any) -> Issue:
    """The next issue, with an introduction."""
    issue = issues.draft(by=make_editor())
    Issue.objects.filter(pk=issue.pk).update(**{"introduction": "Lemons *moved*.", **fields})
    return Issue.objects.get(pk=issue.pk)


def make_sent_issue(**fields: Any) -> Issue:
    """An issue that waits in the outbox, about a new pledge."""
    make_published_pledge()
    return issues.start(make_draft(**fields), by=make_editor())


def make_confirmation(**fields: Any) -> Delivery:
    """A confirmation that waits in the outbox."""
    now = timezone.now()
    subscription = fields.pop("subscription", None) or make_subscription(state="pending")
    sign_up = SignUp.objects.create(
        **{
            "address": subscription.address,
            "wants_digest": True,
            "wording_id": wording.VERSION,
            "asked_at": now,
            "worked_off_at": now,
            "subscription": subscription,
            "token": (token := new_token()),
            "token_hash": token_hash(token),
            "expires_at": now + timedelta(hours=72),
            **fields,
        }
    )
    return Delivery.objects.create(kind="confirmation", subscription=subscription, sign_up=sign_up, due_at=now)


class FakeCourier:
    """Takes every message, but for the addresses that something was planned for."""

    def __init__(self, **planned: NotHandedOverError) -> None:
        self.planned = {f"{name}@reader.example": error for name, error in planned.items()}
        self.taken: list[tuple[str, EmailMessage]] = []

    def hand_over(self, recipient: bytes, message: bytes) -> None:
        if error := self.planned.get(recipient.decode()):
            raise error
        self.taken.append((recipient.decode(), read(message)))

    def close(self) -> None: ...


def read(message: bytes) -> EmailMessage:
    parsed = message_from_bytes(message, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def parts(message: EmailMessage) -> tuple[str, str]:
    """Give the text and the HTML of a message."""
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    return plain.get_content(), html.get_content()


def mails() -> list[EmailMessage]:
    """Read the mails that were left as files."""
    assert settings.MAIL_SERVER is not None
    folder: Path = settings.MAIL_SERVER.folder or Path()
    return [read(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def never() -> bool:
    return False


def readers(*names: str) -> None:
    for name in names:
        make_subscription(address=f"{name}@reader.example")


def states() -> dict[str, str]:
    rows = Delivery.objects.values_list("subscription__address", "state")
    return {str(address).partition("@")[0]: state for address, state in rows}


def send(**planned: NotHandedOverError) -> FakeCourier:
    courier = FakeCourier(**planned)
    Sender(courier).work_off_batch(never)
    return courier
