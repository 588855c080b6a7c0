import pytest

from tests.factories import make_published_pledge
from tests.pledges.commands.calling import call

pytestmark = pytest.mark.django_db


def test_rebuild_public_counts_the_pledges() -> None:
    make_published_pledge()

    assert "1 pledges rebuilt" in call("rebuild_public")
