from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from pledges.charts import areas
from pledges.filter_form import KnownChoiceField, is_asked_plainly
from pledges.labels import Label, Labels
from pledges.totals import all_cells, counts
from pledges.trends import trend
from pledges.views.days import DayForm
from pledges.views.reading import page_showing


class TrendForm(forms.Form):
    """Of which topic the trends are asked for, or of all."""

    topic = KnownChoiceField(_("Topic"))

    def offer(self, topics: list[Label]) -> None:
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All topics")), *((topic.slug, topic.name) for topic in topics)]


@page_showing("lists", known=TrendForm.base_fields)
def trends(request: HttpRequest) -> HttpResponse:
    """How many pledges stood at each rating over time, of one topic or of all."""
    labels = Labels()
    in_public = counts(all_cells(), "topic")
    topics = [topic for topic in labels.of("topic") if in_public[topic.key]]
    form = TrendForm(request.GET)
    form.offer(topics)
    if not form.is_valid():
        words = {"form": form, "day_form": DayForm()}
        return render(request, "pledges/trends.html", words, status=HTTPStatus.BAD_REQUEST)
    asked = form.cleaned_data["topic"]
    answers = {"topic": asked} if asked else {}
    address = reverse("trends") + (f"?{urlencode(answers)}" if asked else "")
    if not is_asked_plainly(request.GET, answers, form.fields):
        return redirect(address)
    topic = next((topic for topic in topics if topic.slug == asked), None)
    counted = trend(topic=topic.key if topic else None, today=timezone.localdate())
    drawn = {"trend": counted, "chart": areas(counted, labels)}
    context = {"form": form, "day_form": DayForm(), "topic": topic, "address": address, **drawn}
    return render(request, "pledges/trends.html", context)
