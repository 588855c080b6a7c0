"""Fixtures for tests that work in processes of their own, on a database of their own."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.both_databases import DATABASE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A database of its own, which other processes can reach too."""
    return new_database("faults", tmp_path)


@pytest.fixture(scope="session")
def migrated_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database on which nobody works: it is there to be copied."""
    url = new_database("migrated", tmp_path_factory.mktemp("migrated"))
    _run_once("migrate", DATABASE_URL=url)
    return url


@pytest.fixture
def _migrated(database_url: str, migrated_url: str, tmp_path: Path) -> None:
    new_database("faults", tmp_path, like=migrated_url)


@pytest.fixture(scope="session")
def collected_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a site serves beside its pages, for all who only read them."""
    folder = tmp_path_factory.mktemp("static")
    _run_once("collectstatic", "--no-input", STATIC_ROOT=str(folder))
    return folder


@pytest.fixture
def environment(database_url: str, collected_files: Path) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url, "STATIC_ROOT": str(collected_files)}


@pytest.fixture
def manage(environment: dict[str, str]) -> Run:
    """Run a command of manage.py in a process of its own."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def new_database(name: str, folder: Path, *, like: str = "") -> str:
    """Make a database, empty or a copy of one that nobody works on, in place of any of that name; gives its address."""
    if DATABASE == "sqlite":
        file = folder / f"{name}.sqlite3"
        if like:
            shutil.copyfile(like.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"
    server_url = os.environ["TEST_POSTGRESQL_URL"]
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name} TEMPLATE {like.rpartition('/')[2] or 'template1'}")
    return f"{server_url.removesuffix('/postgres')}/{name}"


def ask_database(url: str, question: str) -> list[tuple[Any, ...]]:
    """Ask in SQL, which takes no process that loads Django first."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return file.execute(question).fetchall()
    with psycopg.connect(url) as server:
        return server.execute(question.encode()).fetchall()


def _run_once(*arguments: str, **variables: str) -> None:
    command = [sys.executable, "manage.py", *arguments, "--verbosity=0"]
    subprocess.run(command, env={**os.environ, **variables}, cwd=settings.BASE_DIR, check=True)
