from datetime import UTC, datetime, timedelta

import pytest

from tracker.newsletter import tokens

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_tokens_differ_and_need_no_escaping() -> None:
    made = {tokens.new_token() for _round in range(100)}

    assert len(made) == 100
    assert all(len(token) == 32 and token.replace("-", "").replace("_", "").isalnum() for token in made)


def test_a_token_says_when_it_ends() -> None:
    token = tokens.new_token_until(NOON)

    assert len(token) <= 43
    assert not tokens.has_ended(token, now=NOON - timedelta(seconds=1))
    assert tokens.has_ended(token, now=NOON)


@pytest.mark.parametrize("token", ["", "lemon", "lemon-7fffffff", "lemon-zzzzzzzz", "lemon-0000000", "-00000000"])
def test_other_tokens_say_nothing_of_an_end(token: str) -> None:
    assert not tokens.has_ended(token, now=NOON)
