"""Only a redaction may blank, and nothing else passes for one."""

import pytest
from django.db import DatabaseError, transaction

from pledges.actions import editions, reviews
from pledges.content import canonical
from pledges.models import Edition, Review, Verdict
from pledges.record_guards import EDITION, VERDICT
from tests.factories import make_editor, make_published_pledge, make_review
from tests.pledges.forgeries import continuing, postgresql_only, redact, refused, run, sqlite_only

pytestmark = pytest.mark.django_db


def test_only_a_redaction_that_names_it_may_blank_an_edition(edition: Edition) -> None:
    blank = {"content": None, "salt": None, "content_digest": None}
    refused(lambda: Edition.objects.filter(pk=edition.pk).update(**blank))

    redact(edition, names=[edition.sequence])

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None))
    refused(lambda: Edition.objects.filter(pk=edition.pk).update(**blank, change_note="and more"))
    Edition.objects.filter(pk=edition.pk).update(**blank)


def test_a_redaction_of_another_edition_frees_nothing(edition: Edition) -> None:
    redact(edition, names=[edition.sequence + 1])

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None, salt=None, content_digest=None))


def test_a_redaction_may_empty_the_texts_of_a_verdict_and_no_more(verdict: Verdict, edition: Edition) -> None:
    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(summary="", explanation=""))

    redact(edition, names=[edition.sequence])

    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(summary="Something kinder."))
    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(effective_on="2020"))
    Verdict.objects.filter(pk=verdict.pk).update(summary="", explanation="")


def test_a_redaction_of_another_pledge_frees_nothing(edition: Edition) -> None:
    other = make_published_pledge()
    last = Edition.objects.get(sequence=2)
    forged = continuing(last, pledge_id=other.pk, kind="redaction", entry=canonical({"redacts": [edition.sequence]}))
    forged.save(force_insert=True)

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None, salt=None, content_digest=None))


@sqlite_only
def test_blanking_cannot_move_a_row_onto_another(edition: Edition) -> None:
    make_published_pledge()
    last = Edition.objects.get(sequence=2)
    continuing(last, pledge_id=edition.pledge_id, number=2, kind="redaction", entry=canonical({"redacts": [1]})).save(
        force_insert=True
    )

    refused(
        lambda: run(
            f"UPDATE OR REPLACE {EDITION} SET content = NULL, salt = NULL, content_digest = NULL, rowid = 2"
            " WHERE sequence = 1"
        )
    )


@postgresql_only
def test_a_table_of_the_sessions_own_is_not_taken_for_the_log(edition: Edition) -> None:
    run(f"CREATE TEMP TABLE {EDITION} (LIKE public.{EDITION})")
    run(
        f"INSERT INTO pg_temp.{EDITION} (sequence, pledge_id, number, kind, published_at, change_note, entry, hash,"
        " previous_hash, actor_id, approver_id)"
        " SELECT 999, pledge_id, 9, 'redaction', published_at, change_note, convert_to('{\"redacts\":[1]}', 'UTF8'),"
        f" hash, previous_hash, actor_id, approver_id FROM public.{EDITION}"
    )
    blank = f"UPDATE public.{EDITION} SET content = NULL, salt = NULL, content_digest = NULL"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(blank)
    run(f"DROP TABLE pg_temp.{EDITION}")


@postgresql_only
def test_an_operator_of_the_sessions_own_is_not_taken_for_the_real_one(verdict: Verdict) -> None:
    run("CREATE SCHEMA evil")
    for kind in ("varchar", "text"):
        run(f"CREATE FUNCTION evil.yes({kind}, {kind}) RETURNS bool LANGUAGE sql AS 'select true'")
        run(f"CREATE OPERATOR evil.= (leftarg = {kind}, rightarg = {kind}, function = evil.yes)")
    run("SET LOCAL search_path = evil, pg_catalog, public")

    with pytest.raises(DatabaseError, match="write a new one"), transaction.atomic():
        run(f"UPDATE {VERDICT} SET summary = 'Forged'")
    run("SET LOCAL search_path = public")


def test_only_a_redaction_may_blank_what_a_review_tells_of_the_content(edition: Edition) -> None:
    review = Review.objects.filter(edition=edition)
    digests = ("content_digest", "copies_digest")
    for column in digests:
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            review.update(**{column: ""})

    redact(edition, names=[edition.sequence])

    for column in digests:
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            review.update(**{column: "f" * 64})
    with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
        review.update(content_digest="", kind="withdrawal")
    review.update(content_digest="", copies_digest="")


def test_only_a_later_redaction_of_the_pledge_lets_a_comment_go() -> None:
    review = make_review()
    reviews.approve(review, by=make_editor(), comment="As good as lemons.")
    edition = editions.publish(review)
    with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
        Review.objects.update(comment="")

    redact(edition, names=[])

    with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
        Review.objects.update(comment="Otherwise.")
    Review.objects.update(comment="")
