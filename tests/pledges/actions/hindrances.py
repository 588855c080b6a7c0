"""What stands in the way of a publication, in one text."""

from pledges.actions.publishing_rule import reasons_not_to_publish
from pledges.models import Editor, Pledge
from tests.factories import make_editor, make_review


def reasons(pledge: Pledge, *, by: Editor | None = None, **options: str) -> str:
    return " ".join(reasons_not_to_publish(make_review(pledge, **options), by=by or make_editor()))
