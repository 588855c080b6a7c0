"""Issues of the newsletter: drafted by one person, sent by another, frozen from the moment their sending begins."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pledges.actions.journal import in_turn, public_change
from pledges.actions.publishing_rule import reasons_of_row
from pledges.models import Edition, Editor
from tracker.newsletter import mail_server, messages
from tracker.newsletter.actions import deliveries
from tracker.newsletter.digest import digest
from tracker.newsletter.envelope import Envelope, Gap, Letter, date_line, mail_address, message_id, new_mark
from tracker.newsletter.models import Delivery, Issue

FIRST_ISSUE = timedelta(days=7)  # how far back the first of all looks
SECOND_PERSON = gettext_noop("Someone who neither wrote nor changed this issue must send it.")
CHANGED = gettext_noop("The issue has changed since you read it. Read it again.")

State = Issue.State
_UNSETTLED = [Delivery.State.QUEUED, Delivery.State.CLAIMED, Delivery.State.SENDING]
_IS_DONE = ~Exists(Delivery.objects.filter(issue=OuterRef("pk"), state__in=_UNSETTLED))


class NotSendableError(Exception):
    """Something still stands between an issue and its readers; `reasons` says what, for people."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


class AlreadyStartedError(Exception):
    """Somebody else pressed Send before."""

    def __init__(self) -> None:
        super().__init__(_("This issue is already being sent."))


def draft(*, by: Editor) -> Issue:
    """Give the one draft there is, or begin the next: all that was announced since the last issue."""
    with in_turn():
        issue = Issue.objects.filter(state=State.DRAFT).first()
        return issue or Issue.objects.create(
            subject=_usual_subject(), after_sequence=_told_until(), until_sequence=_head(), written_by=by
        )


def take_in_latest(issue: Issue) -> Issue:
    """Let a draft tell also what was announced since it was begun."""
    with in_turn():
        row = Issue.objects.select_for_update().get(pk=issue.pk)
        head = _head()
        if row.state == State.DRAFT and row.until_sequence != head:
            row.until_sequence = head
            row.save(update_fields=["until_sequence"])
        return row


def start(issue: Issue, *, by: Editor) -> Issue:
    """Freeze an issue as the caller read it, put it into the outbox, and show it on the site.

    Raises AlreadyStartedError, or NotSendableError with the reasons.
    """
    with public_change() as tags:
        row = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if row.state != State.DRAFT:
            raise AlreadyStartedError
        if what_it_says(row) != what_it_says(issue):
            raise NotSendableError([_(CHANGED)])
        if reasons := reasons_not_to_send(row, by=by):
            raise NotSendableError(reasons)
        row.number = (Issue.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        row.state, row.started_by, row.started_at = State.SENDING, by, timezone.now()
        row.leave_mark = new_mark()  # only now, when nobody writes on it any more
        letter = messages.write_issue(row)
        row.sent_html, row.sent_text = letter.html, letter.text
        row.save()
        deliveries.queue_issue(row)
        tags.update({"lists", "newsletter"})  # not “site”: the pages that its readers come to stay warm
        return row


def send_test(letter: Letter, *, to: str) -> None:
    """Hand an issue over to one person of the staff, at once; its links lead nowhere.

    Raises NotSetError or NotHandedOverError.
    """
    gaps = {
        Gap.ADDRESS: mail_address(to),
        Gap.TOKEN: b"test",
        Gap.MESSAGE_ID: message_id(secrets.token_hex(), "test", 0),
        Gap.DATE: date_line(timezone.localtime()),
    }
    post = mail_server.courier()
    try:
        post.hand_over(gaps[Gap.ADDRESS], Envelope(messages.as_test(letter)).fill(gaps))
    finally:
        post.close()


def pause(issue: Issue) -> bool:
    """Stop handing an issue over; whether it was being sent. What a sender has just begun still goes out."""
    return bool(Issue.objects.filter(pk=issue.pk, state=State.SENDING).update(state=State.PAUSED))


def resume(issue: Issue) -> bool:
    return bool(Issue.objects.filter(pk=issue.pk, state=State.PAUSED).update(state=State.SENDING))


def finish() -> None:
    """Mark the issues of which nothing waits any more."""
    for issue in Issue.objects.filter(_IS_DONE, state=State.SENDING).values_list("pk", flat=True):
        _finish(issue)


@transaction.atomic
def _finish(key: int) -> None:
    deliveries.lock(key)
    # Asked again under the lock: a person may have had a message sent again meanwhile.
    done = Issue.objects.filter(_IS_DONE, pk=key, state=State.SENDING)
    done.update(state=State.SENT, finished_at=timezone.now())


def what_it_says(issue: Issue) -> tuple[str, str, int]:
    return (issue.subject, issue.introduction, issue.until_sequence)


def reasons_not_to_send(issue: Issue, *, by: Editor) -> list[str]:
    """List what still stands between this draft and its readers; empty means ready."""
    return list(_reasons(issue, by))


def _reasons(issue: Issue, by: Editor) -> Iterator[str]:
    if by.pk in _writers(issue):
        yield _(SECOND_PERSON)
    if not by.is_active:
        yield _("The account of the person who sends is switched off.")
    if settings.MAIL_SERVER is None:
        yield _("This site cannot send e-mail yet: its operator must set EMAIL_URL.")
    if not issue.introduction.strip() and not digest(issue.after_sequence, issue.until_sequence):
        yield _("The issue says nothing: nothing was announced since the last one, and it has no introduction.")
    if "![" in issue.introduction:
        yield _("The introduction has a picture, and our messages carry none. Link to its page instead.")
    yield from reasons_of_row(issue)


def _writers(issue: Issue) -> set[int | None]:
    return {issue.written_by_id, *issue.history.values_list("history_user", flat=True)}


def _told_until() -> int:
    """Give the last entry of the log that an issue told of."""
    told = Issue.objects.aggregate(last=Max("until_sequence"))["last"]
    if told is not None:
        return int(told)
    older = Edition.objects.filter(published_at__lte=timezone.now() - FIRST_ISSUE).order_by("-sequence")
    return older.values_list("sequence", flat=True).first() or 0


def _head() -> int:
    return int(Edition.objects.aggregate(head=Max("sequence"))["head"] or 0)


def _usual_subject() -> str:
    day = date_format(timezone.localdate(), "j F Y")
    return _("%(site)s: what changed until %(day)s") % {"site": settings.SITE_NAME[:60], "day": day}
