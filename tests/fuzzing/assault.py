"""The requests of one visitor, each answered by the whole site."""

from collections.abc import Iterator

from pledges.roles import ROLES
from tests.fuzzing.addresses import Address
from tests.fuzzing.answers import Answer, Application, ask
from tests.fuzzing.attacker import Attacker
from tests.fuzzing.requests import Request
from tests.fuzzing.visitors import CHIEF, STRANGER, WITHOUT_FACTOR, Visitor

# Ten thousand in all.
REQUESTS = {STRANGER: 6_000, WITHOUT_FACTOR: 500, CHIEF: 1_000, **dict.fromkeys(ROLES, 500)}
SLOWEST = 0.5  # seconds that an answer may take
_TRIES = 3


def assault(
    application: Application, visitor: Visitor, addresses: list[Address], count: int
) -> Iterator[tuple[Request, Answer]]:
    """Ask so many times; the pages that are read for their forms count as well."""
    looks: list[tuple[Request, Answer]] = []

    def read(request: Request) -> str:
        answer = ask(application, request)
        looks.append((request, answer))
        return answer.html

    attacker, asked = Attacker(visitor.name, visitor, addresses, read), 0
    while asked < count:
        request = attacker.request()
        exchanges = [*looks, (request, ask(application, request))]
        looks.clear()
        yield from exchanges
        asked += len(exchanges)


def best(application: Application, request: Request) -> Answer:
    """Ask again, and give the quickest answer: a busy machine makes any one of them slow."""
    return min((ask(application, request) for _ in range(_TRIES)), key=lambda answer: answer.cpu)
