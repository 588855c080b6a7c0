from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from pledges.guards import missing_guards
from pledges.views.reading import reader_page
from tracker.page_cache.unavailable import REFUSAL
from tracker.page_cache.wrapper import STATE


@reader_page
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@reader_page
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, is migrated and guards the record; 503 names what does not hold."""
    problems = ["the database does not answer"] if REFUSAL in request.META else _problems()
    page_cache = request.META.get(STATE)
    return JsonResponse(
        {"ready": not problems, "problems": problems, "page_cache": page_cache.describe() if page_cache else None},
        status=503 if problems else 200,
        headers={"Cache-Control": "no-store"},
    )


def _problems() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["migrations wait to be run"]
        return [f"guard missing: {name}" for name in missing_guards(connection)]
    except DatabaseError:
        return ["the database does not answer"]
