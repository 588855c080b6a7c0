from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path

from pledges.views.sitemaps import sitemap, sitemap_section
from tracker import csp_reports, health
from tracker.newsletter.views.issues import issue_lines
from tracker.second_factor import EnrolView

# Of allauth's addresses those that editors need: no sign-up, nothing that works by e-mail.
account_patterns = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/", account_views.password_change, name="account_change_password"),
    path("second-factor/totp/activate/", EnrolView.as_view(), name="mfa_activate_totp"),
    path("second-factor/", include("allauth.mfa.urls")),
]

_MAPPED = {"further": {"newsletters": issue_lines}}  # beside the record

urlpatterns = [
    path("sitemap.xml", sitemap, _MAPPED, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_section, _MAPPED, name="sitemap-section"),
    path("", include("pledges.urls")),
    path("", include("tracker.newsletter.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("csp-report", csp_reports.csp_report, name="csp-report"),
    path("accounts/", include(account_patterns)),
    path("admin/", admin.site.urls),
]

handler400 = "tracker.errors.bad_request"
handler403 = "tracker.errors.forbidden"
handler404 = "tracker.errors.not_found"
handler500 = "tracker.errors.server_error"
handler429 = "tracker.accounts.too_many_requests"  # allauth looks for it here
