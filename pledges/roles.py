"""Who may do what: the one table of roles. `setup_roles` makes a group of each.

A permission is named `app.verb_model`. What nobody may do stands in no row: editions, the read
model, the journal and retired addresses are written by actions alone, and so is a review's decision.
"""

from collections.abc import Mapping

_RECORD = ("pledge", "verdict", "evidence", "source", "reply")
_GROUPINGS = ("topic", "department", "promisor")
_KEPT_BY_ACTIONS = (
    "review",
    "edition",
    "publicpledge",
    "retiredslug",
    "generation",
    "journal",
    "checkpoint",
    "verification",
)


def _may(app: str = "pledges", **models_by_verb: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for verb, models in models_by_verb.items() for model in models)


_READER = _may(view=(*_RECORD, "check", "rating", "sitetext", *_GROUPINGS, *_KEPT_BY_ACTIONS))
# Nobody else sees who gets mail, administrators included.
_NEWSLETTER = _READER | _may(
    "newsletter",
    view=("subscription", "issue", "delivery"),
    add=("issue",),
    change=("subscription", "issue"),
    send=("issue",),
)
_WRITER = _READER | _may(
    add=(*_RECORD, "check"),
    change=(*_RECORD, "sitetext"),
    delete=("verdict", "evidence", "reply"),  # drafts: the database keeps what is published
    request=("review",),
    withdraw=("pledge",),
)
_REVIEWER = _READER | _may(add=("check",), decide=("review",), publish=("review",))
_PUBLISHER = _REVIEWER | _may(move=("pledge",), publish=("sitetext",), add=_GROUPINGS, change=_GROUPINGS)
_ADMINISTRATOR = (
    _WRITER
    | _PUBLISHER
    | _may(
        add=("rating", "editor"),
        change=("rating", "editor"),
        delete=("pledge", "source", "rating", *_GROUPINGS),  # the database keeps what anything refers to
        view=("editor",),
        redact=("pledge",),
    )
    | {"auth.view_group"}
)

ROLES: Mapping[str, frozenset[str]] = {
    "writer": _WRITER,
    "reviewer": _REVIEWER,
    "publisher": _PUBLISHER,
    "newsletter": _NEWSLETTER,
    "administrator": _ADMINISTRATOR,
}
