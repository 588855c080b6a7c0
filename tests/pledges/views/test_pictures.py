"""How a picture in a text is served: as a picture, and as nothing else."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.actions import drafts
from pledges.models import Pledge
from pledges.pictures import CONTENT_TYPES
from tests.factories import (
    make_editor,
    make_pledge,
    make_published_pledge,
    make_published_text,
    make_site_text,
    publish,
)
from tests.pledges.admin.conftest import signed_in
from tracker.page_cache.unavailable import REFUSAL, SILENT

pytestmark = pytest.mark.django_db

NAME = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder with pictures, beside a file that is none of the public's business."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (tmp_path / "secret.png").write_bytes(b"a secret")
    for extension in ("jpg", "png", "svg", "html"):
        (settings.MEDIA_ROOT / f"{NAME}.{extension}").write_bytes(b"a picture")
    (settings.MEDIA_ROOT / "notes.png").write_bytes(b"a secret")
    return Path(settings.MEDIA_ROOT)


SHOWN = f"![A lemon](/media/{NAME}.jpg) ![A lime](/media/{NAME}.png)"


@pytest.mark.parametrize("extension", CONTENT_TYPES)
def test_is_served_as_a_picture_that_can_do_nothing(extension: str, client: Client) -> None:
    make_published_pledge(background=SHOWN)

    response = client.get(f"/media/{NAME}.{extension}")

    assert (response.status_code, response.content) == (200, b"a picture")
    assert response.headers["Content-Type"] == {"jpg": "image/jpeg", "png": "image/png"}[extension]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=0, s-maxage=1," in response.headers["Cache-Control"]
    assert response.headers["Surrogate-Key"] == f"site picture:{NAME}.{extension}"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_browser_that_asks_again_is_not_sent_it_again(client: Client) -> None:
    make_published_pledge(background=SHOWN)
    etag = client.get(f"/media/{NAME}.png").headers["ETag"]

    again = client.get(f"/media/{NAME}.png", HTTP_IF_NONE_MATCH=etag)

    assert (again.status_code, again.content) == (304, b"")


def test_what_is_stored_comes_back_byte_for_byte(client: Client) -> None:
    written = BytesIO()
    Image.effect_noise((300, 300), 60).save(written, "PNG")
    default_storage.save(f"{'f' * 32}.png", BytesIO(written.getvalue()))
    make_published_text(draft=f"![Noise](/media/{'f' * 32}.png)")

    assert client.get(f"/media/{'f' * 32}.png").content == written.getvalue()


def status(client: Client) -> int:
    return client.get(f"/media/{NAME}.png").status_code


def test_of_a_draft_readers_get_none(client: Client) -> None:
    make_pledge(background=SHOWN)
    make_site_text(draft=SHOWN)

    assert status(client) == 404


def test_a_past_edition_keeps_its_picture(client: Client) -> None:
    pledge = make_published_pledge(background=SHOWN)
    Pledge.objects.update(background="None.")
    publish(drafts.settle(pledge))

    assert status(client) == 200


def test_of_a_withdrawn_pledge_readers_get_none_until_it_is_brought_back(client: Client) -> None:
    pledge = make_published_pledge(background=SHOWN)

    publish(pledge, kind="withdrawal")
    assert status(client) == 404

    publish(pledge, kind="update")
    assert status(client) == 200


def test_while_the_database_is_gone_nobody_gets_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    environ: dict[str, Any] = {REFUSAL: SILENT}

    with django_assert_num_queries(0):
        assert client.get(f"/media/{NAME}.png", **environ).status_code == 503


def test_what_only_the_withdrawal_shows_is_not_brought_back(client: Client) -> None:
    pledge = make_published_pledge()
    for kind, background in (("withdrawal", SHOWN), ("update", "None.")):
        Pledge.objects.update(background=background)
        publish(drafts.settle(pledge), kind=kind)

    assert status(client) == 404


def test_what_another_pledge_shows_too_stays(client: Client) -> None:
    pledge, _other = make_published_pledge(background=SHOWN), make_published_pledge(background=SHOWN)

    publish(pledge, kind="withdrawal")

    assert status(client) == 200


def test_an_editor_gets_every_one_in_the_preview_of_a_draft(client: Client, settings: Settings) -> None:
    settings.IS_LOOPBACK = True  # no second factor
    pledge, desk = make_pledge(background=SHOWN), signed_in(make_editor(is_staff=True, is_superuser=True))
    html = desk.get(f"/admin/pledges/pledge/{pledge.pk}/preview/").content.decode()

    (address,) = re.findall(rf'src="([^"]*{NAME}.png)"', html)

    response = desk.get(address)
    assert (response.status_code, response.content) == (200, b"a picture")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("", f"{'9' * 32}.png", "notes.png", f"{NAME}.svg", f"{NAME}.html", f"{NAME}.PNG", f"{NAME}.png/", f"{NAME}"),
        *("../secret.png", "..%2fsecret.png", "%2e%2e/secret.png", "..\\secret.png", "/etc/passwd", f"x/{NAME}.png"),
        *(f"../media/{NAME}.png", f"{NAME}.png%00", f"{NAME}.png%0a", f"{NAME.upper()}.png", f"{NAME}.png.html"),
        *(f"{NAME[:-1]}.png", f"{NAME}0.png", f"{NAME}_abcdefg.png", f"{'٣' * 32}.png", f"{NAME}%2epng.jpg"),
    ],
)
def test_any_other_name_is_a_page_that_is_not_there(path: str, client: Client) -> None:
    response = client.get(f"/media/{path}")

    assert response.status_code == 404
    assert b"There is no such page" in response.content
    assert b"secret" not in response.content
    assert not response.cookies


def test_a_picture_that_was_taken_down_is_not_there(media: Path, client: Client) -> None:
    make_published_pledge(background=SHOWN)
    (media / f"{NAME}.png").unlink()

    assert client.get(f"/media/{NAME}.png").status_code == 404
