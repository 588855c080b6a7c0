"""What newsletter editors see of the newsletter in the editors' site."""

from tracker.newsletter.admin import subscriptions

__all__ = ["subscriptions"]
