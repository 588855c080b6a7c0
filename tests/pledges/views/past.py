"""The pages of a pledge's past, read as text, and an edition that was blanked."""

import secrets

from django.test import Client
from django.utils import timezone

from pledges import log
from pledges.actions import public_pledges
from pledges.actions.journal import public_change
from pledges.models import Edition, Pledge
from pledges.verifier import entry_hash

PAGES = ["at/2025-03-03/", "editions/", "editions/2/", "editions/2/changes/"]


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return " ".join(response.content.decode().split())


def redact(pledge: Pledge, *sequences: int) -> Edition:
    """Blank editions as a redaction does."""
    last, first = Edition.objects.order_by("sequence").last(), pledge.editions.first()
    assert last
    assert first
    newest = pledge.editions.order_by("number").last()
    assert newest
    edition = Edition(
        sequence=last.sequence + 1,
        pledge=pledge,
        number=newest.number + 1,
        kind="redaction",
        published_at=timezone.now(),
        actor=first.actor,
        approver=first.approver,
        change_note="A court forbade a name.",
        previous_hash=last.hash,
        content=newest.content,
        salt=secrets.token_bytes(32),
        content_digest=newest.content_digest,
    )
    edition.entry = log.write_entry(edition, slug=pledge.slug, redacts=list(sequences))
    edition.hash = entry_hash(edition.entry)
    with public_change() as tags:
        edition.save(force_insert=True)
        Edition.objects.filter(pk__in=sequences).update(content=None, salt=None, content_digest=None)
        tags.update(public_pledges.refresh(pledge))
    return edition
