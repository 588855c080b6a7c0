"""What editors wait for at 10,000 pledges with 100,000 pieces of evidence: their lists, and a label that is renamed."""

import time
from functools import partial
from http import HTTPStatus

import django
from django.db import connection, transaction
from django.test import Client

from tests.benchmarks.lists import measure
from tests.benchmarks.saying import say

PLEDGES, EVIDENCE = 10_000, 10
LABELS = 100  # of every kind
SHARING = 1_000  # pledges that are settled together
MOST = 300  # milliseconds that a list may take
ROUNDS = 5
RECORDS = ("pledge", "verdict", "evidence", "source", "reply", "review", "edition", "topic", "rating", "editor")


def main() -> None:
    from pledges.models import Editor  # noqa: PLC0415 (the models need Django set up)
    from tests.benchmarks.fictional import Country  # noqa: PLC0415
    from tests.benchmarks.working_copy import write_labels, write_rows  # noqa: PLC0415

    country = Country()
    country.publish(PLEDGES)
    write_labels(range(1, LABELS + 1))
    write_rows(country, range(1, PLEDGES + 1), evidence=EVIDENCE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(Editor.objects.create_superuser("chief", handle="chief"))
    measure_pages(client)
    measure_settling()


def measure_pages(client: Client) -> None:
    addresses = ["/admin/"]
    for record in RECORDS:
        addresses += [f"/admin/pledges/{record}/", f"/admin/pledges/{record}/?q=lemon"]
    taken = measure(*(partial(read, client, address) for address in addresses), rounds=ROUNDS)
    for address, median in zip(addresses, taken, strict=True):
        say(f"  {address} {median:.0f} ms{f', more than {MOST}' if median > MOST else ''}")


def measure_settling() -> None:
    from pledges.actions import drafts  # noqa: PLC0415
    from pledges.models import Pledge  # noqa: PLC0415

    started = time.perf_counter()
    with transaction.atomic():
        drafts.settle_all(Pledge.objects.filter(pk__lte=SHARING))
        transaction.set_rollback(True)
    say(f"  {SHARING:,} pledges that share a label or source are settled in {time.perf_counter() - started:.1f} s")


def read(client: Client, address: str) -> None:
    assert client.get(address, headers={"host": "127.0.0.1"}).status_code == HTTPStatus.OK


if __name__ == "__main__":
    django.setup()
    main()
