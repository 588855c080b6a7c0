"""The one renderer: what it gives, and what no text can make it give."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pledges.markdown import problems, render

ELEMENTS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("a", "img", "sup", "div", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "src", "alt", "title", "rel", "id", "class", "start"}
HOSTILE = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '<p style="color:red">x</p>', "<form action=/x>"),
    *("<base href=//evil.test>", '<meta http-equiv=refresh content="0;url=//evil.test">', "<svg/onload=alert(1)>"),
    *('<iframe srcdoc="<script>alert(1)</script>">', "<!--><script>alert(1)</script>-->", "<style>p{}</style>"),
    *("[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java&#9;script:alert(1))"),
    *("[x](<java\tscript:alert(1)>)", "[x](&#106;avascript:alert(1))", "[x](\\javascript:alert(1))"),
    *("[x](data:text/html,<script>)", "[x](vbscript:x)", "[x](file:///etc/passwd)", "<javascript:alert(1)>"),
    *("[x](ftp://evil.test/)", "<ssh://evil.test>", "[x](blob:https://evil.test/1)", "[x](web+lemon:x)"),
    *("[x]: javascript:alert(1)\n\n[x]", "[^1]\n\n[^1]: <script>", "![x](javascript:alert(1))"),
    *("![x](/\\evil.test)", "![x](</\t/evil.test>)", "![x](/&#10;/evil.test)"),
    *("![x](data:image/svg+xml,<svg/onload=alert(1)>)", '![x](/a "onerror=alert(1)")', '[x](/a "\' onclick=x")'),
    *('```js" onload="x\ncode\n```', "|a|\n|:-:|\n|<script>|", "[x](https://a.example/'onclick=x)", "`<script>`"),
]
OUTSIDE_PICTURES = [
    *("https://evil.test/p.png", "http://evil.test/p.png", "//evil.test/p.png", "\\\\evil.test/p.png", "p.png"),
    *("&#47;/evil.test/p.png", "HTTPS://evil.test/p.png", "data:image/png;base64,AAAA", "<//evil.test/p.png>"),
]


class Elements(HTMLParser):
    """Every element of a text of HTML, with its attributes, as a browser sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.found if attribute in attributes]


def assert_harmless(html: str) -> None:
    elements = Elements(html)
    assert {tag for tag, _ in elements.found} <= ELEMENTS
    assert {name for _, attributes in elements.found for name in attributes} <= ATTRIBUTES
    for address in elements.values("href") + elements.values("src"):
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", address.lower()))
        assert scheme is None or scheme[1] in {"http", "https", "mailto"}
    assert all(re.match(r"#|/[^/\\\s]|/?$", address) for address in elements.values("src"))


def wide_table(columns: int, rows: int) -> str:
    return "|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "a\n" * rows + "\n"


def nested_list(depth: int) -> str:
    return "\n".join("  " * level + f"- item {level + 1}" for level in range(depth))


@pytest.mark.parametrize("text", HOSTILE)
def test_render_removes_what_is_hostile(text: str) -> None:
    assert_harmless(render(text))
    assert_harmless(render(f"> - {text}\n\n{text}"))


@given(
    st.lists(
        st.one_of(st.text(max_size=5), st.sampled_from([*HOSTILE, *"[]()<>!`*_~|\\\n&\"'#-:/", "\n\n", "[^1]", "> "]))
    )
)
@settings(deadline=None)
def test_render_is_harmless_for_any_text_without_problems(parts: list[str]) -> None:
    text = "".join(parts)
    assume(not problems(text))

    assert_harmless(render(text, "v-1"))


def test_render_shows_raw_html_as_text() -> None:
    assert render("<b onclick=x>lemons</b>") == "<p>&lt;b onclick=x&gt;lemons&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A *sour* **lemon**", "<p>A <em>sour</em> <strong>lemon</strong></p>\n"),
        ("~~sweet~~", "<p><s>sweet</s></p>\n"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>\n"),
        ("3. third", '<ol start="3">\n<li>third</li>\n</ol>\n'),
        ("# One\n\n## Two\n\n###### Six", "<h3>One</h3>\n<h4>Two</h4>\n<h5>Six</h5>\n"),
        ("[ours](/pledges/lemon/)", '<p><a href="/pledges/lemon/">ours</a></p>\n'),
        (
            "<https://lemons.example>",
            '<p><a href="https://lemons.example" rel="noopener nofollow">https://lemons.example</a></p>\n',
        ),
        ("![A lemon](/media/lemon.png)", '<p><img src="/media/lemon.png" alt="A lemon"></p>\n'),
    ],
)
def test_render_gives_what_was_written(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize("side", ["left", "center", "right"])
def test_render_aligns_by_class_and_not_by_style(side: str) -> None:
    rule = {"left": ":--", "center": ":-:", "right": "--:"}[side]

    html = render(f"| lemons |\n| {rule} |\n| 12 |")

    assert f'<th class="align-{side}">lemons</th>' in html
    assert f'<td class="align-{side}">12</td>' in html
    assert "style" not in html


@pytest.mark.parametrize("address", OUTSIDE_PICTURES)
def test_render_takes_the_address_of_an_outside_picture(address: str) -> None:
    html = render(f"![A lemon]({address})")

    assert Elements(html).values("src") == []
    assert Elements(html).values("alt") == ["A lemon"]


@pytest.mark.parametrize("address", ["//evil.test/", "https://evil.test/", "evil.test", "mailto:a@b.example"])
def test_render_marks_every_link_that_is_not_our_own(address: str) -> None:
    ((_, attributes),) = [found for found in Elements(render(f"[x]({address})")).found if found[0] == "a"]

    assert attributes == {"href": address, "rel": "noopener nofollow"}


TWO_FOOTNOTES = "One[^a] and two[^b] and one again[^a], and ^[inline].\n\n[^a]: First.\n[^b]: Second."
DOC_IDS = st.from_regex(r"[a-z]{1,3}(-[0-9]{1,2}){0,3}", fullmatch=True)


@given(DOC_IDS, DOC_IDS)
@settings(deadline=None)
def test_footnotes_of_two_texts_never_share_an_id(one: str, other: str) -> None:
    assume(one != other)
    ids, other_ids = (Elements(render(TWO_FOOTNOTES, doc_id)).values("id") for doc_id in (one, other))

    assert ids
    assert len(ids + other_ids) == len({*ids, *other_ids})


@pytest.mark.parametrize("doc_id", ["", "background", "verdict-7"])
def test_every_footnote_and_its_mark_lead_to_each_other(doc_id: str) -> None:
    elements = Elements(render(TWO_FOOTNOTES, doc_id))

    assert sorted({address.removeprefix("#") for address in elements.values("href")}) == sorted(elements.values("id"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 60_001, "This text has 60001 characters; the most is 60000."),
        ("[" * 10_000, "This text has 10000 “[” signs; the most is 500."),
        ("<a " * 10_000, "This text has 10000 “<” signs; the most is 500."),
        ("*[HTML]: x\n" * 5_000, "This text has 5000 “[” signs; the most is 500."),
        (">" * 200, "Quotes and lists may be nested 20 deep at the most."),
        ("> " * 200 + "x", "Quotes and lists may be nested 20 deep at the most."),
        ("- " * 200 + "x", "Quotes and lists may be nested 20 deep at the most."),
        ("1. > " * 100 + "x", "Quotes and lists may be nested 20 deep at the most."),
        ("[^1]\n\n[^1]: " + "> " * 200 + "x", "Quotes and lists may be nested 20 deep at the most."),
        (nested_list(200), "Quotes and lists may be nested 20 deep at the most."),
        ("*" * 3_001, "This text has 3001 “*” signs; the most is 3000."),
        ("|".join(["a"] * 4_000), "This text has 3999 “|” signs; the most is 3000."),
        ("a\n" * 3_001, "This text has 3001 lines; the most is 3000."),
        (wide_table(1000, 2_900), "This text has more than 3000 quotes, lists and cells of tables."),
        (wide_table(100, 700), "This text has more than 3000 quotes, lists and cells of tables."),
        (wide_table(5, 601), "This text has more than 3000 quotes, lists and cells of tables."),
        (wide_table(30, 95) * 25, "This text has more than 3000 quotes, lists and cells of tables."),
        ((">" * 20 + "\n\n") * 1_400, "This text has more than 3000 quotes, lists and cells of tables."),
        (("- " * 20 + "a\n\n") * 1_300, "This text has more than 3000 quotes, lists and cells of tables."),
        (f"[a]: /{'x' * 480}\n\n" + "[a] " * 490, "The definition of a link is long and used too often: shorten it."),
        (f'[a]: /x "{"x" * 501}"\n\n[a]', "The definition of a link may have 500 characters at the most."),
    ],
)
def test_problems_answers_what_would_cost_too_much(text: str, sentence: str) -> None:
    assert problems(text)[0] == sentence


@pytest.mark.parametrize(("columns", "rows"), [(5, 599), (1, 2_990), (4, 3)])
@pytest.mark.parametrize("start", ["", "> ", "- "])
def test_a_table_within_the_bounds_is_whole(start: str, columns: int, rows: int) -> None:
    inside = "> " if start == "> " else " " * len(start)
    text = start + wide_table(columns, rows).strip().replace("\n", f"\n{inside}")

    assert problems(text) == []
    assert render(text).count("<td>") == columns * rows


@pytest.mark.parametrize("text", [wide_table(1000, 2_900), wide_table(54, 2_900), (">" * 20 + "\n\n") * 1_400])
def test_a_text_with_far_more_html_than_itself_is_refused_in_no_time(text: str) -> None:
    started = time.process_time()

    assert problems(text)

    assert time.process_time() - started < 0.5  # it was several seconds


def test_problems_names_each_of_several() -> None:
    assert len(problems("[<" * 40_000)) == 3


@pytest.mark.parametrize("text", ["", "x" * 60_000, "[" * 500 + "<" * 500, ">" * 20, "- " * 20 + "x", nested_list(20)])
def test_problems_finds_none_within_the_bounds(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    "text", ["> " * 20 + "the last word", "- " * 20 + "the last word", nested_list(20) + " the last word"]
)
def test_render_loses_nothing_of_a_text_at_the_bound(text: str) -> None:
    assert "the last word" in render(text)
    assert problems(text) == []
