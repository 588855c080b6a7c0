"""What has to go from a pledge's page goes from the issues that told of it, too."""

import pytest

from pledges.actions import echoes, redactions
from pledges.actions.redactions import Order
from pledges.actions.traces import remaining
from pledges.models import Pledge
from pledges.removal import Removal
from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.outbox import FakeCourier, make_draft, make_sent_issue, parts
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.actions import issues
from tracker.newsletter.models import Issue
from tracker.newsletter.sender import Sender

pytestmark = pytest.mark.django_db
NAME = "Rudolf & Rassendyll"


@pytest.fixture
def pledge() -> Pledge:
    return make_published_pledge(headline=f"A lemon for {NAME}")


def redact(pledge: Pledge) -> set[str]:
    """Redact the name from a pledge and whatever repeats it; gives the tags."""
    order = Order("A name was removed.", make_editor(is_superuser=True), make_editor(is_superuser=True), [NAME])
    tags = set(redactions.redact(pledge, order).tags)
    echoes.remove(pledge, Removal([NAME]), tags)
    return tags


def stored(issue: Issue) -> str:
    row = Issue.objects.get(pk=issue.pk)
    return "\n".join([row.subject, row.introduction, row.sent_html, row.sent_text])


@pytest.mark.parametrize(
    "introduction", [f"Dear {NAME}.", "Dear **Rudolf** & *Rassendyll*.", "Dear Rudolf &\nRassendyll.", "Lemons."]
)
def test_an_issue_and_its_history_and_copies_say_it_no_more(introduction: str, pledge: Pledge) -> None:
    draft = make_draft(subject=f"{NAME} moved")
    draft.introduction = introduction
    draft._history_user = make_editor()  # type: ignore[attr-defined]
    draft.save()
    issue = issues.start(draft, by=make_editor())
    assert "Rassendyll" in stored(issue)

    assert "newsletter" in redact(pledge)

    assert "Rassendyll" not in stored(issue)
    assert "[removed]" in stored(issue)
    assert not Issue.history.filter(introduction__contains="Rassendyll").exists()
    assert [place for place in remaining(Removal(["Rassendyll"])) if isinstance(place.row, Issue)] == []


def test_it_says_of_each_row_what_it_held_and_what_is_left(pledge: Pledge) -> None:
    make_sent_issue(introduction=f"Dear {NAME}.")

    trace, *_of_history = echoes.remove(pledge, Removal([NAME]), set())

    assert isinstance(trace.row, Issue)
    assert (trace.row.introduction, trace.changes["introduction"]) == (f"Dear {NAME}.", "Dear [removed].")
    assert {"sent_html", "sent_text"} <= trace.changes.keys()


def test_a_draft_loses_it_and_stays_a_draft(pledge: Pledge) -> None:
    draft = make_draft(introduction=f"Dear {NAME}.")

    redact(pledge)

    row = Issue.objects.get(pk=draft.pk)
    assert (row.introduction, row.state, row.sent_html) == ("Dear [removed].", "draft", "")


def test_a_subject_stays_as_short_as_the_database_holds(pledge: Pledge) -> None:
    issue = make_draft(subject="Ann " * 29)

    echoes.remove(pledge, Removal(["Ann"]), set())

    assert len(Issue.objects.get(pk=issue.pk).subject) <= 120


def test_an_issue_that_tells_of_other_pledges_stays_as_it_is(pledge: Pledge) -> None:
    make_sent_issue()
    Issue.objects.update(sent_html="As it was sent.", after_sequence=1)

    assert "newsletter" not in redact(pledge)

    assert Issue.objects.get().sent_html == "As it was sent."


def test_a_sender_that_is_under_way_goes_on_without_it(pledge: Pledge) -> None:
    courier = FakeCourier()
    sender = Sender(courier)
    for _ in range(2):
        make_subscription()
    issue = issues.start(make_draft(), by=make_editor())
    last = issue.deliveries.latest("pk")
    type(last).objects.filter(pk=last.pk).update(state="failed")
    sender.work_off_batch(lambda: False)
    redact(pledge)

    type(last).objects.filter(pk=last.pk).update(state="queued")
    sender.work_off_batch(lambda: False)

    first, second = ("".join(parts(message)) for _address, message in courier.taken)
    assert "Rassendyll" in first
    assert "Rassendyll" not in second
