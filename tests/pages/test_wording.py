"""Every word that readers see is marked for translation, or is the record's own."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from pledges.models import Department, Edition, Promisor, Rating, SiteText, Topic
from pledges.templatetags import record
from tests.both_databases import DATABASE
from tests.factories import make_published_pledge, publish
from tests.pages.full_site import make_full_site
from tests.pages.surfaces import BY_TOKEN, PUBLIC_SURFACES, Surface
from tracker.newsletter.models import Issue

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(DATABASE != "sqlite", reason="the pages have the same words on both"),
]

PAGES = [*(surface for surface in PUBLIC_SURFACES if surface.is_html), *BY_TOKEN]
PAGES.append(Surface("difference", "/pledges/{slug}/editions/2/changes/", queries=1))
PAGES.append(Surface("nothing-then", "/pledges/{slug}/at/2001-01-01/", queries=2))
OPEN, CLOSE = "⟦", "⟧"
MARKED = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
WORD = re.compile(r"[^\W\d_]{2,}")
# What is data or configuration, not interface: shown as it stands in any language.
DATA = re.compile(r"[Ll]emon|[Ll]ime|[Cc]art|Pledge Tracker|CC BY|tracker\.test|editors@|https?://\S+|[0-9a-f]{12,}")


NOTHING_THERE = [
    *("/nowhere/", "/?q=%00", "/pledges/?topic=nowhere&rating=nothing&after=x", "/pledges/?after=x&before=x"),
    *("/trends/?topic=nowhere", "/corrections/?before=x", "/log/?before=x", "/at/2001-01-01/", "/at/?day=x"),
    "/pledges/?family=kept&overdue=1",
]


@pytest.fixture
def _pseudo_locale(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which every translated text is bracketed."""
    real = translation._trans  # type: ignore[attr-defined]

    def bracketed(name: str) -> Callable[..., str]:
        original: Callable[..., str] = getattr(real, name)
        return lambda *texts, **named: f"{OPEN}{original(*texts, **named)}{CLOSE}"

    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(real, name, bracketed(name))
    record._row.cache_clear()
    yield
    record._row.cache_clear()


def unmarked(html: str, said: set[str]) -> set[str]:
    """Give the words of a page that neither a translation nor the record has."""
    body = re.sub(r"<script.*?</script>|<!--.*?-->|<pre.*?</pre>", "", html, flags=re.DOTALL)
    attributes = re.findall(r'\s(?:alt|title|aria-label|placeholder)="([^"]*)"', body)
    attributes += re.findall(
        r'<meta (?:name="description"|property="og:(?:title|description)") content="([^"]*)"', body
    )
    text = unescape(" ".join([re.sub(r"<[^>]*>", " ", body), *attributes]))
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return {word for word in WORD.findall(DATA.sub(" ", text)) if word not in said}


@pytest.mark.usefixtures("_pseudo_locale")
def test_every_word_is_marked_for_translation(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    pledge = make_full_site()
    said = words_of_the_record()

    found = {page.name: unmarked(client.get(page.path_for(pledge)).content.decode(), said) for page in PAGES}

    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.usefixtures("_pseudo_locale")
def test_so_is_every_word_where_something_is_refused_withdrawn_or_not_found(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_full_site()
    withdrawn = make_published_pledge()
    publish(withdrawn, kind="withdrawal")
    about_it = [f"/pledges/{withdrawn.slug}/{more}" for more in ("", "editions/", "editions/1/")]
    answers = {path: client.get(path) for path in (*NOTHING_THERE, *about_it)}
    answers |= {"post": client.post("/"), "sign-up": client.post("/newsletter/", {"address": "lemons"})}
    said = words_of_the_record()

    found = {name: unmarked(answer.content.decode(), said) for name, answer in answers.items()}

    assert {name: words for name, words in found.items() if words} == {}
    assert {answer.status_code for answer in answers.values()} >= {400, 404, 405, 410}


EMPTY = ["/", "/pledges/", "/topics/", "/trends/", "/corrections/", "/log/", "/newsletter/", "/about/", "/methodology/"]


@pytest.mark.usefixtures("_pseudo_locale")
@pytest.mark.parametrize("path", EMPTY)
def test_so_is_every_word_of_a_site_without_a_pledge(path: str, client: Client) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert unmarked(response.content.decode(), words_of_the_record()) == set()


def words_of_the_record() -> set[str]:
    """Give the words of everything that was published, and of today's labels."""
    contents = Edition.objects.values_list("content", flat=True)
    texts = [text for content in contents if content for text in strings(json.loads(bytes(content)))]
    texts += Edition.objects.values_list("change_note", flat=True)
    texts += SiteText.objects.values_list("published", flat=True)
    texts += [text for issue in Issue.objects.all() for text in (issue.subject, issue.introduction)]
    for model in (Rating, Topic, Department, Promisor):
        texts += [str(value) for row in model._default_manager.values_list() for value in row]
    return set(WORD.findall(" ".join(texts)))


def strings(value: Any) -> Iterator[str]:
    """Walk through what JSON can hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)
