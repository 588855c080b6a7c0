from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from pledges import markdown
from pledges.views.reading import reader_page
from pledges.views.sitemaps import Line
from tracker.newsletter.digest import digest, since
from tracker.newsletter.links import issue_address
from tracker.newsletter.models import Issue

MOST = 500  # of a weekly letter: nearly ten years


@reader_page
def issue_list(request: HttpRequest) -> HttpResponse:
    """List the issues of the newsletter, the last first."""
    issues = Issue.objects.in_public().order_by("-number").only("number", "subject", "started_at")[:MOST]
    return render(request, "newsletter/issue_list.html", {"issues": issues})


@reader_page
def issue_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a past issue told, and what was corrected or withdrawn since; of a withdrawn pledge, nothing more."""
    issue = get_object_or_404(Issue.objects.in_public().defer("sent_html", "sent_text"), number=number)
    return render(
        request,
        "newsletter/issue_detail.html",
        {
            "issue": issue,
            "introduction": markdown.render(issue.introduction, "introduction", top_heading=2),
            "groups": digest(issue.after_sequence, issue.until_sequence),
            "since": since(issue.after_sequence, issue.until_sequence),
            "address": issue_address(int(number)),
        },
    )


def issue_lines() -> list[Line]:
    """Give the list and each past issue for the map of the site. An issue has no date: it also marks what became of it."""
    rows = list(Issue.objects.in_public().order_by("-number").values_list("number", "started_at")[:MOST])
    listed = Line(reverse("newsletter-issue-list"), rows[0][1] if rows else None)
    return [listed, *(Line(reverse("newsletter-issue", args=[number]), None) for number, _started_at in rows)]
