"""Signed notes of C2SP (Ed25519) and the checkpoints of logs that are written as such.

A note is a text, an empty line, and a line `— name signature` for each who signed it; a checkpoint's text is three lines:
the name of the log, the number of its entries, and their RFC 6962 root in base64. The keys are those of Go's `sumdb/note`.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pledges.verifier import Kept

_ED25519 = b"\x01"
_HASH_BYTES, _KEY_BYTES = 4, 32
_PRIVATE = "PRIVATE+KEY"


class NoteError(ValueError):
    """A key or a note is not what it should be, in a sentence for people."""


@dataclass(frozen=True)
class VerifierKey:
    """What anyone needs to check a signature: `name+hash+key`."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{_base64(_ED25519 + self.public)}"

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_HASH_BYTES]

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `name+hash+key`; raises NoteError."""
        name, _plus, rest = text.partition("+")
        key = cls(name, _key_bytes(rest.partition("+")[2]))
        if str(key) != text:
            raise NoteError("This is no verifier key: it has the form name+hash+key, as sign_checkpoint prints it.")
        return key


@dataclass(frozen=True)
class SigningKey:
    """What only the signer has: `PRIVATE+KEY+name+hash+seed`."""

    name: str
    seed: bytes

    def __str__(self) -> str:
        return f"{_PRIVATE}+{self.name}+{self.verifier_key.hash.hex()}+{_base64(_ED25519 + self.seed)}"

    @property
    def verifier_key(self) -> VerifierKey:
        return VerifierKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @classmethod
    def make(cls, name: str) -> "SigningKey":
        return cls(name, secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> "SigningKey":
        """Read what `str` wrote; raises NoteError."""
        name, _plus, rest = text.removeprefix(f"{_PRIVATE}+").partition("+")
        key = cls(name, _key_bytes(rest.partition("+")[2]))
        if str(key) != text:
            raise NoteError("This is no signing key: sign_checkpoint --new-key makes one.")
        return key

    def sign(self, text: str) -> str:
        """Give the note whose text this is."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n— {self.name} {_base64(self.verifier_key.hash + signature)}\n"


def write_checkpoint(log: Kept) -> str:
    """Give the text of a checkpoint, to be signed."""
    return f"{log.origin}\n{log.size}\n{log.root}\n"


def require_signature(note: bytes, key: VerifierKey) -> None:
    """Make sure that the owner of a key signed a note; raises NoteError."""
    text, _empty, lines = note.rpartition(b"\n\n")
    for line in lines.splitlines():
        if _is_signature(line, text + b"\n", key):
            return
    raise NoteError(f"The checkpoint is not signed with the key of {key.name}.")


def _is_signature(line: bytes, text: bytes, key: VerifierKey) -> bool:
    try:
        dash, name, signature = line.decode().split(" ")
        signed = base64.b64decode(signature, validate=True)
        if (dash, name, signed[:_HASH_BYTES]) != ("—", key.name, key.hash):
            return False
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed[_HASH_BYTES:], text)
    except (ValueError, InvalidSignature):
        return False
    return True


def _key_bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != len(_ED25519) + _KEY_BYTES or not key.startswith(_ED25519):
        raise NoteError("This is no Ed25519 key in the form of a signed note.")
    return key.removeprefix(_ED25519)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
