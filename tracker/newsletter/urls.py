from django.urls import path

from tracker.newsletter.views import links
from tracker.newsletter.views.sign_up import sign_up

urlpatterns = [
    path("newsletter/", sign_up, name="newsletter-sign-up"),
    path("newsletter/confirm/<slug:token>/", links.confirm, name="newsletter-confirm"),
    path("newsletter/choices/<slug:token>/", links.choices, name="newsletter-choices"),
    path("newsletter/leave/<slug:token>/", links.leave, name="newsletter-leave"),
    path("newsletter/erase/<slug:token>/", links.erase, name="newsletter-erase"),
]
