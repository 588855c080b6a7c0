from django.urls import path, re_path

from tracker.newsletter.views import issues, links
from tracker.newsletter.views.sign_up import sign_up

urlpatterns = [
    path("newsletter/", sign_up, name="newsletter-sign-up"),
    path("newsletter/confirm/<slug:token>/", links.confirm, name="newsletter-confirm"),
    path("newsletter/choices/<slug:token>/", links.choices, name="newsletter-choices"),
    path("newsletter/leave/<slug:token>/", links.leave, name="newsletter-leave"),
    path("newsletter/erase/<slug:token>/", links.erase, name="newsletter-erase"),
    path("newsletter/issues/", issues.issue_list, name="newsletter-issue-list"),
    # One address an issue: no leading zeros, and no number that a database could not hold.
    re_path(r"^newsletter/issues/(?P<number>[1-9][0-9]{0,8})/$", issues.issue_detail, name="newsletter-issue"),
]
