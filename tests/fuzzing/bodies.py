"""How a form is written into the body of a request, rightly and wrongly."""

from collections.abc import Callable
from random import Random

from tests.fuzzing.values import hostile, hostile_json, percent, to_bytes

Fields = list[tuple[str, str]]
_QUERY, _BOUNDARY = "application/x-www-form-urlencoded", "lemons"
_PARTS = f"multipart/form-data; boundary={_BOUNDARY}"
_PICTURE = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def in_query(fields: Fields) -> tuple[str, bytes]:
    return _QUERY, "&".join(f"{percent(name)}={percent(value)}" for name, value in fields).encode()


def in_parts(fields: Fields) -> tuple[str, bytes]:
    parts = [_part(f'name="{name}"'.replace("\r\n", " "), to_bytes(value)) for name, value in fields]
    return _PARTS, b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])


def _part(disposition: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return to_bytes(head) + content + b"\r\n"


def wrong_body(rng: Random, fields: Fields) -> tuple[str, bytes]:
    """Give a body that no form of this site sends."""
    kind = rng.choice(
        [_QUERY, _PARTS, "application/json", "application/csp-report", "application/reports+json", "text/plain", ""]
    )
    whole = in_parts(fields)[1]
    bodies: list[Callable[[], bytes]] = [
        lambda: b"",
        lambda: in_query(fields)[1],
        lambda: whole,
        lambda: whole[: rng.randrange(len(whole))],
        lambda: whole + _part(f'name="image"; filename="{hostile(rng)[:300]}"', _PICTURE),
        lambda: _part('name="image"; filename="a.gif"\r\nContent-Transfer-Encoding: base64', b"===") + whole,
        lambda: _part("name*=utf-8''%ff%00; filename*=lemons'", b"a") + whole,
        lambda: hostile_json(rng),
        lambda: to_bytes(hostile(rng)),
        lambda: b"a=b&" * 1_100,
        lambda: b"a=" + b"b" * 2_600_000,
        lambda: bytes(range(256)) * 9,
    ]
    return kind, rng.choice(bodies)()
