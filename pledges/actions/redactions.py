"""Removing text on legal grounds: from the editions, the rows they came from, and what history kept of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import content, search_index
from pledges.actions import drafts, echoes, editions, public_pledges, ready_html, traces
from pledges.actions.journal import public_change
from pledges.actions.publishing_rule import NotPublishableError, reasons_of_row
from pledges.actions.traces import Place, Trace
from pledges.models import (
    Department,
    Edition,
    Editor,
    Evidence,
    Pledge,
    Promisor,
    PublicPledge,
    Rating,
    Reply,
    RetiredSlug,
    Review,
    SiteText,
    Source,
    Topic,
    Verdict,
)
from pledges.passages import passages
from pledges.removal import (
    MARK,
    NotRemovableError,
    Removal,
    Removed,
    is_fixed,
    pictures_in,
    removed_between,
    texts_of,
    words_of,
)

PERMISSION = "pledges.redact_pledge"


@dataclass(frozen=True)
class Order:
    """What has to go, why in a sentence for readers, and the two who answer for it.

    Either `passages`, wherever they stand, or the whole content of some earlier editions by their `sequences`.
    """

    reason: str
    by: Editor
    approved_by: Editor
    passages: Sequence[str] = ()
    sequences: Sequence[int] = ()


@dataclass(frozen=True)
class Redaction:
    """What was removed: the edition that says so, the sequences it blanked, the texts of the page, the rows, the pictures."""

    edition: Edition
    blanked: list[int]
    texts: list[Removed]
    traces: list[Trace]
    pictures: list[str]
    tags: list[str]
    doubtful: list[Place]  # drafts with words that only the blanked editions had


def redact(pledge: Pledge, order: Order) -> Redaction:
    """Carry out an order; raises NotPublishableError with the reasons, and nothing is changed then.

    The new edition says what the current one says, without what is removed: no draft comes out with it.
    """
    with public_change() as tags:
        pledge = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
        standing = [edition for edition in pledge.editions.order_by("pk") if edition.content is not None]
        if reasons := [*_reasons_of_people(order), *_reasons_of_editions(order, standing)]:
            raise NotPublishableError(reasons)
        try:
            return _carry_out(pledge, order, standing, tags)
        except NotRemovableError as error:
            raise NotPublishableError([str(error)]) from error


def _carry_out(pledge: Pledge, order: Order, standing: list[Edition], tags: set[str]) -> Redaction:
    gone = _gone(pledge, order, standing)
    removal = Removal(order.passages, whole=gone.texts)
    named = [edition for edition in standing if _is_named(edition, order, removal)]
    if reasons := [*_reasons_of_lines(pledge, order, removal), *([] if named else [_(NOTHING)])]:
        raise NotPublishableError(reasons)
    erased = [_stored(edition) for edition in named]
    sequences = [edition.sequence for edition in named]
    current = _stored(standing[-1])
    edition = _append(pledge, order, _left(current, removal), sequences)
    found = list(traces.traces(pledge, None if order.passages else _sources(pledge, standing), removal))
    for trace in found:
        trace.remove()
    Edition.objects.filter(pk__in=sequences).update(content=None, salt=None, content_digest=None)
    _blank_reviews(pledge, sequences, removal)
    tags.update(_settle(pledge, found))
    pictures = _forget_pictures(erased)
    tags.update(public_pledges.refresh(pledge) | _purged(pledge))
    found += echoes.remove(pledge, removal, tags)
    search_index.forget_what_is_gone(connection)
    texts = removed_between(current, _stored(edition))
    return Redaction(edition, sequences, texts, found, pictures, sorted(tags), list(_doubtful(pledge, gone.words)))


def _left(current: bytes, removal: Removal) -> bytes:
    """Give what the page is to say; raises NotRemovableError if readers would still see a passage on it."""
    stored = removal.from_content(current)
    if any(removal.finds(passage.text) for passage in passages(content.read(stored))):
        raise NotRemovableError(
            _("Readers would still see the text: name it as it is written, too, with all its marks.")
        )
    return stored


def _forget_pictures(erased: list[bytes]) -> list[str]:
    pictures = sorted(_unused(set(chain.from_iterable(pictures_in(stored.decode()) for stored in erased))))
    for name in pictures:
        transaction.on_commit(partial(default_storage.delete, name))
    return pictures


NOTHING = "No edition of this pledge holds that text. What only drafts hold is changed by editing them."


@dataclass(frozen=True)
class _Gone:
    """The whole texts that go with the editions to be blanked, and the words that no other edition has."""

    texts: set[str]
    words: set[str]


def _gone(pledge: Pledge, order: Order, standing: list[Edition]) -> _Gone:
    """Give each text that only these editions have, and what history alone kept of its drafts; nothing if passages go."""
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for edition in standing if order.sequences else []:
        texts = {text for name, text in texts_of(_stored(edition)) if text and not is_fixed(name)}
        said[edition.sequence in order.sequences] |= texts
    only = said[True] - said[False]
    words = _words(only) - _words({*said[False], MARK})
    kept = said[False] | {text for row in traces.working_rows(pledge) for _name, text in traces.written(row)}
    past = {text for row in traces.past_rows(pledge) for _name, text in traces.written(row)} if words else set()
    return _Gone(only | {text for text in past - kept if words_of(text) & words}, words)


def _words(texts: set[str]) -> set[str]:
    return set(chain.from_iterable(map(words_of, texts)))


def _doubtful(pledge: Pledge, words: set[str]) -> Iterator[Place]:
    rows = traces.working_rows(Pledge.objects.get(pk=pledge.pk)) if words else ()
    for row in rows:
        if names := [name for name, text in traces.written(row) if words_of(text) & words]:
            yield Place(row, names)


def _is_named(edition: Edition, order: Order, removal: Removal) -> bool:
    if order.sequences:
        return edition.sequence in order.sequences
    return any(removal.concerns(text) for _name, text in texts_of(_stored(edition)))


def _reasons_of_people(order: Order) -> Iterator[str]:
    if order.by.pk == order.approved_by.pk:
        yield _("A redaction needs two people.")
    for editor in (order.by, order.approved_by):
        if not (editor.is_active and editor.has_perm(PERMISSION)):
            yield _("%s may not take part in a redaction.") % editor.handle


def _reasons_of_editions(order: Order, standing: list[Edition]) -> Iterator[str]:
    if not standing:
        yield _("This pledge was never published.")
        return
    known = {edition.sequence for edition in standing}
    if unknown := sorted({*order.sequences} - known):
        yield _("These are no entries of this pledge with a content: %s.") % ", ".join(map(str, unknown))
    if standing[-1].sequence in order.sequences:
        yield _("The current edition cannot be blanked as a whole: publish one without the text first.")
    if bool(order.sequences) == bool(order.passages):
        yield _("Name either entries or texts.")


def _reasons_of_lines(pledge: Pledge, order: Order, removal: Removal) -> Iterator[str]:
    if not order.reason.strip():
        yield _("Say why, in a sentence for readers.")
    if removal.concerns(order.reason):
        yield _("The reason itself holds the text.")
    yield from _reasons_of_labels(Removal(order.passages))
    for sequence, entry in pledge.editions.order_by("pk").values_list("pk", "entry"):
        if any(removal.concerns(text) for _name, text in texts_of(bytes(entry))):
            yield _("The public line of entry %d itself holds the text, and no line can be changed.") % sequence


def _reasons_of_labels(removal: Removal) -> Iterator[str]:
    """Name what would go on showing the text beside the pledge, or bring it back with the next edition."""
    for model in (Promisor, Topic, Department, Rating, SiteText):
        for row in model._default_manager.order_by("pk"):
            if traces.holds_in_words(row, removal):
                said = {"kind": row._meta.verbose_name, "name": row}
                yield _("The %(kind)s “%(name)s” holds the text: change that first, in the admin.") % said


def _append(pledge: Pledge, order: Order, stored: bytes, sequences: list[int]) -> Edition:
    review = Review(
        pledge=pledge,
        content_digest=content.digest(stored),
        kind=Edition.Kind.REDACTION,
        change_note=order.reason,
        requested_by=order.by,
        requested_at=timezone.now(),
        decision=Review.Decision.APPROVED,
        decided_by=order.approved_by,
        decided_at=timezone.now(),
    )
    if reasons := list(reasons_of_row(review)):
        raise NotPublishableError(reasons)
    review.edition = editions.append(review, stored, redacts=sequences)
    review.save()
    return review.edition


def _sources(pledge: Pledge, standing: list[Edition]) -> set[int]:
    cited = {source.key for edition in standing for source in content.read(_stored(edition)).sources}
    return cited | {pledge.made_in_id, *pledge.evidence.exclude(sources=None).values_list("sources", flat=True)}


def _blank_reviews(pledge: Pledge, sequences: list[int], removal: Removal) -> None:
    """Leave no comment that holds the text, and no digest by which somebody could try out what it was."""
    pledge.reviews.filter(edition=None).delete()  # void, as the working copy is another now
    pledge.reviews.filter(edition__in=sequences).update(content_digest="", copies_digest="")
    for review in pledge.reviews.exclude(comment=""):
        if removal.concerns(review.comment):
            pledge.reviews.filter(pk=review.pk).update(comment="")
    Pledge.history.filter(id=pledge.pk).update(draft_digest="")


def _settle(pledge: Pledge, found: list[Trace]) -> set[str]:
    """Take in the change for all working copies; gives the tags of the pages that show an archived copy of a source."""
    sources = [trace.row for trace in found if isinstance(trace.row, Source)]
    citing = {citing.pk: citing for source in sources for citing in drafts.citing(source)}
    for one in sorted({**citing, pledge.pk: pledge}.values(), key=lambda one: one.pk):
        drafts.settle(one)
    public = PublicPledge.objects.filter(pledge__public_citations__source__in=sources)
    ready_html.make_later(public.values_list("pk", flat=True))
    return {f"pledge:{slug}" for slug in public.values_list("slug", flat=True)}


def _unused(pictures: set[str]) -> set[str]:
    """Leave out the pictures that any edition, draft or text of the site still shows."""
    if not pictures:
        return pictures
    contents = Edition.objects.exclude(content=None).values_list("content", flat=True)
    shown = (bytes(stored).decode() for stored in contents.iterator() if stored is not None)
    written = (text for model, name in _MARKDOWN for text in model._default_manager.values_list(name, flat=True))
    return pictures - set(chain.from_iterable(pictures_in(text) for text in chain(shown, written)))


_MARKDOWN: list[tuple[type[models.Model], str]] = [
    *((Pledge, "background"), (Verdict, "explanation"), (Evidence, "account"), (Reply, "answer")),
    *((SiteText, "draft"), (SiteText, "published")),
]


def _purged(pledge: Pledge) -> set[str]:
    slugs = {pledge.public.slug, *RetiredSlug.objects.filter(pledge=pledge).values_list("slug", flat=True)}
    return {"log", *(f"purge:pledge:{slug}" for slug in slugs)}


def _stored(edition: Edition) -> bytes:
    assert edition.content is not None
    return bytes(edition.content)
