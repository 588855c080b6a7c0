"""What differs between two contents, field by field, in words for readers."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from pledges.content import EvidenceContent, PledgeContent, ReplyContent, SourceContent, VerdictContent
from pledges.dates import PartialDate
from pledges.diffs import Difference, Effort, compare_texts
from pledges.models import Evidence, Pledge, Source


class Line(NamedTuple):
    """One text of the page; `place` finds it again in another content, `label` names it for readers."""

    place: tuple[str, int, str]
    label: str
    text: str


def compare_contents(old: PledgeContent, new: PledgeContent) -> list[Difference]:
    """Give what the new content says differently, in the order of the page.

    What an older schema could not say counts as not said. All texts together take a bounded time.
    """
    before = {line.place: line for line in _lines(old)}
    after = {line.place: line for line in _lines(new)}
    effort = Effort()
    changes = []
    for place, line in {**after, **{place: line for place, line in before.items() if place not in after}}.items():
        was, is_now = (lines[place].text if place in lines else "" for lines in (before, after))
        if was != is_now:
            changes.append(Difference(line.label, compare_texts(was, is_now, effort)))
    return changes


def _lines(content: PledgeContent) -> Iterator[Line]:
    texts = {
        _("Headline"): content.headline,
        _("Quotation"): content.quotation,
        _("Wording"): content.quotation_note,
        _("Promisor"): content.promisor.name,
        _("Made in"): _source(content.made_in),
        _("Where in it"): content.made_in_locator,
        _("Made on"): _date(content.made_on),
        _("Topic"): content.topic.name,
        _("Department"): content.department.name,
        _("Kind of pledge"): _name(Pledge.Kind, content.kind),
        _("Due"): _date(content.due_on),
        _("How we will tell"): content.measure,
        _("Background"): content.background,
    }
    yield from (Line(("page", 0, label), label, text) for label, text in texts.items())
    for verdict in content.verdicts:
        yield from _verdict(verdict, content)
    for evidence in content.evidence:
        yield from _evidence(evidence)
    for reply in content.replies:
        yield from _reply(reply)


def _verdict(verdict: VerdictContent, content: PledgeContent) -> Iterator[Line]:
    name = _named(verdict)
    corrected = [other for other in content.verdicts if other.key == verdict.corrects]
    texts = {
        _("rating"): f"{verdict.rating.name}, {_date(verdict.effective_on)}",
        _("summary"): verdict.summary,
        _("explanation"): verdict.explanation,
        _("what is missing"): verdict.missing,
        _("who was asked"): verdict.asked,
        _("about the sources"): verdict.no_primary_reason,
        _("whose rating"): verdict.attribution,
        _("verdict that it puts right"): "".join(map(_named, corrected)),
    }
    yield from (Line(("verdict", verdict.key, part), f"{name}: {part}", text) for part, text in texts.items())


def _named(verdict: VerdictContent) -> str:
    return _("Verdict “%(rating)s” (%(when)s)") % {"rating": verdict.rating.name, "when": _date(verdict.effective_on)}


def _evidence(evidence: EvidenceContent) -> Iterator[Line]:
    name = _("Evidence “%(title)s” (%(when)s)") % {"title": evidence.title, "when": _date(evidence.happened_on)}
    texts = {
        _("title"): evidence.title,
        _("date"): _date(evidence.happened_on),
        _("account"): evidence.account,
        _("quotation"): evidence.quotation,
        _("direction"): _name(Evidence.Direction, evidence.direction),
        _("sources"): "\n".join(map(_source, evidence.sources)),
    }
    yield from (Line(("evidence", evidence.key, part), f"{name}: {part}", text) for part, text in texts.items())


def _reply(reply: ReplyContent) -> Iterator[Line]:
    name = _("Right of reply, %(who)s") % {"who": reply.asked_of}
    texts = {
        _("who was asked"): reply.asked_of,
        _("asked on"): _date(reply.asked_on),
        _("answer asked for by"): _date(reply.answer_by),
        _("answered on"): _date(reply.answered_on),
        _("answer"): reply.answer,
    }
    yield from (Line(("reply", reply.key, part), f"{name}: {part}", text) for part, text in texts.items())


def _source(source: SourceContent) -> str:
    parts = (source.title, source.publisher, _date(source.published_on), _name(Source.Kind, source.kind), source.url)
    return ", ".join(part for part in parts if part)


def _date(stored: str) -> str:
    return str(PartialDate.parse(stored)) if stored else ""


def _name(choices: type[TextChoices], value: str) -> str:
    """Give a choice in words; an old edition may hold one that this release no longer has."""
    return str(dict(choices.choices).get(value, value))
