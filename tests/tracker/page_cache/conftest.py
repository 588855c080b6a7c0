from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.tracker.page_cache.stand_ins import Journal, Site
from tracker.page_cache.files import Files
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.wrapper import PageCache


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def cache(site: Site, tmp_path: Path) -> PageCache:
    made = PageCache(
        site,
        Address(urlsplit("http://tracker.test"), behind_proxy=False, session_cookie="session"),
        pages=Memory(10_000_000),
        files=Files(has_picture=lambda _path: False),
        last_pages=LastPages(tmp_path, release="one", max_age=60, most_bytes=1_000_000),
    )
    made.journal = Journal(made)
    return made


@pytest.fixture
def journal(cache: PageCache) -> Journal:
    assert isinstance(cache.journal, Journal)
    return cache.journal
