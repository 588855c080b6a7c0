"""What newsletter editors see of the newsletter in the editors' site."""

from tracker.newsletter.admin import issues, subscriptions, to_decide

__all__ = ["issues", "subscriptions", "to_decide"]
