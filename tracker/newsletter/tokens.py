"""Secrets in links that work without a password. Django's signer is not used: its links die with the key of the site."""

import hashlib
import re
import secrets
from datetime import datetime

_BYTES = 24
_ENDING = re.compile(r".+-([0-9a-f]{8})", re.ASCII)


def new_token() -> str:
    """Give 32 characters that nobody can guess and that need no escaping in an address."""
    return secrets.token_urlsafe(_BYTES)


def new_token_until(moment: datetime) -> str:
    """Give a token that also says when it ends, so that its link can say so when the row is long deleted."""
    return f"{new_token()}-{int(moment.timestamp()):08x}"


def has_ended(token: str, *, now: datetime) -> bool:
    """Whether a token says that its time is over. Anyone can write such a one: it only chooses the words of a refusal."""
    ending = _ENDING.fullmatch(token)
    return ending is not None and int(ending[1], 16) <= now.timestamp()


def token_hash(token: str) -> str:
    """Give the SHA-256 in hex by which a row is found: a look-up by the token itself would leak it by its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
