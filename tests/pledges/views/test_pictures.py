"""How a picture in a text is served: as a picture, and as nothing else."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.pictures import CONTENT_TYPES

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


@pytest.mark.parametrize("extension", CONTENT_TYPES)
def test_is_served_as_a_picture_that_can_do_nothing(extension: str, client: Client) -> None:
    response = client.get(f"/media/{NAME}.{extension}")

    assert (response.status_code, response.content) == (200, b"a picture")
    assert response.headers["Content-Type"] == {"jpg": "image/jpeg", "png": "image/png"}[extension]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_is_found_without_asking_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get(f"/media/{NAME}.png").status_code == 200


def test_what_is_stored_comes_back_byte_for_byte(client: Client) -> None:
    written = BytesIO()
    Image.effect_noise((300, 300), 60).save(written, "PNG")
    default_storage.save(f"{'f' * 32}.png", BytesIO(written.getvalue()))

    assert client.get(f"/media/{'f' * 32}.png").content == written.getvalue()


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
    (media / f"{NAME}.png").unlink()

    assert client.get(f"/media/{NAME}.png").status_code == 404
