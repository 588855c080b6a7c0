"""What must be stored of published pledges: from their editions, checks and retired addresses alone."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from pledges.content import PledgeContent, canonical, read
from pledges.dates import PartialDate
from pledges.log import moment
from pledges.models import Check, Edition, Pledge, RetiredSlug, StandingRating
from pledges.trends import Stood, standing_ratings


class Published(NamedTuple):
    """One edition of a pledge, without its content."""

    pledge_id: int
    sequence: int
    number: int
    kind: str
    published_at: datetime
    change_note: str


class Expected(NamedTuple):
    """What the read model must have of one pledge, and the content of the edition that it says so from."""

    pledge_id: int
    columns: dict[str, Any]
    content: PledgeContent
    stood: list[Stood]

    def standing_ratings(self) -> list[StandingRating]:
        return [StandingRating(pledge_id=self.pledge_id, **stood._asdict()) for stood in self.stood]


def expected(**only: Pledge) -> Iterator[Expected]:
    """Give, for each published pledge or one of them, what must be stored."""
    histories: dict[int, list[Published]] = defaultdict(list)
    for published in Edition.objects.filter(**only).order_by("sequence").values_list(*Published._fields):
        histories[published[0]].append(Published(*published))
    checks = {check.pledge_id: check for check in Check.objects.filter(**only).order_by("checked_on", "pk")}
    retired = set(RetiredSlug.objects.filter(**only).values_list("pledge_id", "slug"))
    for current in current_editions(**only):
        slug = json.loads(bytes(current.entry))["pledge"]
        moved = (current.pledge_id, slug) in retired
        history, content = histories[current.pledge_id], current_content(current)
        columns = _columns(history, content, checks.get(current.pledge_id))
        is_withdrawn = columns["withdrawn_at"] is not None
        moments = {line.number: line.published_at for line in history}
        yield Expected(
            current.pledge_id,
            {"slug": current.pledge.slug if moved else slug, **columns},
            content,
            stood=[] if is_withdrawn else standing_ratings(content, moments),
        )


def current_editions(**only: Pledge) -> Iterator[Edition]:
    """Give the last edition of each published pledge, with its content and its line."""
    later = Edition.objects.filter(pledge=OuterRef("pledge"), number__gt=OuterRef("number"))
    current = Edition.objects.filter(~Exists(later), **only).select_related("pledge")
    fields = ("pledge__slug", "content", "entry")
    yield from current.only(*fields).iterator()


def current_content(edition: Edition) -> PledgeContent:
    """Read the content of a pledge's last edition; only editions with a later one are ever blanked."""
    if edition.content is None:
        raise ValueError(f"The content of the current edition, entry {edition.sequence}, is gone.")
    return read(bytes(edition.content))


def _columns(history: Sequence[Published], content: PledgeContent, check: Check | None) -> dict[str, Any]:
    current, verdict = history[-1], content.verdict
    recorded_in = {verdict.recorded_in for verdict in content.verdicts}
    announced = [line for line in history if line.kind != Edition.Kind.MINOR]
    said = [line for line in announced if line.kind != Edition.Kind.REDACTION][-1]
    return {
        "edition_id": current.sequence,
        "headline": content.headline,
        "promisor_id": content.promisor.key,
        "topic_id": content.topic.key,
        "department_id": content.department.key,
        "rating_id": verdict.rating.key if verdict else None,
        "made_in_id": content.made_in.key,
        "made_on": content.made_on,
        "made_day": PartialDate.parse(content.made_on).order_day,
        "due_on": content.due_on,
        "due_day": _last_day_of(content.due_on),
        "first_published_at": history[0].published_at,
        "changed_at": announced[-1].published_at,
        "recorded": canonical(
            {str(line.number): moment(line.published_at) for line in history if line.number in recorded_in}
        ).decode(),
        "corrections": canonical(corrections_of(history, content)).decode(),
        "checked_on": check.checked_on if check else None,
        "next_check_on": check.next_due_on if check else None,
        "withdrawn_at": said.published_at if said.kind == Edition.Kind.WITHDRAWAL else None,
        "redacted_at": next(
            (one.published_at for one in reversed(history) if one.kind == Edition.Kind.REDACTION), None
        ),
    }


def _last_day_of(due_on: str) -> date:
    """Give the last day that a pledge was promised for: what it was not promised before bounds it from below only."""
    return (PartialDate.parse(due_on).latest if due_on else None) or date.max


def corrections_of(history: Sequence[Published], content: PledgeContent) -> list[dict[str, Any]]:
    """Give the editions that put something right, newest first, each with the verdicts that it corrects."""
    moments = {line.number: moment(line.published_at) for line in history}
    by_key = {verdict.key: verdict for verdict in content.verdicts}
    corrected = [(verdict.recorded_in, by_key[verdict.corrects]) for verdict in content.verdicts if verdict.corrects]
    return [
        {
            "number": line.number,
            "published_at": moments[line.number],
            "change_note": line.change_note,
            "wrong": [
                {
                    "rating": wrong.rating.name,
                    "effective_on": wrong.effective_on,
                    "recorded_in": wrong.recorded_in,
                    "recorded_at": moments[wrong.recorded_in],
                }
                for number, wrong in corrected
                if number == line.number
            ],
        }
        for line in reversed(history)
        if line.kind == Edition.Kind.CORRECTION
    ]
