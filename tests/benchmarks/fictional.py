"""A country's worth of invented pledges, the same ones every time, made quickly: editions first, then the lists from them."""

import hashlib
import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from pledges import content, log
from pledges.actions import public_pledges
from pledges.content import EvidenceContent, LabelContent, PledgeContent, RatingContent, SourceContent, VerdictContent
from pledges.models import Check, Department, Edition, Editor, Pledge, Promisor, Rating, Source, Topic
from pledges.verifier import FIRST_PREVIOUS_HASH, entry_hash

FAMILIES = ("kept", "partly", "moving", "stalled", "broken", "undecided")
EVIDENCE = 10  # of each pledge
_BATCH = 1_000
_OVERDUE = 10  # every tenth pledge should have been checked long ago
# Twelve thousand invented words, the first of which are the commonest by far, as in any language.
VOCABULARY = [
    "".join(parts)
    for parts in itertools.product("zvkbdg", "aeiou", "lmnr", ("ba", "do", "ki", "su", "pe"), "lnrx", "aeiou")
]
_WORDS_OF_A_TEXT = 80
_FIRST_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)
Made = TypeVar("Made", bound=Model)


class Country:
    """The labels and people of Ruritania, made once, and a maker of its pledges."""

    def __init__(self) -> None:
        self.topics = [_made(Topic, slug=f"topic-{n}", name=f"Fruit {n:02}") for n in range(12)]
        self.departments = [_made(Department, slug=f"department-{n}", name=f"Ministry {n:02}") for n in range(9)]
        self.promisors = [
            _made(Promisor, slug=f"promisor-{n}", name=f"Lemon Party {n}", kind="party") for n in range(2)
        ]
        self.ratings = [
            _made(
                Rating,
                slug=family,
                name=f"Lemons {family}",
                family=family,
                definition="Counted in lemons.",
                position=place,
            )
            for place, family in enumerate(FAMILIES, start=1)
        ]
        self.source = _made(
            Source,
            title="The lemon manifesto",
            publisher="Lemon Party of Ruritania",
            url="https://lemons.example/manifesto",
            kind="manifesto",
            published_on="2024-06",
        )
        self.document = SourceContent(
            self.source.pk, "The lemon manifesto", "Lemon Party", self.source.url, "manifesto", "2024-06"
        )
        self.writer, self.checker = (_made(Editor, username=name, handle=name) for name in ("writer", "checker"))

    def publish(self, count: int) -> None:
        """Publish so many pledges, each by one edition of a true chain, and make the lists from the editions."""
        last = Edition.objects.order_by("sequence").last()
        first = last.sequence + 1 if last else 1
        chain = self._chain(range(first, first + count), last.hash if last else FIRST_PREVIOUS_HASH)
        for start in range(first, first + count, _BATCH):
            numbers = range(start, min(start + _BATCH, first + count))
            Pledge.objects.bulk_create(self._pledge(number) for number in numbers)
            Edition.objects.bulk_create(edition for _, edition in zip(numbers, chain, strict=False))
            Check.objects.bulk_create(self._check(number) for number in numbers if number % _OVERDUE == 7)
        for _slug in public_pledges.rebuild():
            pass

    def _pledge(self, number: int) -> Pledge:
        said = self._content(number)
        return Pledge(
            pk=number,
            slug=f"lemon-{number}",
            headline=said.headline,
            quotation=said.quotation,
            promisor_id=said.promisor.key,
            made_in=self.source,
            made_on=said.made_on,
            topic_id=said.topic.key,
            department_id=said.department.key,
            due_on=said.due_on,
        )

    def _check(self, number: int) -> Check:
        return Check(pledge_id=number, checked_on="2020-01-01", next_due_on="2020-04-01", checked_by=self.checker)

    def _chain(self, numbers: range, previous_hash: str) -> Iterator[Edition]:
        for number in numbers:
            stored = content.write(self._content(number))
            edition = Edition(
                sequence=number,
                pledge_id=number,
                number=1,
                kind="first",
                published_at=_FIRST_MOMENT + timedelta(minutes=number),
                actor=self.writer,
                approver=self.checker,
                change_note="First published.",
                previous_hash=previous_hash,
                content=stored,
                salt=hashlib.sha256(str(number).encode()).digest(),
                content_digest=content.digest(stored),
            )
            edition.entry = log.write_entry(edition, slug=f"lemon-{number}")
            edition.hash = previous_hash = entry_hash(edition.entry)
            yield edition

    def _content(self, number: int) -> PledgeContent:
        topic, department = self.topics[number * 7 % 12], self.departments[number * 5 % 9]
        promisor = self.promisors[number % 10 // 7]
        rating = (*self.ratings, None)[number * 11 % 7]
        return PledgeContent(
            schema=content.SCHEMA,
            headline=f"A lemon for every household of district {number}",
            quotation=f"We will give every household of district {number} a lemon",
            quotation_note="",
            promisor=LabelContent(promisor.pk, promisor.slug, promisor.name),
            made_in=self.document,
            made_in_locator="",
            made_on=f"{2010 + number % 16}-{number % 12 + 1:02}",
            topic=LabelContent(topic.pk, topic.slug, topic.name),
            department=LabelContent(department.pk, department.slug, department.name),
            kind="do",
            due_on=("", "2027", f"2026-{number % 12 + 1:02}")[number % 3],
            background=_prose(number),
            measure="",
            verdicts=(_verdict(number, rating),) if rating else (),
            evidence=tuple(_evidence(number, place, self.document) for place in range(EVIDENCE)),
            replies=(),
        )


def _made(model: type[Made], **columns: Any) -> Made:
    return model._default_manager.get_or_create(**columns)[0]


def _evidence(number: int, place: int, document: SourceContent) -> EvidenceContent:
    return EvidenceContent(
        key=number * EVIDENCE + place,
        happened_on=f"2025-{place + 1:02}-03",
        title=f"Cart {place + 1} arrived in district {number}",
        account=f"It carried **{place * 7 + 5} lemons**, which were counted at the gate.\n\nNobody was left without.",
        quotation="A cart a day",
        direction=("supports", "against", "neutral")[place % 3],
        sources=(document,),
    )


def _prose(number: int) -> str:
    chance = random.Random(number)  # noqa: S311 (the same words every time)
    words = [VOCABULARY[int(len(VOCABULARY) ** chance.random()) - 1] for _ in range(_WORDS_OF_A_TEXT)]
    return f"Lemons are *sour*. {' '.join(words).capitalize()}."


def _verdict(number: int, rating: Rating) -> VerdictContent:
    return VerdictContent(
        key=number,
        rating=RatingContent(rating.pk, rating.slug, rating.name, rating.family),
        effective_on="2026",
        recorded_in=1,
        summary="The lemons were counted.",
        explanation="They were counted by hand.",
        missing="",
        asked="",
        no_primary_reason="",
        attribution="",
        corrects=0,
    )
