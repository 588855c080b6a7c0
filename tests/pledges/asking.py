"""Ask for pledges by a filter and by hand: both have to find the same."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pledges.filters import PledgeFilter
from pledges.models import PublicPledge, SearchText
from pledges.search_index import place_of, place_terms

TODAY = date(2026, 11, 24)
LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)


def move(key: int, changed_at: datetime) -> None:
    PublicPledge.objects.filter(pk=key).update(changed_at=changed_at)
    place = place_of(changed_at, key)
    terms = SearchText.objects.get(pledge=key).terms.split()
    labels = [*(term for term in terms if not term.startswith("l_second_")), *place_terms(place)]
    SearchText.objects.filter(pledge=key).update(place=place, terms=f" {' '.join(labels)} ")


def narrowed(**asked: str) -> PledgeFilter:
    return PledgeFilter(asked, today=TODAY)


def slugs(pledge_filter: PledgeFilter) -> list[str]:
    return [row.slug for row in pledge_filter.page().rows]


def by_hand(public: list[PublicPledge], asked: dict[str, str]) -> set[str]:
    """What a list must show, said without any query."""

    return {pledge.slug for pledge in public if all(fits(pledge, n, v) for n, v in asked.items() if v)}


def fits(pledge: PublicPledge, name: str, value: str) -> bool:
    is_open = pledge.rating is None or pledge.rating.slug not in {"juiced", "dry"}
    is_over = pledge.due_day < TODAY
    beside = {
        "overdue": lambda: pledge.next_check_on is not None and pledge.next_check_on < TODAY,
        "family": lambda: (pledge.rating.family if pledge.rating else "unrated") == value,
        "source": lambda: pledge.made_in_id == int(value),
        "due": lambda: is_open and bool(pledge.due_on) and is_over == (value == "passed"),
        "q": lambda: value == "lime" or (value == "grapefruits" and "Grapefruit" in pledge.search_text.passages),
        "due_by": lambda: pledge.due_day.year <= int(value),
        "changed_since": lambda: pledge.changed_at.astimezone(LONDON).date() >= date.fromisoformat(value),
    }
    if name in beside:
        return beside[name]()
    label = getattr(pledge, name)
    return label is not None and label.slug == value
