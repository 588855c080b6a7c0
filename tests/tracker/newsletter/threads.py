"""Doing the same at the same moment, as several processes would."""

import threading
from typing import Any

from django.db import connection


def at_once(do: Any, *, times: int = 1) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001 (whatever it is, the test must see it)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
