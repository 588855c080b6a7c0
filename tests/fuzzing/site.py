"""The site that is attacked: all that a page can show, and work in progress for every button of the editors."""

from pledges.models import Pledge
from tests.factories import make_approved_review, make_published_pledge, make_rated_pledge, make_review, publish
from tests.pages.full_site import make_full_site


def make_attacked_site() -> list[Pledge]:
    """Give a pledge that shows everything, a plain one and a withdrawn one."""
    shown, plain, withdrawn = make_full_site(), make_published_pledge(), make_published_pledge()
    publish(withdrawn, kind="withdrawal", change_note="A court may yet decide.")
    make_review()
    make_approved_review()
    make_rated_pledge()
    return [shown, plain, withdrawn]
