"""A page as somebody reads it: its words in their order, without marks."""

import re
from html import unescape


def words_of(html: str) -> str:
    """Give the text of a page's main part on one line."""
    main = html.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())
    return re.sub(r" (?=[,.:)])|(?<=\() ", "", text)


def assert_in_order(text: str, *expected: str) -> None:
    """Each of these stands in the text, after the one before it."""
    place = 0
    for words in expected:
        found = text.find(words, place)
        assert found >= 0, f"“{words}” is missing here, or stands earlier: {text[place:]}"
        place = found + len(words)
