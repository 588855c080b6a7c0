"""Whatever an action changes in public carries a tag that the journal gets: caches look at nothing else."""

import ast
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

import pledges.actions
import tracker.newsletter.actions
from pledges.actions import addresses, checks, drafts, labels, site_texts, verifications
from pledges.models import Evidence, Journal, Pledge, Promisor, Rating, SiteText
from tests.factories import (
    change_every_field_of,
    make_changed_labels,
    make_checkpoint,
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_topic,
    make_verdict,
    publish,
)
from tests.pages.full_site import send_issue
from tests.pages.surfaces import PICTURE, PUBLIC_SURFACES
from tests.pledges.actions.redactions.orders import redact

pytestmark = pytest.mark.django_db


class Shown(NamedTuple):
    """What a reader got, whether a cache may keep it, and by which tags."""

    status: int
    body: bytes
    is_kept: bool
    tags: frozenset[str]


def read(client: Client, paths: Iterable[str]) -> dict[str, Shown]:
    return {path: shown(client.get(path)) for path in sorted(paths)}


def shown(response: Any) -> Shown:
    is_kept = "public" in response.headers.get("Cache-Control", "")
    tags = frozenset(response.headers.get("Surrogate-Key", "").split())
    return Shown(response.status_code, response.getvalue(), is_kept, tags)


def paths_of(*pledges: Pledge) -> set[str]:
    return {surface.path_for(pledge) for surface in PUBLIC_SURFACES for pledge in pledges}


@pytest.fixture
def pledge(settings: Settings, tmp_path: Path) -> Pledge:
    """A published pledge that shows a picture."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / PICTURE).write_bytes(b"a picture")
    return make_published_pledge(background=f"See ![the carts](/media/{PICTURE}).")


@pytest.fixture
def other() -> Pledge:
    """Another one, under labels that the first can come to."""
    promisor, topic, department, _rating = make_changed_labels()
    return make_published_pledge(promisor=promisor, topic=topic, department=department)


def publish_a_first(pledge: Pledge) -> None:
    """Of known labels: a new one is told of by itself."""
    new = make_pledge(topic=pledge.topic, made_in=pledge.made_in)
    make_evidence(new)
    make_verdict(new, rating=make_changed_labels()[-1])
    publish(new)


def publish_a_verdict(pledge: Pledge) -> None:
    make_verdict(pledge, rating=make_changed_labels()[-1])
    publish(pledge)


def publish_an_update(pledge: Pledge) -> None:
    make_evidence(pledge)
    publish(pledge, kind="update")


def publish_a_correction_of_everything(pledge: Pledge) -> None:
    slug = pledge.slug
    change_every_field_of(pledge)
    Pledge.objects.filter(pk=pledge.pk).update(slug=slug)
    publish(drafts.settle(pledge), kind="correction")


def publish_a_minor_change(pledge: Pledge) -> None:
    Evidence.objects.update(account="The carts came.")
    publish(drafts.settle(pledge), kind="minor", change_note="")


def withdraw(pledge: Pledge) -> None:
    publish(pledge, kind="withdrawal")


def bring_back(pledge: Pledge) -> None:
    withdraw(pledge)
    publish(pledge, kind="update")


def archive_a_source(pledge: Pledge) -> None:
    source = pledge.evidence.get().sources.get()
    source.archived_url = "https://archive.example/lemons"
    source.save()
    drafts.settle_citing(source)


def rename(label: Any, **changes: Any) -> None:
    for name, value in {"name": "Limes", **changes}.items():
        setattr(label, name, value)
    label.save()
    labels.take_in(label)


def rename_the_promisor(pledge: Pledge) -> None:
    rename(Promisor.objects.get(pk=pledge.promisor_id), in_office_from="2024-07")


def change_the_scale(pledge: Pledge) -> None:
    rename(Rating.objects.get(verdicts__pledge=pledge), definition="Most lemons were squeezed.", position=9)


def check(pledge: Pledge) -> None:
    today = timezone.localdate()
    checks.record(pledge, checked_on=today, next_due_on=today + timedelta(days=9), by=make_editor())


def verify_the_log(_pledge: Pledge) -> None:
    verifications.record(entries=2, head="f" * 64, holds=True)


def publish_texts(_pledge: Pledge) -> None:
    for name in SiteText.Name:  # a test with transactions of its own leaves none
        text, _made = SiteText.objects.get_or_create(name=name)
        text.draft = "We count *limes*."
        text.save()
        site_texts.publish(text, by=make_editor())


CHANGES: dict[str, Callable[[Pledge], object]] = {
    "editions.publish: first": publish_a_first,
    "editions.publish: verdict": publish_a_verdict,
    "editions.publish: update": publish_an_update,
    "editions.publish: correction": publish_a_correction_of_everything,
    "editions.publish: minor": publish_a_minor_change,
    "editions.publish: withdrawal": withdraw,
    "editions.publish: brought back": bring_back,
    "redactions.redact": lambda pledge: redact(pledge, passages=["carts arrived"]),
    "redactions.redact: a picture": lambda pledge: redact(pledge, passages=[f"![the carts](/media/{PICTURE})"]),
    "addresses.move": lambda pledge: addresses.move(pledge, to="limes"),
    "checks.record": check,
    "drafts.settle_citing": archive_a_source,
    "labels.take_in: topic": lambda pledge: rename(pledge.topic, description="All that is sour."),
    "labels.take_in: department": lambda pledge: rename(pledge.department),
    "labels.take_in: promisor": rename_the_promisor,
    "labels.take_in: rating": change_the_scale,
    "labels.take_in: a new one": lambda _pledge: labels.take_in(make_topic(slug="new")),
    "labels.remove": lambda _pledge: labels.remove(make_topic()),
    "site_texts.publish": publish_texts,
    "checkpoints.sign": lambda _pledge: make_checkpoint(),
    "verifications.record": verify_the_log,
    "issues.start": lambda _pledge: send_issue(),
}
# The first says that everything changed; the second only takes the lock, and publishes by `editions`.
NOT_SWEPT = {"public_pledges.rebuild", "samples.publish"}
CHANGES_NOTHING = {"labels.take_in: a new one", "labels.remove"}  # of what no public pledge has


@pytest.mark.parametrize("name", CHANGES)
def test_what_an_action_changes_has_a_tag_that_the_journal_got(
    name: str,
    client: Client,
    pledge: Pledge,
    other: Pledge,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before, number = read(client, paths_of(pledge, other)), Journal.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[name](pledge)

    told = {tag for row in Journal.objects.order_by("number")[number:] for tag in row.tags.splitlines()}
    after = read(client, before.keys())
    changed = [path for path in before if before[path][:2] != after[path][:2]]
    assert bool(changed) != (name in CHANGES_NOTHING)
    assert [path for path in changed if before[path].is_kept and before[path].tags.isdisjoint(told)] == []


def changing_functions() -> Iterator[str]:
    """Name each function of the actions that takes `public_change()`."""
    for package in (pledges.actions, tracker.newsletter.actions):
        for module in iter_modules(package.__path__):
            source = Path(package.__path__[0], f"{module.name}.py").read_text()
            for function in ast.parse(source).body:
                if isinstance(function, ast.FunctionDef) and "with public_change()" in ast.unparse(function):
                    yield f"{module.name}.{function.name}"


def test_every_action_that_changes_something_public_is_swept() -> None:
    assert {name.partition(":")[0] for name in CHANGES} | NOT_SWEPT == set(changing_functions())
