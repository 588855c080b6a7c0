"""What the database refuses to change of who agreed to what.

Consent events are append-only, and so are the words that people agreed to. One exception: who never confirmed agreed to
nothing, and the note that somebody typed their address goes with the rest of what we knew.
"""

from pledges.guards import Guard, rows_of

_EVENT, _WORDING = "newsletter_consentevent", "newsletter_wording"
_APPEND_ONLY = "consent events are append-only"
_FIXED = "what people agreed to stays as it was: make a new version"


def consent_guards(vendor: str) -> list[Guard]:
    events, wordings = rows_of(_EVENT, vendor), rows_of(_WORDING, vendor)
    agreed = (
        f"SELECT 1 FROM {events} AS other WHERE other.subscription_id = OLD.subscription_id AND other.kind <> 'asked'"
    )
    same_wording = f"SELECT 1 FROM {wordings} WHERE version = NEW.version"
    if vendor == "sqlite":
        same_wording += " OR rowid = NEW.rowid"  # hidden, as the primary key is unsigned, and unique as well
    guards = [
        # REPLACE INTO deletes the row it collides with, and no DELETE trigger fires for that.
        Guard(_EVENT, "INSERT", {_APPEND_ONLY: f"EXISTS (SELECT 1 FROM {events} WHERE id = NEW.id)"}),
        Guard(_EVENT, "UPDATE", {_APPEND_ONLY: "TRUE"}),
        Guard(_EVENT, "DELETE", {_APPEND_ONLY: f"EXISTS ({agreed})"}),
        Guard(_WORDING, "INSERT", {_FIXED: f"EXISTS ({same_wording})"}),
        Guard(_WORDING, "UPDATE", {_FIXED: "TRUE"}),
        Guard(_WORDING, "DELETE", {_FIXED: "TRUE"}),
    ]
    truncate = [Guard(_EVENT, "TRUNCATE", {_APPEND_ONLY: "TRUE"}), Guard(_WORDING, "TRUNCATE", {_FIXED: "TRUE"})]
    return guards if vendor == "sqlite" else [*guards, *truncate]
