"""Makes up requests from a seed: the site's own addresses and forms, with something wrong in most of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from django.apps import apps
from django.db.models import Model

from tests.fuzzing.addresses import Address, Parts
from tests.fuzzing.bodies import Fields, in_parts, in_query, wrong_body
from tests.fuzzing.forms import Field, Form, Page
from tests.fuzzing.requests import HOST, Request
from tests.fuzzing.values import ELSEWHERE, hostile, percent
from tests.fuzzing.visitors import CSRF_FIELD, CSRF_SECRET, Visitor

_METHODS = ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "FOO", "get"]
_OTHER_PARAMETERS = [
    *("q", "page", "p", "o", "all", "e", "next", "sort", "before", "after", "since", "_popup", "_to_field", "format"),
    *("id__exact", "pk__in", "slug__regex", "topic__id__exact", "_changelist_filters", "app_label", "model_name"),
    *("field_name", "term", "pledge", "name", "v", "csrfmiddlewaretoken", "_save", "action", "_selected_action"),
]
_WRONG_HEADERS: dict[str, list[str]] = {
    "Host": [ELSEWHERE, "", f"{HOST}:443", f"{HOST}:99999", f"{HOST}.", HOST.upper(), f"{ELSEWHERE}@{HOST}", "[::1", "a_b", "\xff"],
    "Cookie": ["", "=", ";;;", "a=b; a=b", "__Host-session=\xff", "__Host-session=" + "a" * 32, "__Host-csrf=a", "messages=[[", "a" * 4000],
    "Accept": ["*/*;q=x", "application/json", "text/html;q=1.1, \xff", ""],
    "Accept-Encoding": ["br;q=x", "*;q=0", "identity;q=0", "gzip;q=1e999, br;q=nan", "," * 500, "\xff"],
    "Accept-Language": ["xx", "ar", "en" * 300, "\xff", "../../etc"],
    "If-None-Match": ["*", '"', 'W/"a", W/', "," * 999, '"\xff"', '"' + "a" * 4000],
    "If-Modified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 99 Foo 99999 99:99:99 GMT", "٢٠٢٥", "-1", "Mon, 01 Jan 0000 00:00:00 GMT"],
    "If-Unmodified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "never"],
    "If-Match": ["*", '"a"'],
    "Range": ["bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=0-,0-,0-", "lemons=1", f"bytes={'9' * 4000}-"],
    "X-Forwarded-For": ["127.0.0.1", "::1", "a, b", "\xff", "1.2.3.4, " * 300, "999.1.1.1", "fe80::1%eth0"],
    "X-Forwarded-Proto": ["http", "https", "gopher, https"],
    "X-Forwarded-Host": [ELSEWHERE],
    "X-Http-Method-Override": ["DELETE"],
    "X-Requested-With": ["XMLHttpRequest"],
    "Origin": ["null", f"https://{ELSEWHERE}", "https://[", "\xff", f"https://{HOST}:0x1", ""],
    "Referer": [f"https://{ELSEWHERE}/", "https://[", "//", "\xff", "https://a:b@c:d/", f"https://{HOST}:99999/"],
    "Sec-Fetch-Site": ["cross-site", "lemons"],
    "Content-Length": ["0", "1", "-1", "+1", "1e3", "99999", "999999999999", "9" * 5000, "²", "a", "1,1"],
    "Content-Type": ["a", "text/plain; charset=lemons", "multipart/form-data", "application/json; charset=utf-7", ";;", "\xff/\xff", "a/b;" * 900],
    "Content-Encoding": ["gzip", "lemons"],
    "Transfer-Encoding": ["chunked", "gzip, chunked"],
    "Expect": ["100-continue"],
    "Authorization": ["Basic ====", "Bearer " + "a" * 3000],
    "User-Agent": ["", "\x1b[31m", "\xff" * 300, "a" * 3000],
    "Upgrade": ["websocket"],
}  # fmt: skip


@dataclass
class Seen:
    """What a visitor found on the page of an address that answered."""

    forms: list[Form] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass
class Attacker:
    """Somebody with a seed; `read` fetches a page, as one must to know its forms."""

    seed: str
    visitor: Visitor
    addresses: list[Address]
    read: Callable[[Request], str]
    rng: Random = field(init=False)
    _seen: dict[str, Seen] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311 (it must come back)
        self._own = [address for address in self.addresses if address.is_for_readers != self.visitor.is_editor]

    def _chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def request(self) -> Request:
        address = self.rng.choice(self._own if self._chance(0.9) else self.addresses)
        parts = self._parts(address)
        path = address.path(parts)
        seen = self._look_at(path) if parts in address.examples else Seen()
        form = self._form(seen.forms) if self._chance(0.75) else None
        method = self.rng.choice(_METHODS) if self._chance(0.12) else "POST" if form or self._chance(0.05) else "GET"
        if form and form.action.startswith("/") and self._chance(0.9):
            path = form.action
        target = self._spoilt(path) + self._query(address, seen)
        headers, body = self._headers(), b""
        if method not in {"GET", "HEAD"} or self._chance(0.02):
            kind, body = self._body(form)
            headers = {"Content-Type": kind, **headers}
        scheme = "http" if self._chance(0.02) else "https"
        return Request(method, target, headers, body, scheme)

    def _form(self, forms: list[Form]) -> Form | None:
        """Choose a form, the larger the likelier: every page of the editors has the small one that logs out."""
        if not forms:
            return None
        form = self.rng.choices(forms, [1 + len(form.fields) ** 2 for form in forms])[0]
        return form if len(form.fields) > 1 or self._chance(0.1) else None

    def _parts(self, address: Address) -> Parts:
        parts = dict(self.rng.choice(address.examples)) if address.examples else {}
        for gap in address.gaps:
            if gap not in parts or self._chance(0.15):
                parts[gap] = hostile(self.rng)[:2_000]
        return parts

    def _spoilt(self, path: str) -> str:
        if not self._chance(0.08):
            return path
        spoils: list[Callable[[], str]] = [
            lambda: path.rstrip("/") or "//",
            lambda: f"/{path}",
            lambda: f"{path}/../{path}",
            path.upper,
            lambda: f"{path}x.css",
            lambda: f"{path};a=b",
            lambda: path + percent(hostile(self.rng)[:2_000]),
            lambda: f"/{path[1:].replace('/', '%2f')}",
            lambda: f"//{ELSEWHERE}{path}",
            lambda: f"{path}%",
            lambda: f"{path}%ff%00%zz",
        ]
        return self.rng.choice(spoils)()

    def _look_at(self, path: str) -> Seen:
        """Read a page once; what is no page, or is not shown to this visitor, has nothing on it."""
        if path not in self._seen:
            page = Page(self.read(Request("GET", path, self.visitor.headers)))
            self._seen[path] = Seen(page.forms, page.parameters)
        return self._seen[path]

    def _query(self, address: Address, seen: Seen) -> str:
        if not self._chance(0.55):
            return ""
        names = [*address.known_parameters] * 3 + [*seen.parameters] * 2 + self.rng.sample(_OTHER_PARAMETERS, 4)
        pairs = [self._pair(self.rng.choice(names), seen) for _ in range(self.rng.choice([1, 1, 2, 3, 30]))]
        if self._chance(0.02):
            pairs *= 40
        return "?" + "&".join(pairs)

    def _pair(self, name: str, seen: Seen) -> str:
        value = seen.parameters.get(name, "") if self._chance(0.3) else hostile(self.rng)
        if self._chance(0.08):
            name = self.rng.choice([f"{name}[]", f"{name}[a]", f"{name}__in", hostile(self.rng)[:200], ""])
        if self._chance(0.05):
            return self.rng.choice([percent(name), f"{percent(name)}=%zz%f", f"{percent(name)}==%%", "&;&="])
        return f"{percent(name)}={percent(value[:4_000])}"

    def _headers(self) -> dict[str, str]:
        headers = dict(self.visitor.headers)
        while self._chance(0.2):
            name = self.rng.choice(list(_WRONG_HEADERS))
            headers[name] = self.rng.choice(_WRONG_HEADERS[name])
        return headers

    def _body(self, form: Form | None) -> tuple[str, bytes]:
        if form is None or self._chance(0.15):
            return wrong_body(self.rng, [*self._token(), ("a", hostile(self.rng))])
        filled = [pair for field in form.fields for pair in self._filled(field)]
        if form.buttons:
            filled.append(self.rng.choice(form.buttons))
        return self.rng.choice([in_query, in_parts])(self._token() + self._changed(filled))

    def _token(self) -> Fields:
        return [] if self._chance(0.03) else [(CSRF_FIELD, CSRF_SECRET)]

    def _filled(self, field: Field) -> Fields:
        """Fill in a field as a person may, and leave most of what it holds."""
        if field.name == CSRF_FIELD:
            return []
        values = [value for value in field.values if value]
        if not values or self._chance(0.1):
            values = [self._plausible(field)]
        return [(field.name, value) for value in values]

    def _plausible(self, field: Field) -> str:
        if field.choices:
            return self.rng.choice(field.choices)
        if field.refers:
            app, model, name = field.refers
            related = apps.get_model(app, model)._meta.get_field(name).related_model
            assert isinstance(related, type)
            assert issubclass(related, Model)
            keys = related._default_manager.order_by("pk").values_list("pk", flat=True)[:20]
            return str(self.rng.choice([*keys, 1]))
        if field.kind == "url":
            return f"https://lemons.example/{self.rng.randrange(9)}"
        if field.name.endswith("_on"):
            return self.rng.choice(["2025-03-03", "2025-03", "2031-01-01"])
        return self.rng.choice(["lemons", "Lemons are sour.", "2025-03-03", "3", ""])

    def _changed(self, filled: Fields) -> Fields:
        """Put something wrong into a few fields, leave one out, send one twice, or add one that nobody asked for."""
        for _ in range(self.rng.choice([0, 1, 1, 1, 2, 4])):
            place = self.rng.randrange(len(filled)) if filled else 0
            name = filled[place][0] if filled else "a"
            change: list[Callable[[], None]] = [
                *[partial(filled.__setitem__, slice(place, place + 1), [(name, hostile(self.rng))])] * 6,
                partial(filled.__setitem__, slice(place, place + 1), []),
                partial(filled.append, (name, hostile(self.rng))),
                partial(filled.append, (hostile(self.rng)[:200], hostile(self.rng))),
            ]
            self.rng.choice(change)()
        return filled
