"""Secrets in links that work without a password. Django's signer is not used: its links die with the key of the site."""

import hashlib
import secrets

_BYTES = 24


def new_token() -> str:
    """Give 32 characters that nobody can guess and that need no escaping in an address."""
    return secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    """Give the SHA-256 in hex by which a row is found: a look-up by the token itself would leak it by its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
