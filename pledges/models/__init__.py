"""The record: the editors' working copy, the editions made from it, and what readers' lists need."""

from pledges.models.announcement import Announcement
from pledges.models.check import Check
from pledges.models.checkpoint import Checkpoint
from pledges.models.citation import PublicCitation
from pledges.models.edition import Edition
from pledges.models.editor import Editor
from pledges.models.evidence import Evidence
from pledges.models.grouping import Department, Promisor, Topic
from pledges.models.journal import Generation, Journal
from pledges.models.picture import PublicPicture
from pledges.models.pledge import Pledge
from pledges.models.public_pledge import DueTally, PublicPledge, PublicSource, RetiredSlug, StandingRating, Tally
from pledges.models.rating import Family, Rating
from pledges.models.ready_html import ReadyHtml
from pledges.models.reply import Reply
from pledges.models.review import Review
from pledges.models.search_text import SearchText
from pledges.models.site_text import SiteText
from pledges.models.source import Source
from pledges.models.throttle import Throttle
from pledges.models.verdict import Verdict
from pledges.models.verification import Verification

__all__ = [
    "Announcement",
    "Check",
    "Checkpoint",
    "Department",
    "DueTally",
    "Edition",
    "Editor",
    "Evidence",
    "Family",
    "Generation",
    "Journal",
    "Pledge",
    "Promisor",
    "PublicCitation",
    "PublicPicture",
    "PublicPledge",
    "PublicSource",
    "Rating",
    "ReadyHtml",
    "Reply",
    "RetiredSlug",
    "Review",
    "SearchText",
    "SiteText",
    "Source",
    "StandingRating",
    "Tally",
    "Throttle",
    "Topic",
    "Verdict",
    "Verification",
]
