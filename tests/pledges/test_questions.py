from django.db import connection
from django.db.models import Count, Value
from django.test.utils import CaptureQueriesContext

from pledges.models import Topic
from pledges.questions import Question


def test_a_question_is_answered_anew_each_time(db: None) -> None:
    question = Question(Topic.objects.order_by("slug").values_list("slug"))
    Topic.objects.create(slug="lemons", name="Lemons")
    assert list(question.rows()) == [("lemons",)]
    Topic.objects.create(slug="limes", name="Limes")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert list(question.rows()) == [("lemons",), ("limes",)]
    assert len(queries) == 1


def test_conditions_and_counts_are_kept(db: None) -> None:
    Topic.objects.create(slug="lemons", name="Lemons")
    named = Topic.objects.order_by().filter(slug="lemons").values(kind=Value("topic")).annotate(total=Count("*"))
    assert list(Question(named.values_list("kind", "total")).rows()) == [("topic", 1)]
