from datetime import date

from django.conf import settings
from django.urls import path, re_path, register_converter

from pledges.views import (
    cards,
    corrections,
    days,
    editions,
    feeds,
    groupings,
    log,
    markdown_editor,
    scoreboard,
    site_texts,
    style_guide,
    trends,
    well_known,
)
from pledges.views.home import home
from pledges.views.pictures import editors_picture, picture
from pledges.views.pledges import pledge_detail, pledge_list
from pledges.views.updates import updates


class DayConverter:
    """A day of the calendar in its one form: 2026-03-03."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class NumberConverter:
    """A number from 1 in its one form, small enough for every database."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(DayConverter, "day")
register_converter(NumberConverter, "number")

_PICTURE = r"(?P<name>[0-9a-f]{32})\.(?P<extension>jpg|png)"

urlpatterns = [
    path("", home, name="home"),
    path("pledges/", pledge_list, name="pledge-list"),
    path("pledges/<slug:slug>/", pledge_detail, name="pledge-detail"),
    path("pledges/<slug:slug>/card.png", cards.pledge_card, name="pledge-card"),
    path("pledges/<slug:slug>/feed.atom", feeds.pledge_feed, name="pledge-feed"),
    path("pledges/<slug:slug>/at/", days.pledge_day, name="pledge-day"),
    path("pledges/<slug:slug>/at/<day:day>/", editions.pledge_at, name="pledge-at"),
    path("pledges/<slug:slug>/editions/", editions.edition_list, name="edition-list"),
    path("pledges/<slug:slug>/editions/<number:number>/", editions.edition_detail, name="edition-detail"),
    path("pledges/<slug:slug>/editions/<number:number>/changes/", editions.edition_changes, name="edition-changes"),
    path("at/", days.scoreboard_day, name="scoreboard-day"),
    path("at/<day:day>/", scoreboard.scoreboard_at, name="scoreboard-at"),
    path("corrections/", corrections.correction_list, name="corrections"),
    path("corrections/feed.atom", feeds.corrections_feed, name="corrections-feed"),
    path("trends/", trends.trends, name="trends"),
    path("topics/", groupings.topic_list, name="topic-list"),
    path("topics/<slug:slug>/", groupings.topic_detail, name="topic-detail"),
    path("topics/<slug:slug>/feed.atom", feeds.topic_feed, name="topic-feed"),
    path("departments/", groupings.department_list, name="department-list"),
    path("departments/<slug:slug>/", groupings.department_detail, name="department-detail"),
    path("departments/<slug:slug>/feed.atom", feeds.department_feed, name="department-feed"),
    path("promisors/", groupings.promisor_list, name="promisor-list"),
    path("promisors/<slug:slug>/", groupings.promisor_detail, name="promisor-detail"),
    path("promisors/<slug:slug>/feed.atom", feeds.promisor_feed, name="promisor-feed"),
    path("updates/", updates, name="updates"),
    path("updates/feed.atom", feeds.updates_feed, name="updates-feed"),
    path("log/", log.log_page, name="log"),
    path("log/entries.jsonl", log.log_entries, name="log-entries"),
    path("log/checkpoint", log.log_checkpoint, name="log-checkpoint"),
    path("log/verify.py", log.log_verifier, name="log-verifier"),
    path("about/", site_texts.about, name="about"),
    path("methodology/", site_texts.methodology, name="methodology"),
    path("privacy/", site_texts.privacy, name="privacy"),
    path("accessibility/", site_texts.accessibility, name="accessibility"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    re_path(rf"^media/{_PICTURE}$", picture, name="picture"),
    # Under the admin's address, so that all that guards the admin guards them too.
    path("admin/markdown/preview/", markdown_editor.preview, name="markdownx_markdownify"),
    path("admin/markdown/picture/", markdown_editor.upload, name="markdownx_upload"),
    re_path(rf"^admin/markdown/picture/{_PICTURE}$", editors_picture, name="markdownx_picture"),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", style_guide.style_guide, name="style-guide"))
