"""Which pictures readers see on pages of pledges: no other is served to them, and of a withdrawn pledge none."""

from collections.abc import Iterable, Iterator

from pledges.models import Edition, Pledge, PublicPicture, PublicPledge
from pledges.removal import pictures_in

_Stored = bytes | memoryview | None  # as the two databases give it


def refresh(pledge: Pledge) -> set[str]:
    """Write anew which pictures of a pledge readers see; gives the tags of those that they may see no more."""
    of_pledge = PublicPicture.objects.filter(pledge=pledge)
    stored, shown = set(of_pledge.values_list("name", flat=True)), {name for _pledge, name in _shown(pledge=pledge)}
    of_pledge.exclude(name__in=shown).delete()
    PublicPicture.objects.bulk_create(_rows((pledge.pk, name) for name in shown - stored))
    return {f"picture:{name}" for name in stored - shown}


def rebuild() -> None:
    """Write all of them anew."""
    PublicPicture.objects.all().delete()
    PublicPicture.objects.bulk_create(_rows(_shown()), batch_size=500)


def differences() -> Iterator[str]:
    """Name, in sentences, where the stored pictures differ from the editions."""
    stored = set(PublicPicture.objects.values_list("pledge_id", "name"))
    for pledge_id, name in sorted(stored ^ _shown()):
        yield f"Whether the pledge {pledge_id} shows the picture {name} in public is stored wrongly."


def of_all_editions(pledge: Pledge) -> list[str]:
    """Give every picture that a pledge ever showed, as far as its editions were not blanked."""
    editions = Edition.objects.filter(pledge=pledge).exclude(content=None).values_list("content", flat=True)
    return sorted({name for stored in editions for name in _pictures_in(stored)})


def shown_by(editions: Iterable[tuple[int, str, _Stored]]) -> set[tuple[int, str]]:
    """Give each pledge with each picture that it shows, from pledge, kind and content of its editions in their order.

    What was withdrawn in between shows nothing, even where the pledge was brought back.
    """
    shown: set[tuple[int, str]] = set()
    said = ""
    for pledge_id, kind, stored in editions:
        said = said if kind == Edition.Kind.REDACTION else kind
        if said != Edition.Kind.WITHDRAWAL:
            shown.update((pledge_id, name) for name in _pictures_in(stored))
    return shown


def _shown(**only: Pledge) -> set[tuple[int, str]]:
    public = PublicPledge.objects.in_public().filter(**only).order_by().values("pledge")
    editions = Edition.objects.filter(pledge__in=public).order_by("pledge", "number")
    return shown_by(editions.values_list("pledge_id", "kind", "content").iterator(chunk_size=500))


def _pictures_in(stored: _Stored) -> set[str]:
    return pictures_in(bytes(stored).decode()) if stored is not None else set()


def _rows(shown: Iterable[tuple[int, str]]) -> list[PublicPicture]:
    return [PublicPicture(pledge_id=pledge_id, name=name) for pledge_id, name in sorted(shown)]
