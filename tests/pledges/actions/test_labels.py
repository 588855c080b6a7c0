import pytest

from pledges import standing_facts
from pledges.actions import drafts, labels
from pledges.models import Journal, Pledge
from tests.factories import make_published_pledge

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["topic", "department", "promisor", "rating"])
def test_a_renamed_label_is_journalled_and_makes_drafts_differ(name: str) -> None:
    pledge = make_published_pledge()
    label = pledge.verdicts.get().rating if name == "rating" else getattr(pledge, name)
    label.name = "Renamed"
    label.save()

    labels.take_in(label)

    assert Journal.objects.latest("number").tags == f"{standing_facts.mark(label)}\nsite\n"
    assert drafts.has_unpublished_changes(Pledge.objects.get())
