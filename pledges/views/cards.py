import re
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from pledges import history
from pledges.content import read
from pledges.history import PastEdition
from pledges.models import Edition
from pledges.share_card import VERSION, share_card
from pledges.views.editions import gone
from pledges.views.pledges import elsewhere
from pledges.views.reading import page_showing

_NUMBER = re.compile("[1-9][0-9]{0,8}")  # as in addresses of editions


@page_showing("pledge:{slug}", known=["v"])
def pledge_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture for links to a pledge: of its current edition, or of the one that `v` names, as far as that has a page."""
    past = _asked(request, slug)
    if past is None:
        moved = elsewhere("pledge-card", slug)
        moved.headers["Location"] += f"?v={request.GET['v']}" if "v" in request.GET else ""
        return moved
    if refusal := gone(request, past):
        return refusal
    edition = past.edition
    etag = f'"{sha256(f"{VERSION} {settings.SITE_NAME} {edition.hash}".encode()).hexdigest()[:20]}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(_card(edition), content_type="image/png")
    response.headers["ETag"] = etag
    return response


def _asked(request: HttpRequest, slug: str) -> PastEdition | None:
    """Give the edition that is asked for; None if the pledge has another address. Other numbers are not found."""
    numbers = request.GET.getlist("v")
    if not numbers:
        return history.current_of(slug)
    if len(numbers) > 1 or not _NUMBER.fullmatch(numbers[0]):
        raise Http404
    return history.edition_of(slug, int(numbers[0]))


def _card(edition: Edition) -> bytes:
    published_on = timezone.localdate(edition.published_at)
    return share_card(read(bytes(edition.content or b"")), published_on=published_on, site_name=settings.SITE_NAME)
