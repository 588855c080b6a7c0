"""Without a database on purpose: the style guide must not ask for one."""

import re

from django.test import RequestFactory

from pledges.views.style_guide import RATINGS, style_guide


def page() -> str:
    response = style_guide(RequestFactory().get("/styleguide/"))
    assert response.status_code == 200
    return response.content.decode()


def test_shows_every_rating_as_word_and_shape() -> None:
    html = page()

    for rating in RATINGS:
        name, family = (rating["name"], rating["family"]) if rating else ("Not yet rated", "unrated")
        assert re.search(rf'family--{family}">\s*<svg class="shape"[^>]*>.*?</svg>\s*{name}', html, re.DOTALL)


def test_shows_a_move_of_a_rating_in_words() -> None:
    words = " ".join(re.sub(r"<[^>]+>", " ", page()).split())

    assert "The rating was: On the press It is now: Squeezed" in words


def test_links_an_error_to_its_field() -> None:
    html = page()

    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    assert f'id="{described[1]}"' in html
    assert "“pears” is not one of the choices" in html


def test_shows_differences_and_ratings_over_time() -> None:
    html = page()

    assert "<del>" in html
    assert html.count('class="area-chart__area') == 2 * len(RATINGS)
