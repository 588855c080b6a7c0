"""Plain functions that make records of an invented country."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from django.utils import timezone

from pledges import log
from pledges.actions import checkpoints, drafts, editions, reviews, site_texts
from pledges.models import (
    Checkpoint,
    Department,
    Edition,
    Editor,
    Evidence,
    Pledge,
    Promisor,
    Rating,
    Review,
    SiteText,
    Source,
    Topic,
    Verdict,
)
from pledges.signed_notes import SigningKey

_count = itertools.count(1)


@contextmanager
def clock_at(moment: str) -> Iterator[None]:
    """The clock stands at a moment, written as ISO 8601 does with its distance from UTC."""
    with mock.patch("django.utils.timezone.now", return_value=datetime.fromisoformat(moment)):
        yield


def make_editor(**fields: Any) -> Editor:
    number = next(_count)
    return Editor.objects.create_user(**{"username": f"editor{number}", "handle": f"editor-{number}", **fields})


def make_topic(**fields: Any) -> Topic:
    number = next(_count)
    return Topic.objects.create(**{"name": f"Lemons {number}", "slug": f"lemons-{number}", **fields})


def make_rating(**fields: Any) -> Rating:
    number = next(_count)
    defaults = {
        "name": f"Squeezed {number}",
        "slug": f"squeezed-{number}",
        "family": "kept",
        "definition": "Every lemon was squeezed.",
        "position": number % 30_000,  # a small number of the database
    }
    return Rating.objects.create(**(defaults | fields))


def make_source(**fields: Any) -> Source:
    number = next(_count)
    defaults = {
        "title": f"Lemon gazette {number}",
        "publisher": "Ministry of Lemons of Ruritania",
        "url": f"https://lemons.example/{number}",
        "kind": "publication",
        "published_on": "2025-03",
    }
    return Source.objects.create(**(defaults | fields))


def make_pledge(**fields: Any) -> Pledge:
    """A draft pledge without verdict or evidence, settled."""
    number = next(_count)
    promisor, _ = Promisor.objects.get_or_create(
        slug="lemon-party", defaults={"name": "Free Lemon Party", "kind": "party"}
    )
    department, _ = Department.objects.get_or_create(slug="lemons", defaults={"name": "Ministry of Lemons"})
    defaults = {
        "slug": f"lemon-{number}",
        "headline": f"A lemon for everyone, round {number}",
        "quotation": "We will give everyone a lemon",
        "promisor": promisor,
        "made_in": fields.get("made_in") or make_source(kind="manifesto"),
        "made_on": "2024-06-01",
        "topic": fields.get("topic") or make_topic(),
        "department": department,
        "background": "Lemons are *sour*.",
    }
    return drafts.settle(Pledge.objects.create(**(defaults | fields)))


def make_evidence(pledge: Pledge, **fields: Any) -> Evidence:
    sources = fields.pop("sources", None) or [make_source()]
    defaults = {
        "happened_on": "2025-03-03",
        "title": f"Lemons delivered {next(_count)}",
        "account": "A cart of lemons arrived.",
        "direction": "supports",
        "written_by": fields.get("written_by") or make_editor(),
    }
    evidence = Evidence.objects.create(pledge=pledge, **(defaults | fields))
    evidence.sources.set(sources)
    drafts.settle(pledge)
    return evidence


def make_verdict(pledge: Pledge, **fields: Any) -> Verdict:
    defaults = {
        "rating": fields.get("rating") or make_rating(),
        "effective_on": "2025-03-03",
        "summary": "Everyone has a lemon.",
        "explanation": "The carts arrived.",
        "written_by": fields.get("written_by") or make_editor(),
    }
    verdict = Verdict.objects.create(pledge=pledge, **(defaults | fields))
    drafts.settle(pledge)
    return verdict


def make_rated_pledge(**fields: Any) -> Pledge:
    """A draft pledge with one verdict and one piece of evidence."""
    pledge = make_pledge(**fields)
    make_evidence(pledge)
    make_verdict(pledge)
    return pledge


def make_review(pledge: Pledge | None = None, *, kind: str = "", change_note: str = "Something changed.") -> Review:
    pledge = pledge or make_rated_pledge()
    kind = kind or _kind_for(pledge)
    return reviews.request(Pledge.objects.get(pk=pledge.pk), kind=kind, change_note=change_note, by=make_editor())


def _kind_for(pledge: Pledge) -> str:
    if not pledge.editions.exists():
        return "first"
    return "verdict" if pledge.verdicts.filter(first_edition=None).exists() else "update"


def make_approved_review(pledge: Pledge | None = None, **options: str) -> Review:
    return reviews.approve(make_review(pledge, **options), by=make_editor())


def publish(pledge: Pledge, **options: str) -> Edition:
    """Publish the working copy by two people."""
    return editions.publish(make_approved_review(pledge, **options))


def publish_at(moment: str, pledge: Pledge, **options: str) -> Edition:
    """Publish the working copy with the clock at a moment, which nothing published before it may follow."""
    with clock_at(moment):
        return publish(pledge, **options)


def make_published_pledge(**fields: Any) -> Pledge:
    pledge = make_rated_pledge(**fields)
    publish(pledge)
    return Pledge.objects.get(pk=pledge.pk)


def make_checkpoint() -> Checkpoint:
    """Sign the log as it is now with a key that nobody keeps."""
    return checkpoints.sign(SigningKey.make(log.origin()), last=None, remember=lambda _kept: None)


def make_changed_labels() -> tuple[Promisor, Topic, Department, Rating]:
    """The labels that `change_every_field_of` gives a draft."""
    promisor, _ = Promisor.objects.get_or_create(slug="changed-party", name="Changed Party", kind="party")
    topic, _ = Topic.objects.get_or_create(slug="changed-topic", name="Changed topic")
    department, _ = Department.objects.get_or_create(slug="changed-department", name="Changed department")
    rating = Rating.objects.filter(slug="changed-rating").first()
    return promisor, topic, department, rating or make_rating(slug="changed-rating", name="Changed rating")


def make_site_text(name: str = "about", draft: str = "We count *lemons*.") -> SiteText:
    """A text of the site, not published; a flush may have taken the rows that a migration made."""
    return SiteText.objects.update_or_create(name=name, defaults={"draft": draft})[0]


def make_published_text(name: str = "about", draft: str = "We count *lemons*.") -> SiteText:
    return site_texts.publish(make_site_text(name, draft), by=make_editor())


def change_every_field_of(pledge: Pledge) -> None:
    """Make the working copy of a published pledge differ from its edition wherever it can."""
    promisor, topic, department, rating = make_changed_labels()
    changed = {
        "headline": "A changed headline",
        "quotation": "A changed quotation",
        "quotation_note": "A changed note",
        "promisor": promisor,
        "made_in": make_source(title="A changed manifesto", kind="manifesto"),
        "made_in_locator": "a changed page",
        "made_on": "2023-01",
        "topic": topic,
        "department": department,
        "kind": "abstain",
        "due_on": "2031",
        "background": "A changed background.",
        "measure": "A changed measure.",
        "slug": "changed-slug",
    }
    Pledge.objects.filter(pk=pledge.pk).update(**changed)
    cited = Source.objects.filter(evidence__pledge=pledge) | Source.objects.filter(pk=pledge.made_in_id)
    for number, source in enumerate(cited.distinct()):
        source.title, source.publisher, source.url = "Changed", "Changed", f"https://changed.example/{number}"
        source.kind, source.published_on = "news", "2001"
        source.save()
    for evidence in pledge.evidence.all():
        evidence.sources.set([make_source(title="A changed source")])
        pledge.evidence.filter(pk=evidence.pk).update(
            happened_on="2022", title="Changed", account="Changed.", quotation="Changed", direction="against"
        )
    make_evidence(pledge, title="An added event")
    make_verdict(pledge, rating=rating, summary="A changed summary.")
    pledge.replies.create(
        asked_of="The changed ministry", asked_on=timezone.localdate(), answer_by=timezone.localdate()
    )
    drafts.settle(pledge)
