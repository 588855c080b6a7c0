"""People who asked for e-mail, what they agreed to, and every message on its way to them."""

from tracker.newsletter.models.consent import ConsentEvent, Wording
from tracker.newsletter.models.delivery import Delivery
from tracker.newsletter.models.issue import Issue, IssueTotal
from tracker.newsletter.models.sign_up import SignUp
from tracker.newsletter.models.subscription import Follow, Subscription

__all__ = ["ConsentEvent", "Delivery", "Follow", "Issue", "IssueTotal", "SignUp", "Subscription", "Wording"]
