"""Every component in every state, for whoever works on the design. Lemons only, and no database."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.charts import areas
from pledges.diffs import Difference, compare_texts
from pledges.filter_form import PledgeFilterForm
from pledges.labels import Label
from pledges.trends import Trend
from pledges.views.days import DayForm
from pledges.views.reading import reader_page

DAY = dt.datetime(2031, 5, 4, 12, tzinfo=dt.UTC)
RATINGS = [
    {"name": "Squeezed", "family": "kept"},
    {"name": "Half squeezed", "family": "partly"},
    {"name": "On the press", "family": "moving"},
    {"name": "Press has stopped", "family": "stalled"},
    {"name": "Never squeezed", "family": "broken"},
    {"name": "Too few lemons to say", "family": "undecided"},
    None,
]
CRUMBS = [{"name": "Pledges", "address": "/pledges/"}, {"name": "Citrus", "address": "#"}, {"name": "Lemons"}]
SOURCE = {
    "key": 1,
    "title": "The lemon plan",
    "publisher": "Ministry of Fruit",
    "url": "https://lemons.example/plan",
    "kind": "publication",
    "published_on": "2031-03",
}
EVIDENCE = [
    {
        "key": key,
        "happened_on": happened_on,
        "title": f"The lemons were {what}",
        "account": "Grove by grove, as **the ministry** says, [all of them](https://lemons.example/).",
        "quotation": "Every lemon counts",
        "direction": direction,
        "sources": [SOURCE, {**SOURCE, "key": 2, "kind": "news", "title": "Lemons at last", "published_on": ""}],
    }
    for key, (direction, happened_on, what) in enumerate(
        [
            ("supports", "2031-04-02", "picked"),
            ("against", "2031-05", "dropped"),
            ("neutral", "not before 2031-06", "counted"),
        ]
    )
]
EDITION = {
    "number": 2,
    "published_at": DAY,
    "sequence": 7,
    "hash": "ab" * 32,
    "short_hash": "ab" * 6,
    "get_kind_display": "New verdict",
    "change_note": "The last grove was picked.",
}
ENTRY = {
    "slug": "lemons",
    "headline": "A lemon for every kitchen",
    "kind_label": "Redaction",
    "actor": "grower",
    "approver": "taster",
    "redacts": [5, 6],
}
CORRECTION = {
    "number": 3,
    "published_at": DAY + dt.timedelta(days=9),
    "change_note": "The lemons had been limes since April.",
    "wrong": [{"rating": "Squeezed", "effective_on": "2031-04", "recorded_at": DAY, "recorded_in": 2}],
}


@reader_page
def style_guide(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "pledges/style_guide.html",
        {
            "ratings": RATINGS,
            "verdicts": [_verdict(rating) for rating in RATINGS],
            "shares": _shares([11, 4, 7, 2, 5, 1, 12]),
            "rows": [_row(rating, is_late=not number) for number, rating in enumerate(RATINGS)],
            "changes": [_change(None, RATINGS[0], "first"), *_moves(), _change(None, None, "withdrawal")],
            "crumbs": CRUMBS,
            "chips": [{"name": "Topic: Lemons", "address": "#"}, {"name": "Rating: Squeezed", "address": "#"}],
            "pager": {"previous": "#", "next": "#"},
            "pledge_filter": _wrong_filter(),
            "day_form": DayForm({"day": "31 April"}),
            "evidence": EVIDENCE,
            "sources": {1: {"archived_url": "https://archive.example/1", "link_state": "broken"}},
            "edition": EDITION,
            "edition_line": {
                "edition": EDITION,
                "before": RATINGS[2],
                "after": RATINGS[0],
                "has_moved": True,
                "can_be_compared": True,
            },
            "past": {"day": DAY.date(), "until": DAY + dt.timedelta(days=9), "corrections": [CORRECTION]},
            "correction": CORRECTION,
            "entry": {**EDITION, **ENTRY, "rating": RATINGS[0]},
            "content": {"background": "Lemons.", "verdict": RATINGS[0], "replies": ["None."]},
            "site_text": {"name": "about", "published": "## Who we are\n\nWe count *lemons*.", "published_at": DAY},
            "differences": [Difference("Background", compare_texts("Lemons are sour and few.", "Lemons are sweet."))],
            "area_chart": areas(_trend(), _Scale()),  # type: ignore[arg-type]
        },
    )


class _Scale:
    """The ratings of this page in place of those of a database."""

    def of(self, _dimension: str) -> list[Label]:
        return [
            Label("rating", key, "", rating["name"], rating["family"])
            for key, rating in enumerate(filter(None, RATINGS), start=1)
        ]


def _trend() -> Trend:
    days = [DAY.date() - dt.timedelta(days=30 * month) for month in reversed(range(6))]
    keys = [*range(1, len(RATINGS)), None]
    counted = {key: [(place + day) % 7 + 1 for day in range(6)] for place, key in enumerate(keys)}
    return Trend(days, counted, verdicts=9, inexact_verdicts=2, leaves_out_earlier=False)


def _verdict(rating: Any) -> Any:
    return rating and {
        "rating": rating,
        "summary": "All 40 lemons of the pledge were weighed, and the juice was measured twice.",
        "effective_on": "2031-05-04",
        "attribution": "",
    }


def _shares(counts: list[int]) -> list[dict[str, Any]]:
    percents = [count * 100 / sum(counts) for count in counts]
    return [
        {
            **(rating or {"name": "Not yet rated", "family": "unrated"}),
            "is_second": number == 1,
            "count": count,
            "percent": percent,
            "x": sum(percents[:number]),
            "address": "#",
        }
        for number, (rating, count, percent) in enumerate(zip(RATINGS, counts, percents, strict=True))
    ]


def _row(rating: Any, *, is_late: bool) -> dict[str, Any]:
    return {
        "slug": "lemons",
        "headline": "A lemon for every kitchen by the end of the parliament",
        "promisor": {"name": "The Lemon Party", "slug": "lemon-party"},
        "topic": {"name": "Citrus", "slug": "citrus"},
        "rating": rating,
        "made_on": "2030-06-13",
        "due_on": "2034" if is_late else "",
        "is_check_overdue": is_late,
    }


def _moves() -> list[dict[str, Any]]:
    return [_change(RATINGS[2], RATINGS[0], "verdict"), _change(None, RATINGS[4], "correction")]


def _change(before: Any, after: Any, kind: str) -> dict[str, Any]:
    return {
        "slug": "lemons",
        "headline": "A lemon for every kitchen",
        "kind": kind,
        "kind_label": kind.capitalize(),
        "published_at": DAY,
        "change_note": "The last grove was picked.",
        "before": before,
        "after": after,
        "has_moved": before != after,
        "is_withdrawn": kind == "withdrawal",
    }


def _wrong_filter() -> Any:
    form = PledgeFilterForm({"topic": "pears", "before": "nonsense"})
    form.offer({"topic": {"lemons": "Lemons (6)", "limes": "Limes (0)"}, "sort": {"changed": "Last changed"}})
    form.is_valid()
    return SimpleNamespace(form=form, chips=[])
