import pytest

from pledges.signed_notes import NoteError, SigningKey, VerifierKey, require_signature, write_checkpoint
from pledges.verifier import Kept, read_checkpoint

# The example of golang.org/x/mod/sumdb/note.
SIGNING_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VERIFIER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"""{TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def test_a_note_is_signed_as_others_sign_it() -> None:
    key = SigningKey.parse(SIGNING_KEY)

    assert str(key.verifier_key) == VERIFIER_KEY
    assert key.sign(TEXT) == NOTE


def test_a_note_that_others_signed_passes() -> None:
    require_signature(NOTE.encode(), VerifierKey.parse(VERIFIER_KEY))


def test_of_several_signatures_one_is_enough() -> None:
    other = SigningKey.make("lemons.example/log")
    note = NOTE + other.sign(TEXT).rpartition("\n\n")[2]

    require_signature(note.encode(), VerifierKey.parse(VERIFIER_KEY))
    require_signature(note.encode(), other.verifier_key)


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("cryptography", "cryptographY"),
        NOTE.replace("— PeterNeumann", "— PeterNewmann"),
        NOTE.replace("x08go/Z", "x08go/z"),
        NOTE.replace("x08go", "y08go"),
        NOTE.replace("— ", "- "),
        NOTE.replace("\n\n", "\n"),
        TEXT,
        "",
        "\n\n— PeterNeumann x",
    ],
)
def test_a_note_that_is_not_signed_so_is_refused(note: str) -> None:
    with pytest.raises(NoteError, match="not signed with the key of PeterNeumann"):
        require_signature(note.encode(), VerifierKey.parse(VERIFIER_KEY))


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+b+c", VERIFIER_KEY[:-4], VERIFIER_KEY.replace("c74f", "c74e"), f"{VERIFIER_KEY}\n"]
)
def test_a_key_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)
    with pytest.raises(NoteError):
        SigningKey.parse(text)


def test_a_new_key_is_read_as_it_was_written() -> None:
    key = SigningKey.make("lemons.example/log")

    assert SigningKey.parse(str(key)) == key
    assert SigningKey.make("lemons.example/log") != key


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    log = Kept("lemons.example/log", 3, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    key = SigningKey.make(log.origin)

    note = key.sign(write_checkpoint(log))

    assert note.startswith(
        "lemons.example/log\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— lemons.example/log "
    )
    assert read_checkpoint(note.encode()) == log
