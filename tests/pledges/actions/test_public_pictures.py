from importlib import import_module

import pytest
from django.apps import apps

from pledges.actions import public_pictures, public_pledges
from pledges.models import PublicPicture
from tests.factories import make_published_pledge, publish
from tests.pages.surfaces import PICTURE

pytestmark = pytest.mark.django_db

SHOWN = f"![A lemon](/media/{PICTURE})"


def stored() -> set[tuple[int, str]]:
    return set(PublicPicture.objects.values_list("pledge_id", "name"))


def test_each_pledge_has_the_pictures_that_it_shows() -> None:
    pledge, withdrawn = make_published_pledge(background=SHOWN), make_published_pledge(background=SHOWN)
    make_published_pledge()
    publish(withdrawn, kind="withdrawal")

    assert stored() == {(pledge.pk, PICTURE)}
    assert not list(public_pictures.differences())


@pytest.mark.parametrize("how", ["rebuild", "migration"])
def test_they_can_be_made_again(how: str) -> None:
    withdrawn, pledge = make_published_pledge(background=SHOWN), make_published_pledge(background=SHOWN)
    publish(withdrawn, kind="withdrawal")
    PublicPicture.objects.all().delete()
    assert list(public_pictures.differences())

    if how == "rebuild":
        list(public_pledges.rebuild())
    else:
        import_module("pledges.migrations.0017_public_pictures").fill(apps, None)

    assert stored() == {(pledge.pk, PICTURE)}
