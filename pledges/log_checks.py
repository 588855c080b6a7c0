"""What `verify_log` looks at beside the chain and the read model, each as sentences on what does not hold."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from pledges import standing_facts
from pledges.content import PledgeContent, read
from pledges.labels import GROUPINGS
from pledges.models import Checkpoint, Edition, Rating
from pledges.models.grouping import Grouping
from pledges.signed_notes import NoteError, VerifierKey, require_signature
from pledges.verifier import UnknownError, read_checkpoint

_Labelled = dict[tuple[type[Rating | Grouping], int], set[tuple[str, str, str]]]


def altered_facts() -> Iterator[str]:
    """Name what readers see without an edition and no action wrote."""
    known = standing_facts.recorded()
    yield from standing_facts.altered(known)
    yield from standing_facts.unknown_checks(known)
    yield from _altered_labels(known)


def altered_checkpoints() -> Iterator[str]:
    """Name the published checkpoints whose note is not about what they say, or not signed with the key they show."""
    for checkpoint in Checkpoint.objects.order_by("pk").iterator():
        if said := _fault_of(checkpoint):
            yield f"The checkpoint of {checkpoint.size:,} entries is not what was signed. {said}"


def _fault_of(checkpoint: Checkpoint) -> str:
    note = checkpoint.note.encode()
    try:
        said, key = read_checkpoint(note), VerifierKey.parse(checkpoint.verifier_key)
        require_signature(note, key)
    except (UnknownError, NoteError) as error:
        return str(error)
    is_whole = (said.origin, said.size, said.root) == (key.name, checkpoint.size, checkpoint.root)
    return "" if is_whole else "Its note is about something else."


def _altered_labels(known: dict[str, str]) -> Iterator[str]:
    """Name the labels that are not what the last editions say, where no editor gave them another name since."""
    said = _labels_said()
    models: list[type[Rating | Grouping]] = [Rating, *GROUPINGS.values()]
    for model in models:
        rows = model._default_manager.in_bulk(key for other, key in said if other is model)
        for key, sayings in sorted((key, sayings) for (other, key), sayings in said.items() if other is model):
            is_renamed = standing_facts.name_of(model, key) in known
            yield from _differences_of(rows.get(key), sayings, is_renamed=is_renamed)


def _differences_of(
    row: Rating | Grouping | None, sayings: set[tuple[str, str, str]], *, is_renamed: bool
) -> Iterator[str]:
    for slug, family, name in sorted(sayings):
        what = f"The {row._meta.verbose_name if row else 'label'} {slug}"
        if row is None or (row.slug, getattr(row, "family", "")) != (slug, family):
            yield f"{what} was given another address or family in the database."
        elif row.name != name and not is_renamed:
            yield f"{what} was given another name in the database: the journal knows of no editor who did."


def _labels_said() -> _Labelled:
    """Give what the last editions of all pledges call each label: its slug, family and name."""
    said: _Labelled = defaultdict(set)
    for content in _last_contents():
        for verdict in content.verdicts:
            said[Rating, verdict.rating.key].add((verdict.rating.slug, verdict.rating.family, verdict.rating.name))
        for dimension, model in GROUPINGS.items():
            label = getattr(content, dimension)
            said[model, label.key].add((label.slug, "", label.name))
    return said


def _last_contents() -> Iterator[PledgeContent]:
    later = Edition.objects.filter(pledge=OuterRef("pledge"), number__gt=OuterRef("number"))
    last = Edition.objects.filter(~Exists(later), content__isnull=False).order_by()
    for stored in last.values_list("content", flat=True).iterator(chunk_size=500):
        yield read(bytes(stored or b""))
