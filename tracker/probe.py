"""The container's health check: `python -m tracker.probe` fails unless the site in it answers."""

import http.client
import os
from urllib.parse import urlsplit


def main() -> None:
    port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=2)
    connection.request("GET", "/healthz", headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc})
    if connection.getresponse().status != http.client.OK:
        raise SystemExit("The site does not answer.")


if __name__ == "__main__":
    main()
