"""Who wrote what an edition would add: none of them may approve it."""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from django.db.models import Q

from pledges.content import PledgeContent, SourceContent
from pledges.models import Edition, Evidence, Pledge, Reply, Review, Source, Verdict

_SAID_OF_SOURCE = [field.name for field in fields(SourceContent) if field.name != "key"]


def writers_of(
    composed: PledgeContent, *, pledge: Pledge, current: Edition | None, published: PledgeContent | None
) -> set[int]:
    """Give the keys of everyone who wrote what is new or changed, or saved a row of the pledge since its last edition.

    `published` is what that edition, `current`, says; both are None before the first.
    """
    known = {*published.evidence} if published else set()
    known_verdicts = {verdict.key for verdict in published.verdicts} if published else set()
    verdicts = [verdict.key for verdict in composed.verdicts if verdict.key not in known_verdicts]
    evidence = [evidence.key for evidence in composed.evidence if evidence not in known]
    since = _since(current)
    return {
        *Verdict.objects.filter(pk__in=verdicts).values_list("written_by", flat=True),
        *Evidence.objects.filter(pk__in=evidence).values_list("written_by", flat=True),
        *_savers_of_pledge(pledge, since),
        *_savers_of_sources(composed.sources, since),
    }


def _since(current: Edition | None) -> Q:
    """What was saved before the current edition was asked for is in it; its publication may have overtaken a later save."""
    if current is None:
        return Q()
    asked = Review.objects.filter(edition=current).values_list("requested_at", flat=True).first()
    return Q(history_date__gt=asked or current.published_at)


def _savers_of_pledge(pledge: Pledge, since: Q) -> Iterator[int]:
    histories = [Pledge.history.filter(id=pledge.pk)]
    histories += [record.history.filter(pledge_id=pledge.pk) for record in (Verdict, Evidence, Reply)]
    for history in histories:
        yield from history.filter(since, history_user__isnull=False).values_list("history_user", flat=True).distinct()


def _savers_of_sources(sources: Iterable[SourceContent], since: Q) -> Iterator[int]:
    """Give who changed what editions say of a source; its archived copy and the state of its link are standing facts."""
    history = Source.history.filter(id__in=[source.key for source in sources])
    counted = set(history.filter(since, history_user__isnull=False).values_list("history_id", flat=True))
    before: dict[int, list[str]] = {}
    columns = ("history_id", "history_user", "id", *_SAID_OF_SOURCE)
    for key, saver, source, *said in history.order_by("history_date", "history_id").values_list(*columns):
        if key in counted and before.get(source) != said:
            yield saver
        before[source] = said
