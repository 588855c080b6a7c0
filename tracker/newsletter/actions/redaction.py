"""What a redaction removes from the newsletter: from the words of its issues, and from the copies that are sent."""

from collections.abc import Iterator
from copy import copy

from django.db import models

from pledges import markdown
from pledges.actions.traces import Trace
from pledges.models import Pledge
from pledges.removal import MARK, Removal
from tracker.newsletter import messages
from tracker.newsletter.models import Issue

_LONGEST = Issue._meta.get_field("subject").max_length


def remove(pledge: Pledge, removal: Removal, tags: set[str]) -> list[Trace]:
    """Remove a text from all issues, and write the copies anew of those that tell of the pledge; mails that are sent are not ours."""
    traces = [*_in_issues(pledge, removal), *_in_history(removal)]
    for trace in traces:
        trace.remove()
    if traces:
        tags.update({"lists", "newsletter"})
    return traces


def _in_issues(pledge: Pledge, removal: Removal) -> Iterator[Trace]:
    for issue in Issue.objects.order_by("pk"):
        changes = _changes(issue, removal)
        if issue.state != Issue.State.DRAFT and (changes or _tells_of(issue, pledge)):
            changes |= _copies(issue, changes)
        if changes:
            yield Trace(issue, changes)


def _in_history(removal: Removal) -> Iterator[Trace]:
    for row in Issue.history.order_by("pk"):
        if changes := _changes(row, removal):
            yield Trace(row, changes)


def _changes(row: models.Model, removal: Removal) -> dict[str, str]:
    """Give what the words of an issue, or of a row of its history, are to be instead."""
    said = {name: str(getattr(row, name)) for name in ("subject", "introduction")}
    left = {name: removal.without(text) for name, text in said.items()}
    left["subject"] = MARK if removal.finds(left["subject"]) else left["subject"][:_LONGEST]
    if removal.finds(left["introduction"]) or removal.finds(markdown.plain(left["introduction"])):
        left["introduction"] = MARK  # marks of Markdown stand between its words, or it is written otherwise
    return {name: text for name, text in left.items() if text != said[name]}


def _copies(issue: Issue, changes: dict[str, str]) -> dict[str, str]:
    """Write an issue as it would be sent now: no tag or entity of the old copy can hide the text."""
    changed = copy(issue)  # the row itself goes on saying what it said before
    for name, text in changes.items():
        setattr(changed, name, text)
    letter = messages.write_issue(changed)
    copies = {"sent_html": letter.html, "sent_text": letter.text}
    return {name: text for name, text in copies.items() if text != getattr(issue, name)}


def _tells_of(issue: Issue, pledge: Pledge) -> bool:
    told = pledge.editions.filter(sequence__gt=issue.after_sequence, sequence__lte=issue.until_sequence)
    return told.exists()
