from django.conf import settings
from django.urls import path, re_path

from pledges.views import feeds, groupings, markdown_editor, site_texts, sitemaps, style_guide, well_known
from pledges.views.home import home
from pledges.views.pictures import picture
from pledges.views.pledges import pledge_card, pledge_detail, pledge_list
from pledges.views.updates import updates

urlpatterns = [
    path("", home, name="home"),
    path("pledges/", pledge_list, name="pledge-list"),
    path("pledges/<slug:slug>/", pledge_detail, name="pledge-detail"),
    path("pledges/<slug:slug>/card.png", pledge_card, name="pledge-card"),
    path("pledges/<slug:slug>/feed.atom", feeds.pledge_feed, name="pledge-feed"),
    path("topics/", groupings.topic_list, name="topic-list"),
    path("topics/<slug:slug>/", groupings.topic_detail, name="topic-detail"),
    path("topics/<slug:slug>/feed.atom", feeds.topic_feed, name="topic-feed"),
    path("departments/<slug:slug>/", groupings.department_detail, name="department-detail"),
    path("departments/<slug:slug>/feed.atom", feeds.department_feed, name="department-feed"),
    path("promisors/<slug:slug>/", groupings.promisor_detail, name="promisor-detail"),
    path("promisors/<slug:slug>/feed.atom", feeds.promisor_feed, name="promisor-feed"),
    path("updates/", updates, name="updates"),
    path("updates/feed.atom", feeds.updates_feed, name="updates-feed"),
    path("corrections/feed.atom", feeds.corrections_feed, name="corrections-feed"),
    path("about/", site_texts.about, name="about"),
    path("methodology/", site_texts.methodology, name="methodology"),
    path("privacy/", site_texts.privacy, name="privacy"),
    path("accessibility/", site_texts.accessibility, name="accessibility"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap_section, name="sitemap-section"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    re_path(r"^media/(?P<name>[0-9a-f]{32})\.(?P<extension>jpg|png)$", picture, name="picture"),
    # Under the admin's address, so that all that guards the admin guards them too.
    path("admin/markdown/preview/", markdown_editor.preview, name="markdownx_markdownify"),
    path("admin/markdown/picture/", markdown_editor.upload, name="markdownx_upload"),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", style_guide.style_guide, name="style-guide"))
