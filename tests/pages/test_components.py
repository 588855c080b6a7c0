"""A component is one template that says what it needs, one style sheet of the same name, and a place in the style guide."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STYLES = Path(settings.BASE_DIR) / "static" / "css"
COMPONENTS = {path.stem: path.read_text() for path in sorted((TEMPLATES / "components").glob("*.html"))}
EVERY_COMPONENT = pytest.mark.parametrize("name", COMPONENTS)


def sheets() -> set[str]:
    return {path.stem for path in (STYLES / "components").glob("*.css")}


def included_by(template: str) -> set[str]:
    """Give the components that a template includes, or shows by a tag of the same name."""
    tags = set(re.findall(r"{% (\w+) ", template)) & COMPONENTS.keys()
    return tags | set(re.findall(r'"components/(\w+)\.html"', template))


def shown_in_the_style_guide() -> set[str]:
    """Give what it includes, and what that includes in turn."""
    shown: set[str] = set()
    found = included_by((TEMPLATES / "pledges" / "style_guide.html").read_text())
    while found - shown:
        shown |= found
        found = set().union(*(included_by(COMPONENTS[name]) for name in shown))
    return shown


def test_every_style_sheet_of_a_component_has_its_template_and_is_loaded() -> None:
    loaded = re.findall(r'@import url\("components/(\w+)\.css"\)', (STYLES / "site.css").read_text())

    assert sheets() <= COMPONENTS.keys()
    assert sorted(loaded) == sorted(sheets())


@EVERY_COMPONENT
def test_what_styles_a_component_stands_in_its_own_sheet(name: str) -> None:
    block = name.replace("_", "-")
    begins = re.compile(rf"^\s*\.{block}(__|--|[ ,:.{{])", re.MULTILINE)

    styled_in = {
        path.relative_to(STYLES).as_posix() for path in STYLES.rglob("*.css") if begins.search(path.read_text())
    }

    assert styled_in - {"print.css"} <= {f"components/{name}.css"}


@EVERY_COMPONENT
def test_a_component_says_what_it_needs_and_sees_nothing_else(name: str) -> None:
    comment = re.match(r"{#.*?#}|{% comment %}.*?{% endcomment %}", COMPONENTS[name], re.DOTALL)
    includes = re.findall(r"{% include [^%]*%}", COMPONENTS[name])

    assert comment
    assert "Needs:" in comment[0]
    assert all(include.endswith(" only %}") for include in includes)


def test_the_style_guide_shows_every_component() -> None:
    assert shown_in_the_style_guide() == COMPONENTS.keys()


def test_every_component_is_used_by_a_page() -> None:
    pages = [path.read_text() for path in TEMPLATES.rglob("*.html") if path.name != "style_guide.html"]

    assert set().union(*map(included_by, pages)) == COMPONENTS.keys()
