"""The container's health check: `python -m tracker.probe` fails unless the site in it answers."""

import http.client
import os
from contextlib import closing
from urllib.parse import urlsplit


def main() -> None:
    port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
    with closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=2)) as connection:
        if not _is_well(connection):
            raise SystemExit("The site does not answer.")


def _is_well(connection: http.client.HTTPConnection) -> bool:
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    main()
