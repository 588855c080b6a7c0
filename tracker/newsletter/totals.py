from collections import Counter

from django.db.models import Count

from tracker.newsletter.models import Issue


def deliveries_by_state(issue: Issue) -> Counter[str]:
    """Count the deliveries of an issue by their state, those included whose rows are deleted by now."""
    standing = issue.deliveries.order_by().values_list("state").annotate(count=Count("*"))
    return Counter(dict(issue.totals.values_list("state", "deliveries"))) + Counter(dict(standing))
