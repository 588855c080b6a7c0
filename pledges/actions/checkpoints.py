from collections.abc import Callable

from django.utils import timezone

from pledges import log, standing_facts
from pledges.actions.journal import public_change
from pledges.models import Checkpoint
from pledges.one_state import one_state
from pledges.signed_notes import SigningKey, write_checkpoint
from pledges.verifier import Chain, Kept, differences


class NotSignableError(Exception):
    """The log is not one that may be signed, in a sentence for people."""


def sign(key: SigningKey, *, last: Kept | None, remember: Callable[[Kept], None]) -> Checkpoint:
    """Publish a checkpoint of the log as it is now; a log that has not grown keeps the one it has.

    `last` is what was last signed with this key, however much of the database was changed since; `remember` is called with
    what is signed now before anybody else sees it. Raises NotSignableError.
    """
    with one_state():
        stored = Checkpoint.objects.last()
        known = Kept(key.name, stored.size, stored.root) if stored else None
        chain = _follow([kept for kept in (last, known) if kept])
    now = Kept(key.name, chain.size, chain.tree.root, chain.head)
    with public_change() as tags:
        stored = Checkpoint.objects.last()
        if stored and stored.size > now.size:
            return stored  # somebody signed more meanwhile, and remembers that
        remember(now)
        if stored and stored.size == now.size:
            _require_same_key(stored, key)
            return stored
        signed = Checkpoint.objects.create(
            size=now.size,
            root=now.root,
            note=key.sign(write_checkpoint(now)),
            verifier_key=str(key.verifier_key),
            signed_at=timezone.now(),
        )
        tags.update({"log", standing_facts.mark(signed)})
        return signed


def _require_same_key(stored: Checkpoint, key: SigningKey) -> None:
    if stored.verifier_key != str(key.verifier_key):
        raise NotSignableError(
            "The log has not grown since it was signed with another key: this one signs once there is another entry."
        )


def _follow(known: list[Kept]) -> Chain:
    chain = Chain(kept.size for kept in known)
    for place, line in enumerate(log.lines(), start=1):
        for sentence in chain.follow(line):
            raise NotSignableError(f"Entry {place:,}: {sentence}")
    for sentence in (sentence for kept in known for sentence in differences(kept, chain)):
        raise NotSignableError(f"This is not the log that was signed last. {sentence}")
    if not chain.size:
        raise NotSignableError("Nothing has been published yet, so there is nothing to sign.")
    return chain
