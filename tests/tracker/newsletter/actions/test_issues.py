import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from pledges.models import Edition, Editor, Journal
from tests.factories import make_editor, make_published_pledge, make_rating
from tests.tracker.newsletter.outbox import make_draft, make_sent_issue
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.actions import issues
from tracker.newsletter.actions.issues import AlreadyStartedError, NotSendableError
from tracker.newsletter.models import Delivery, Issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> Editor:
    return make_editor()


def read(issue: Issue) -> Issue:
    return Issue.objects.get(pk=issue.pk)


def reasons(issue: Issue, by: Editor | None = None) -> list[str]:
    return issues.reasons_not_to_send(issue, by=by or make_editor())


def test_the_first_draft_looks_back_a_week(writer: Editor) -> None:
    make_published_pledge()

    issue = issues.draft(by=writer)

    assert (issue.after_sequence, issue.until_sequence, issue.written_by) == (0, 1, writer)
    assert issue.subject.startswith("Pledge Tracker: what changed until ")


def test_there_is_one_draft_whoever_asks(writer: Editor) -> None:
    assert issues.draft(by=writer) == issues.draft(by=make_editor())
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.create(subject="Another", after_sequence=0, until_sequence=0, written_by=writer)


def test_the_next_draft_begins_where_the_last_issue_ended(writer: Editor) -> None:
    make_sent_issue()
    make_published_pledge()

    issue = issues.draft(by=writer)

    assert (issue.after_sequence, issue.until_sequence) == (1, 2)


def test_a_draft_takes_in_what_came_since_and_a_started_issue_does_not(writer: Editor) -> None:
    issue = make_draft()
    make_published_pledge()
    assert issues.take_in_latest(issue).until_sequence == 1

    issue = issues.start(read(issue), by=make_editor())
    make_published_pledge()

    assert issues.take_in_latest(issue).until_sequence == 1


def test_start_freezes_the_issue_and_queues_a_message_for_each_subscriber() -> None:
    reader = make_subscription()
    for state in ("pending", "unsubscribed", "bounced", "suppressed"):
        make_subscription(state=state)
    make_subscription(wants_digest=False)
    make_published_pledge(headline="A lemon for everyone")
    editor = make_editor()

    issue = issues.start(make_draft(), by=editor)

    assert (issue.number, issue.state, issue.started_by) == (1, "sending", editor)
    assert "A lemon for everyone" in issue.sent_html
    assert f"/newsletter/leave/{issue.leave_mark}/" in issue.sent_html
    assert f"/newsletter/leave/{issue.leave_mark}/" in issue.sent_text
    assert f"https://tracker.test/newsletter/issues/{issue.number}/" in issue.sent_text
    assert [delivery.subscription for delivery in issue.deliveries.all()] == [reader]
    assert Journal.objects.latest("number").tags == "lists\nnewsletter\n"


def test_a_second_start_sends_nothing_twice() -> None:
    make_subscription()
    issue = make_draft()
    issues.start(issue, by=make_editor())

    with pytest.raises(AlreadyStartedError, match="already being sent"):
        issues.start(issue, by=make_editor())

    assert Delivery.objects.count() == 1
    assert Journal.objects.count() == 1


def test_start_refuses_what_changed_since_it_was_read() -> None:
    issue = make_draft()
    Issue.objects.update(introduction="Limes.")

    with pytest.raises(NotSendableError, match="changed since you read it"):
        issues.start(issue, by=make_editor())

    assert not Journal.objects.exists()


def test_the_frozen_copy_is_sent_whatever_is_saved_later() -> None:
    issue = make_sent_issue(introduction="Sour lemons.")

    Issue.objects.filter(pk=issue.pk).update(introduction="Sweet lemons.")

    assert "Sour lemons." in read(issue).sent_text


def test_who_wrote_it_or_saved_it_may_not_send_it(writer: Editor) -> None:
    issue, helper = make_draft(), make_editor()
    issue.introduction = "Sweet *lemons*."
    issue._history_user = helper  # type: ignore[attr-defined]
    issue.save()

    for person in (issue.written_by, helper):
        assert "neither wrote nor changed" in " ".join(reasons(issue, person))
    assert reasons(issue, writer) == []


def test_the_database_too_refuses_one_person_for_both() -> None:
    issue = make_sent_issue()

    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(started_by=issue.written_by)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"introduction": " "}, "says nothing"),
        ({"introduction": "![A lemon](/media/0.png)"}, "has a picture"),
        ({"introduction": "[" * 501}, "501"),
        ({"subject": ""}, "subject"),
    ],
)
def test_reasons_not_to_send_name_what_is_wrong(fields: dict[str, str], said: str) -> None:
    assert said in " ".join(reasons(make_draft(**fields)))


def test_reasons_not_to_send_name_a_missing_mail_server(settings: Settings) -> None:
    settings.MAIL_SERVER = None

    assert "EMAIL_URL" in " ".join(reasons(make_draft()))


def test_reasons_not_to_send_name_an_account_that_is_switched_off() -> None:
    assert "switched off" in " ".join(reasons(make_draft(), make_editor(is_active=False)))


def test_an_issue_may_say_only_what_changed() -> None:
    make_published_pledge()

    assert reasons(make_draft(introduction="")) == []


def test_pause_and_resume_say_whether_there_was_something_to_do() -> None:
    issue = make_sent_issue()

    assert [issues.pause(issue), issues.pause(issue), read(issue).state] == [True, False, "paused"]
    assert [issues.resume(issue), issues.resume(issue), read(issue).state] == [True, False, "sending"]


@pytest.mark.parametrize(
    ("state", "ends"),
    [("queued", "sending"), ("claimed", "sending"), ("sending", "sending"), ("sent", "sent"), ("unknown", "sent")],
)
def test_an_issue_is_finished_when_nothing_waits(state: str, ends: str) -> None:
    make_subscription()
    make_subscription()
    issue = make_sent_issue()
    Delivery.objects.update(state="sent")
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(state=state)

    issues.finish()

    assert read(issue).state == ends
    assert (read(issue).finished_at is None) is (ends == "sending")


def test_a_paused_issue_is_not_finished() -> None:
    issue = make_sent_issue()
    issues.pause(issue)

    issues.finish()

    assert read(issue).state == "paused"


def test_an_issue_changes_no_edition() -> None:
    make_rating()
    make_sent_issue()

    assert Edition.objects.count() == 1
