"""A site on which everything that a page can show is shown."""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from pledges.actions import checks, site_texts, verifications
from pledges.models import Department, Family, Pledge, Promisor, SiteText, Source
from tests.factories import (
    make_checkpoint,
    make_editor,
    make_evidence,
    make_pledge,
    make_rating,
    make_source,
    make_topic,
    make_verdict,
    publish,
)
from tests.pages.surfaces import CONFIRM_TOKEN, LEAVE_TOKEN, PICTURE
from tests.tracker.newsletter.people import make_sign_up, make_subscription
from tracker.environment import MailServer
from tracker.newsletter import tokens
from tracker.newsletter.actions import issues
from tracker.newsletter.models import SignUp

PROSE = f"""## A heading

Lemons are *sour*, **yellow** and ~~sweet~~.[^1] See [the grove](https://lemons.example/grove).

> They grow on trees.

| Year | Lemons |
| ---- | -----: |
| 2025 | 1,000  |

1. Squeeze
2. Pour

- one
- two

![A cart of lemons](/media/{PICTURE})

[^1]: So says the gazette.
"""


def make_full_site() -> Pledge:
    """Publish texts of the site, a pledge of every family, an unrated one, and one that shows everything; gives that."""
    editor = make_editor()
    for site_text in SiteText.objects.all():
        site_text.draft = PROSE
        site_text.save()
        site_texts.publish(site_text, by=editor)
    Path(settings.MEDIA_ROOT).mkdir(exist_ok=True)
    (Path(settings.MEDIA_ROOT) / PICTURE).write_bytes(b"a picture")
    topic = make_topic(description="All that is sour.")
    for family in Family.values:
        rated = make_pledge(topic=topic)
        make_evidence(rated)
        make_verdict(rated, rating=make_rating(family=family), missing="A count.", asked="The ministry.")
        publish(rated)
    publish(make_pledge(topic=topic))
    pledge = _pledge_with_everything(topic=topic)
    send_issue()
    return pledge


def send_issue() -> None:
    """Make the first issue of the newsletter public; that needs no mail server."""
    issue = issues.draft(by=make_editor())
    issue.subject, issue.introduction = "Lemons moved", "Lemons are *sour*."
    issue.save()
    with override_settings(MAIL_SERVER=MailServer("file", folder=Path("/nowhere"))):
        issues.start(issue, by=make_editor())


def _pledge_with_everything(**fields: object) -> Pledge:
    pledge = _pledge_with_every_text(**fields)
    _add_evidence_and_replies(pledge)
    _rate_and_correct(pledge)
    for source in Source.objects.filter(title__contains="broken"):
        source.link_state, source.archived_url = "broken", "https://archive.example/lemons"
        source.save()
    today = timezone.localdate()
    checks.record(
        pledge, checked_on=today - timedelta(days=99), next_due_on=today - timedelta(days=9), by=make_editor()
    )
    make_reader(pledge)
    make_checkpoint()
    verifications.record(entries=3, head="f" * 64, holds=False, first_broken=2)
    return Pledge.objects.get(pk=pledge.pk)


def _pledge_with_every_text(**fields: object) -> Pledge:
    promisor = Promisor.objects.create(
        name="Lemon Government", slug="lemon-government", kind="government", in_office_from="2024-07"
    )
    return make_pledge(
        **fields,
        headline="A lemon for everyone & their neighbour",
        quotation="We will give “everyone” a lemon, <whatever> it costs",
        quotation_note="As heard on the wireless.",
        promisor=promisor,
        department=Department.objects.create(name="Ministry of Citrus", slug="citrus"),
        made_in=make_source(kind="manifesto", published_on="2024-05-30"),
        made_in_locator="page 7",
        kind="maintain",
        due_on=f"{timezone.localdate().year + 1}",
        background=PROSE,
        measure="Carts of lemons, as the ministry counts them.",
    )


def _add_evidence_and_replies(pledge: Pledge) -> None:
    for direction in ("supports", "against", "neutral"):
        make_evidence(
            pledge,
            direction=direction,
            account=PROSE,
            quotation="A cart a day",
            happened_on="not before 2025-01" if direction == "neutral" else "2025-02-03",
            sources=[make_source(), make_source(kind="news", published_on="", title="A “broken” link & more")],
        )
    pledge.replies.create(asked_of="The ministry", asked_on=date(2025, 1, 1), answer_by=date(2025, 2, 1))
    pledge.replies.create(
        asked_of="The Lemon Party",
        asked_on=date(2025, 1, 1),
        answer_by=date(2025, 2, 1),
        answered_on=date(2025, 1, 9),
        answer=PROSE,
    )


def _rate_and_correct(pledge: Pledge) -> None:
    wrong = make_verdict(pledge, explanation=PROSE, no_primary_reason="None was printed.")
    publish(pledge)
    make_verdict(
        pledge,
        rating=make_rating(family="undecided"),
        corrects=wrong,
        effective_on="2025-06",
        missing="A count of the carts.",
        asked="The ministry, twice.",
    )
    publish(pledge, kind="correction", change_note="The first count was of limes.")


def make_reader(pledge: Pledge) -> None:
    """Somebody who gets everything, and asks once more: the pages behind the links of mails are about them."""
    leave, confirm = (tokens.token_hash(token) for token in (LEAVE_TOKEN, CONFIRM_TOKEN))
    subscription = make_subscription(follows=pledge, leave_token=LEAVE_TOKEN, leave_hash=leave)
    sign_up = make_sign_up(str(subscription.address), pledge=pledge, digest=True)
    SignUp.objects.filter(pk=sign_up.pk).update(
        subscription=subscription,
        worked_off_at=sign_up.asked_at,
        token=CONFIRM_TOKEN,
        token_hash=confirm,
        expires_at=sign_up.asked_at + timedelta(hours=72),
    )
    for kind, how, wording in (("asked", "form", sign_up.wording), ("changed", "link", None)):
        subscription.events.create(
            kind=kind, how=how, wording=wording, happened_at=sign_up.asked_at, gets=f"digest {pledge.slug}"
        )
