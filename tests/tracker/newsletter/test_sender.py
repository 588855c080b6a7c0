import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.models import Pledge
from tests.tracker.newsletter.outbox import (
    FakeCourier,
    make_confirmation,
    make_draft,
    make_follow,
    make_sent_issue,
    never,
    parts,
    readers,
    send,
    states,
)
from tracker.newsletter import messages
from tracker.newsletter.actions import deliveries, issues
from tracker.newsletter.actions.deliveries import Parcel
from tracker.newsletter.mail_server import (
    DeferredError,
    NotHandedOverError,
    RefusedError,
    UncertainError,
    UnreachableError,
)
from tracker.newsletter.models import Delivery, Issue, Subscription
from tracker.newsletter.sender import MOST_REFUSED, Sender

pytestmark = pytest.mark.django_db


def test_everybody_gets_a_message_with_a_link_of_their_own() -> None:
    readers("anna", "bert")
    make_sent_issue(subject="Lemons moved")

    taken = send().taken

    tokens = dict(Subscription.objects.values_list("address", "leave_token"))
    assert len(taken) == 2
    for address, message in taken:
        leave = f"https://tracker.test/newsletter/leave/{tokens[address]}/"
        assert (message["To"], message["Subject"]) == (address, "Lemons moved")
        assert message["List-Unsubscribe"] == f"<{leave}>"
        text, html = parts(message)
        other = next(token for reader, token in tokens.items() if reader != address)
        assert leave in text
        assert leave in html
        assert other not in message.as_string()
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("guess", ["THE-TOKEN-OF-WHOEVER-GETS-THIS", "{seen}"])
def test_nobody_who_writes_an_issue_can_have_the_links_of_its_readers_sent_elsewhere(guess: str) -> None:
    readers("anna")
    guess = guess.format(seen=messages.write_issue(make_draft()).mark)
    Issue.objects.all().delete()
    make_sent_issue(introduction=f"[x](https://evil.example/t/{guess}) {guess}")

    ((_address, message),) = send().taken

    token = Subscription.objects.get().leave_token
    said = "".join(parts(message))
    assert f"evil.example/t/{guess}" in said
    ours = re.findall(rf"https://tracker\.test/newsletter/(?:leave|choices)/{token}/", said)
    assert said.count(token) == len(ours) > 0


def test_a_message_sent_again_has_the_same_message_id() -> None:
    readers("anna")
    make_sent_issue()
    (first,) = send().taken
    Delivery.objects.update(state="queued")

    (again,) = send().taken

    assert again[1]["Message-ID"] == first[1]["Message-ID"]


def test_each_outcome_is_noted_and_the_others_get_theirs() -> None:
    readers("anna", "later", "gone", "spam", "bert")
    make_sent_issue()

    courier = send(
        later=DeferredError("450 4.2.0 at RCPT"),
        gone=RefusedError("550 5.1.1 at RCPT", is_dead_mailbox=True),
        spam=RefusedError("550 5.7.1 at RCPT", is_dead_mailbox=False),
    )

    assert [address for address, _message in courier.taken] == ["anna@reader.example", "bert@reader.example"]
    assert states() == {"anna": "sent", "later": "queued", "gone": "failed", "spam": "failed", "bert": "sent"}
    errors = set(Delivery.objects.exclude(error="").values_list("error", flat=True))
    assert errors == {"450 4.2.0 at RCPT", "550 5.1.1 at RCPT", "550 5.7.1 at RCPT"}
    assert list(Subscription.objects.filter(state="bounced").values_list("address", flat=True)) == [
        "gone@reader.example"
    ]


class NobodyIsThere:
    """A courier to a server that knows none of our readers."""

    is_well = False

    def hand_over(self, _recipient: bytes, _message: bytes) -> None:
        if not self.is_well:
            raise RefusedError("550 5.1.1 at RCPT", is_dead_mailbox=True)

    def close(self) -> None: ...


def test_a_server_that_says_of_everybody_that_they_are_gone_is_not_believed(caplog: pytest.LogCaptureFixture) -> None:
    readers(*(f"lemon{number}" for number in range(MOST_REFUSED + 5)))
    make_sent_issue()
    courier = NobodyIsThere()
    sender = Sender(courier)

    for _round in range(3):
        with pytest.raises(UnreachableError, match=r"550 5\.1\.1 at RCPT, as 2\d before"):
            sender.work_off_batch(never)

    assert Subscription.objects.filter(state="bounced").count() == MOST_REFUSED
    assert Counter(states().values()) == {"failed": MOST_REFUSED, "queued": 5}
    assert "Is it ours?" in caplog.text
    courier.is_well = True
    Delivery.objects.filter(state="queued").update(due_at=timezone.now())
    sender.work_off_batch(never)
    assert Counter(states().values()) == {"failed": MOST_REFUSED, "sent": 5}


@pytest.mark.parametrize(
    ("error", "state"), [(UnreachableError("refused"), "queued"), (UncertainError("died after the message"), "unknown")]
)
def test_when_the_server_fails_the_batch_ends_and_the_rest_waits(error: NotHandedOverError, state: str) -> None:
    readers("anna", "bert", "carl")
    make_sent_issue()

    with pytest.raises(type(error)):
        send(bert=error)

    assert states() == {"anna": "sent", "bert": state, "carl": "queued"}
    assert not Delivery.objects.filter(state="queued", claimed_by__gt="").exists()
    assert Delivery.objects.filter(due_at__gt=timezone.now()).count() == (1 if state == "queued" else 0)


def test_it_stops_after_the_message_at_hand() -> None:
    readers("anna", "bert", "carl")
    make_sent_issue()
    answers = iter([False, True])

    Sender(FakeCourier()).work_off_batch(lambda: next(answers))

    assert states() == {"anna": "sent", "bert": "queued", "carl": "queued"}


def test_an_address_that_cannot_be_used_fails_alone() -> None:
    readers("anna", "a b")
    make_sent_issue()

    send()

    assert states() == {"anna": "sent", "a b": "failed"}


def test_an_issue_that_is_paused_on_the_way_stops() -> None:
    readers("anna", "bert")
    issue = make_sent_issue()

    def pause_after_the_first() -> Iterator[bool]:
        yield False
        Issue.objects.filter(pk=issue.pk).update(state="paused")
        yield False

    answers = pause_after_the_first()
    Sender(FakeCourier()).work_off_batch(lambda: next(answers))

    assert states() == {"anna": "sent", "bert": "queued"}


def test_a_message_costs_one_statement() -> None:
    counts = []
    for number in (5, 15):
        readers(*(f"lemon{number}-{place}" for place in range(number)))
        make_sent_issue()
        with CaptureQueriesContext(connection) as queries:
            Sender(FakeCourier()).work_off_batch(never)
        counts.append(len(queries))
        Subscription.objects.update(wants_digest=False)
        issues.finish()

    assert counts[1] - counts[0] == 10


def test_nothing_that_is_kept_or_said_names_a_reader(caplog: pytest.LogCaptureFixture) -> None:
    readers("anna", "bert")
    make_sent_issue()
    make_confirmation()

    with caplog.at_level(logging.DEBUG):
        send()
        with pytest.raises(UncertainError):
            send(bert=UncertainError("SMTPServerDisconnected after the message"))

    kept: list[Any] = list(Delivery.objects.values_list("error", "claimed_by"))
    assert "@" not in f"{kept} {caplog.text}"


@pytest.mark.parametrize("kind", ["confirmation", "notice"])
def test_somebody_erased_after_the_claim_stops_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    readers("anna")
    make_sent_issue()
    if kind == "confirmation":
        make_confirmation()
    else:
        follow = make_follow(Pledge.objects.get())
        today = timezone.localdate()
        Delivery.objects.create(kind="notice", subscription=follow.subscription, notice_on=today, due_at=timezone.now())
    claim = deliveries.claim

    def claim_and_erase(**options: Any) -> list[Parcel]:
        parcels = claim(**options)
        Subscription.objects.filter(deliveries__kind=kind).delete()
        return parcels

    monkeypatch.setattr(deliveries, "claim", claim_and_erase)

    assert send().taken == []
    assert [address for address, _message in send().taken] == ["anna@reader.example"]
