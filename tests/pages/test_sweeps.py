"""What holds for every public address."""

import re
from pathlib import Path

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, resolve
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.models import Evidence, Pledge, Source
from tests.factories import (
    change_every_field_of,
    make_changed_labels,
    make_checkpoint,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_source,
    make_verdict,
    publish,
)
from tests.pages.full_site import make_reader, send_issue
from tests.pages.surfaces import BY_TOKEN, NARROWED, NOT_PUBLIC, PICTURE, PUBLIC_SURFACES, Surface

pytestmark = pytest.mark.django_db

SURFACES = [*PUBLIC_SURFACES, *NARROWED]
EVERY_SURFACE = pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
EVERY_PAGE = pytest.mark.parametrize(
    "surface", [surface for surface in SURFACES if surface.is_html], ids=lambda surface: surface.name
)
EVERY_PAGE_AND_LINK = pytest.mark.parametrize(
    "surface",
    [*(surface for surface in SURFACES if surface.is_html), *BY_TOKEN],
    ids=lambda surface: surface.name,
)
OWN_HOST = "https://tracker.test"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS")


def places_of(surface: Surface) -> frozenset[str]:
    """Give the parameters by which a list goes on, if it is one."""
    path = re.sub(r"{\w+}", "2026-01-01", surface.path)  # which is a slug too
    known: frozenset[str] = getattr(resolve(path).func, "known_parameters", frozenset())
    return known & {"before", "after"}


@pytest.fixture(scope="module")
def kept_pledge(kept_rows: None) -> Pledge:
    """Published in four editions, among others."""
    pledge = make_published_pledge(background=f"See ![the carts](/media/{PICTURE}).")
    send_issue()
    make_reader(pledge)
    make_checkpoint()
    for number in range(3):
        publish(make_pledge(background=f"Another pledge {number}."))
        Pledge.objects.filter(pk=pledge.pk).update(measure=f"Round {number}.")
        publish(pledge)
    return pledge


@pytest.fixture
def pledge(db: None, kept_pledge: Pledge) -> Pledge:
    return Pledge.objects.get(pk=kept_pledge.pk)


@pytest.fixture(autouse=True)
def _picture(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / PICTURE).write_bytes(b"a picture")


def read_the_site(client: Client, pledge: Pledge) -> dict[str, bytes]:
    paths = [surface.path_for(pledge) for surface in SURFACES]
    return {path: client.get(path).getvalue() for path in paths}


def test_every_address_is_a_surface_or_not_public() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

    assert {name for name in names if not name.startswith(NOT_PUBLIC)} == {
        surface.name for surface in (*PUBLIC_SURFACES, *BY_TOKEN)
    }


@EVERY_SURFACE
def test_answers(surface: Surface, client: Client, pledge: Pledge) -> None:
    assert client.get(surface.path_for(pledge)).status_code == 200


@pytest.mark.parametrize("surface", [*filter(places_of, PUBLIC_SURFACES)], ids=lambda surface: surface.name)
def test_a_place_at_either_end_of_a_list_is_no_fault(surface: Surface, client: Client, pledge: Pledge) -> None:
    path = surface.path_for(pledge)

    for name in places_of(surface):
        for place in ("0", "1", "2", "9" * 18, "9" * 19, "-1"):
            answer = client.get(path, {name: place})
            answer.getvalue()
            assert answer.status_code < 500, f"{name}={place}"


@pytest.mark.parametrize("surface", [*SURFACES, *BY_TOKEN], ids=lambda surface: surface.name)
def test_costs_a_fixed_number_of_queries(
    surface: Surface, client: Client, pledge: Pledge, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = surface.path_for(pledge)

    with django_assert_num_queries(surface.queries):
        client.get(path).getvalue()


@EVERY_SURFACE
def test_sets_no_cookie_and_varies_on_nothing_personal(surface: Surface, client: Client, pledge: Pledge) -> None:
    response = client.get(surface.path_for(pledge))

    assert not response.cookies
    assert response.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert b"csrfmiddlewaretoken" not in response.getvalue()


NEVER_KEPT = {"log-entries", "picture", "healthz"}  # streamed, served as files, asking nothing


@pytest.mark.parametrize(
    "surface",
    [surface for surface in PUBLIC_SURFACES if surface.name not in NEVER_KEPT],
    ids=lambda surface: surface.name,
)
def test_says_until_what_it_may_be_kept_so_that_it_is_there_without_the_database(
    surface: Surface, client: Client, pledge: Pledge
) -> None:
    headers = client.get(surface.path_for(pledge)).headers

    assert "site" in headers["Surrogate-Key"].split()
    assert headers["Cache-Control"].startswith("public, ")


@EVERY_SURFACE
def test_carries_the_security_headers(surface: Surface, client: Client, pledge: Pledge) -> None:
    headers = client.get(surface.path_for(pledge)).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")


@EVERY_SURFACE
def test_has_no_other_methods_than_its_own(surface: Surface, client: Client, pledge: Pledge) -> None:
    others = [method for method in METHODS if method not in surface.methods]
    assert len(others) >= 5

    for method in others:
        response = client.generic(method, surface.path_for(pledge))

        assert response.status_code == 405, method
        assert response.headers["Allow"] == ", ".join(surface.methods)
        assert b"This page can only be read" in response.content


@EVERY_SURFACE
def test_head_is_get_without_a_body(surface: Surface, client: Client, pledge: Pledge) -> None:
    got, head = client.get(surface.path_for(pledge)), client.head(surface.path_for(pledge))

    assert head.status_code == got.status_code
    assert head.headers == got.headers
    assert head.getvalue() == b""


@EVERY_PAGE_AND_LINK
def test_is_a_whole_page(surface: Surface, client: Client, pledge: Pledge) -> None:
    html = client.get(surface.path_for(pledge)).content.decode()

    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]+ – Pledge Tracker</title>", html)
    assert '<html lang="en-gb">' in html
    assert len(re.findall(r"<main\b", html)) == 1


@EVERY_PAGE_AND_LINK
def test_fetches_nothing_from_elsewhere_and_has_nothing_inline(
    surface: Surface, client: Client, pledge: Pledge
) -> None:
    html = client.get(surface.path_for(pledge)).content.decode()

    fetched = re.findall(r"<(?:img|link|script|iframe|source|use)\b[^>]*?(?:src|href)=\"([^\"]*)\"", html)
    assert all(address.startswith(("/", OWN_HOST)) and not address.startswith("//") for address in fetched)
    assert not re.search(r"<script(?! type=\"application/ld\+json\">)|<style|\sstyle=|\son[a-z]+=|<base\b", html)


@EVERY_PAGE
def test_says_what_it_is_to_programs(surface: Surface, client: Client, pledge: Pledge) -> None:
    html = client.get(surface.path_for(pledge)).content.decode()

    own = OWN_HOST + surface.path_for(pledge).replace("&", "&amp;")
    unlisted = '<meta name="robots" content="noindex">' in html
    assert unlisted == surface.is_unlisted
    assert re.findall(r'<link rel="canonical" href="([^"]*)">', html) == ([] if unlisted else [own])
    assert re.findall(r'<meta property="og:url" content="([^"]*)">', html) == [own]
    for name in ("og:title", "og:description", "og:type", "og:url", "og:site_name"):
        assert len(re.findall(rf'<meta property="{name}" content="[^"]+">', html)) == 1
    assert len(re.findall(r'<meta name="description" content="[^"]+">', html)) == 1


@EVERY_PAGE_AND_LINK
def test_has_no_id_twice(surface: Surface, client: Client, pledge: Pledge) -> None:
    ids = re.findall(r"\sid=\"([^\"]+)\"", client.get(surface.path_for(pledge)).content.decode())

    assert len(ids) == len(set(ids))


def test_drafts_change_no_public_byte(client: Client, pledge: Pledge) -> None:
    make_changed_labels()  # standing facts, which pages may show
    before = read_the_site(client, pledge)

    change_every_field_of(pledge)
    make_pledge(headline="A draft nobody may see")

    assert read_the_site(client, pledge) == before


WITHDRAWN = re.compile(r"zest\w*")  # a word that nothing but the withdrawn pledge has


def make_withdrawn_pledge() -> Pledge:
    """A pledge that was published in two editions and then withdrawn, with words of its own in every text."""
    pledge = make_pledge(
        slug="withdrawn",
        headline="zestheadline",
        quotation="zestquotation",
        quotation_note="zestnote",
        made_in=make_source(title="zestsource", publisher="zestpublisher", url="https://zest.example/"),
        made_in_locator="zestlocator",
        background="zestbackground",
        measure="zestmeasure",
        due_on="2031",
    )
    sources = [make_source(title="zestcited", publisher="zestciter", url="https://zest.example/2")]
    make_evidence(pledge, title="zesttitle", account="zestaccount", quotation="zestquoted", sources=sources)
    texts = ("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution")
    wrong = make_verdict(pledge, **{name: f"zest{name}" for name in texts})
    pledge.replies.create(
        asked_of="zestministry",
        asked_on="2025-01-01",
        answer_by="2025-02-01",
        answered_on="2025-01-09",
        answer="zestanswer",
    )
    publish(pledge)
    make_verdict(pledge, **{name: f"zest{name}" for name in texts}, corrects=wrong)
    publish(pledge, kind="correction", change_note="The first count was of limes.")
    publish(pledge, kind="withdrawal", change_note="A court may yet decide.")
    return Pledge.objects.get(pk=pledge.pk)


def test_withdrawn_text_appears_nowhere(client: Client, pledge: Pledge) -> None:
    withdrawn = make_withdrawn_pledge()
    said = b"".join(bytes(content) for content in withdrawn.editions.values_list("content", flat=True) if content)
    assert len(set(WITHDRAWN.findall(said.decode()))) == 22  # or the words would prove nothing

    paths = {surface.path_for(about) for surface in PUBLIC_SURFACES for about in (withdrawn, pledge)}
    shown = {path: client.get(path).getvalue().decode(errors="replace") for path in paths}
    assert {path: found[0] for path, text in shown.items() if (found := WITHDRAWN.search(text))} == {}


STANDING_FACTS = {"archived_url", "link_state", "link_checked_at"}


@pytest.mark.parametrize("model", [Pledge, Evidence, Source])
def test_the_draft_of_that_test_differs_in_every_field(model: type[Model], pledge: Pledge) -> None:
    settled = {"id", "pledge", "written_by", *STANDING_FACTS}
    fields = [field.name for field in model._meta.concrete_fields if field.name not in settled]
    before = model._default_manager.order_by("pk").values(*fields)[0]

    change_every_field_of(pledge)

    after = model._default_manager.order_by("pk").values(*fields)[0]
    assert {name for name in fields if before[name] == after[name]} == set()
