from datetime import date
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pledges import history
from pledges.charts import shares
from pledges.labels import Labels
from pledges.views.reading import reader_page


@reader_page
def scoreboard_at(request: HttpRequest, day: date) -> HttpResponse:
    """How all pledges stood at the end of a day."""
    labels = Labels()
    is_ahead = day > timezone.localdate()
    board = None if is_ahead else history.scoreboard_at(day, labels)
    if board is None or not board.total:
        context = {"day": day, "is_ahead": is_ahead, "first_published_at": history.first_published_at()}
        return render(request, "pledges/no_scoreboard.html", context, status=HTTPStatus.NOT_FOUND)
    groups = [
        {"rating": rating, "pledges": [pledge for pledge in board.listed if pledge.rating == rating]}
        for rating in (*labels.of("rating"), None)
    ]
    return render(
        request,
        "pledges/scoreboard_at.html",
        {
            "day": day,
            "is_today": day == timezone.localdate(),
            "board": board,
            "totals": {"shares": shares(board.counted, labels)},
            "groups": [group for group in groups if group["pledges"]],
            "not_listed": board.total - board.withdrawn_since - len(board.listed),
        },
    )
