"""The forms of a page, as a browser would send them if nobody typed anything, and the addresses it links to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

Attributes = dict[str, str]
_NOT_SENT = {"submit", "button", "image", "reset"}


@dataclass
class Field:
    """A field by its name: what it holds, what it offers, and of which record it names a row."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    refers: tuple[str, str, str] | None = None  # app, model and field, as the admin's own script reads them


@dataclass
class Form:
    """A form that is sent by POST, to `action` or, where that is empty, to the address of its page."""

    action: str = ""
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """Reads a page; `parameters` are the names that its links and search forms use, with a value of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.parameters: dict[str, str] = {}
        self._form: Form | None = None
        self._is_search = False
        self._select: Field | None = None
        self._text: Field | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        match tag:
            case "form":
                self._begin_form(attributes)
            case "a":
                self.parameters |= dict(parse_qsl(urlsplit(attributes.get("href", "")).query, keep_blank_values=True))
            case "option" if self._select is not None:
                self._take_option(self._select, attributes)
            case "input" | "select" | "textarea" | "button" if attributes.get("name"):
                self._take_field(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._form, self._is_search = None, False
            case "select":
                self._select = None
            case "textarea":
                self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.values[0] += data.removeprefix("\n")

    def _begin_form(self, attributes: Attributes) -> None:
        self._is_search = attributes.get("method", "get").lower() != "post"
        if not self._is_search:
            self._form = Form(attributes.get("action", ""))
            self.forms.append(self._form)

    def _take_field(self, tag: str, attributes: Attributes) -> None:
        name, kind = attributes["name"], attributes.get("type", tag).lower()
        if self._is_search:
            self.parameters[name] = attributes.get("value", "")
        elif self._form is not None and (tag == "button" or kind in _NOT_SENT):
            self._form.buttons.append((name, attributes.get("value", "")))
        elif self._form is not None:
            self._add(self._form, Field(name, kind, refers=_refers(attributes)), attributes)

    def _add(self, form: Form, new: Field, attributes: Attributes) -> None:
        form.fields.append(new)
        if new.kind.startswith("select"):
            self._select = new
        elif new.kind == "textarea":
            self._text, new.values = new, [""]
        elif new.kind not in {"checkbox", "radio"}:
            new.values = [attributes.get("value", "")]
        else:
            new.choices = [attributes.get("value", "on")]
            new.values = list(new.choices) if "checked" in attributes else []

    def _take_option(self, select: Field, attributes: Attributes) -> None:
        select.choices.append(attributes.get("value", ""))
        if "selected" in attributes:
            select.values.append(select.choices[-1])


def _refers(attributes: Attributes) -> tuple[str, str, str] | None:
    names = [attributes.get(f"data-{name}", "") for name in ("app-label", "model-name", "field-name")]
    return (names[0], names[1], names[2]) if all(names) else None
