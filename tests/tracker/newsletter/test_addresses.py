import pytest
from django.core.exceptions import ValidationError

from tracker.newsletter import addresses
from tracker.newsletter.addresses import masked, normalise


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("reader@lemons.example", "reader@lemons.example"),
        (" Reader.One+news@Lemons.EXAMPLE\t", "reader.one+news@lemons.example"),
        ("reader@zitrönen.example", "reader@xn--zitrnen-d1a.example"),
        ("reader@lemons\u3002example", "reader@lemons.example"),
        ("x" * 64 + "@lemons.example", "x" * 64 + "@lemons.example"),
    ],
)
def test_an_address_has_one_form(typed: str, stored: str) -> None:
    assert normalise(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *["a@b", "a", "@lemons.example", "a@", "a@b,c@d", "a@b.example,c@d.example", "a@[127.0.0.1]", "a@127.0.0.10"],
        *["a@localhost", "a@lemons.example\n", "\ra@lemons.example", "a@lemons.example\r\nBcc: b@limes.example"],
        *["a\x00@lemons.example", '"a b"@lemons.example', '"a"@lemons.example', "a b@lemons.example", "a@b@c.example"],
        *[
            "<a@lemons.example>",
            "x" * 65 + "@lemons.example",
            "a@" + "lemon." * 45 + "example",
            "\u017f@lemons.example",
        ],
        *["\u212aelvin@lemons.example", "a@.example", "a@" + "ö" * 70 + ".example", ".a@b.example"],
    ],
)
def test_what_is_none_or_a_trick_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="This is no e-mail address"):
        normalise(typed)


@pytest.mark.parametrize("letter", ["ß", "ẞ", "ς", "\u200c", "\u200d"])
def test_a_domain_that_would_become_somebody_elses_is_refused_with_a_way_out(letter: str) -> None:
    with pytest.raises(ValidationError, match="beginning with xn--"):
        normalise(f"a@stra{letter}e.example")

    assert normalise("a@xn--strae-oqa.example") == "a@xn--strae-oqa.example"


def test_what_is_far_too_long_is_refused_before_anything_is_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "ascii_domain", pytest.fail)

    with pytest.raises(ValidationError, match="This is no e-mail address"):
        normalise("a@" + "é" * 1_200_000)


def test_a_masked_address_shows_its_owner_enough() -> None:
    assert masked("reader@lemons.example") == "r…@l….example"
