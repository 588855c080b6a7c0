from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from pytest_django import Settings

from pledges.actions import drafts, reviews
from pledges.models import Pledge
from tests.factories import make_editor, make_evidence, make_pledge, make_review, make_source, make_verdict, publish
from tests.pledges.actions.redactions.orders import NAME, SPELT


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pledge() -> Pledge:
    """A published pledge with the name in every text that an edition, a draft or a row beside them can have."""
    source = make_source(kind="manifesto", title=f"The book of {NAME}", publisher=f"{NAME} & sons")
    source.archived_url = "https://archive.example/rudolf"
    source.save()
    pledge = make_pledge(made_in=source, headline=f"A lemon for {NAME}", quotation=f"{NAME} gets a lemon")
    pledge.background, pledge.measure = f"*{SPELT}* ate it.", f"We ask {NAME}."
    pledge.quotation_note, pledge.made_in_locator = NAME, NAME
    pledge.save()
    make_evidence(pledge, title=f"{NAME} was seen", account=f"{SPELT} ate it.", quotation=NAME, sources=[source])
    pledge.replies.create(
        asked_of=NAME, asked_on="2026-01-01", answer_by="2026-01-08", answered_on="2026-01-02", answer=NAME
    )
    texts = dict.fromkeys(("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution"), NAME)
    make_verdict(pledge, **texts)
    publish(pledge, change_note="The first time.")
    pledge.refresh_from_db()
    pledge.background = "Nobody ate it."
    pledge.save()
    drafts.settle(pledge)
    publish(pledge, change_note="The second time.")
    make_verdict(pledge, summary=f"A draft on {NAME}.")
    review = make_review(pledge, change_note=f"About {NAME}.")
    reviews.send_back(review, by=make_editor(), comment=f"No word of {NAME}.")
    LogEntry.objects.create(user=make_editor(), object_repr=f"A lemon for {NAME}", action_flag=2, change_message=NAME)
    return Pledge.objects.get(pk=pledge.pk)
