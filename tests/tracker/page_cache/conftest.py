from pathlib import Path

import pytest

from tests.tracker.page_cache.stand_ins import Journal, Site, make_cache
from tracker.page_cache.wrapper import PageCache


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def cache(site: Site, tmp_path: Path) -> PageCache:
    return make_cache(site, tmp_path)


@pytest.fixture
def journal(cache: PageCache) -> Journal:
    assert isinstance(cache.journal, Journal)
    return cache.journal
