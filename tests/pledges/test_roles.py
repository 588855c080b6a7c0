"""Every role and every action on every model, against a table of its own."""

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from pledges.roles import ROLES
from tests.factories import make_editor

# One line a model: v(iew), a(dd), c(hange), d(elete), and the verbs of the workflow; a dot for nothing.
TABLE = """
                    writer               reviewer              publisher                  newsletter  administrator
announcement        .                    .                     .                          .           .
check               va                   va                    va                         v           va
checkpoint          v                    v                     v                          v           v
department          v                    v                     vac                        v           vacd
duetally            .                    .                     .                          .           .
edition             v                    v                     v                          v           v
editor              .                    .                     .                          .           vac
evidence            vacd                 v                     v                          v           vacd
generation          v                    v                     v                          v           v
journal             v                    v                     v                          v           v
pledge              vac+withdraw         v                     v+move                     v           vacd+withdraw+move+redact
promisor            v                    v                     vac                        v           vacd
publiccitation      .                    .                     .                          .           .
publicpicture       .                    .                     .                          .           .
publicsource        .                    .                     .                          .           .
publicpicture       .                    .                     .                          .           .
publicpledge        v                    v                     v                          v           v
rating              v                    v                     v                          v           vacd
readyhtml           .                    .                     .                          .           .
reply               vacd                 v                     v                          v           vacd
retiredslug         v                    v                     v                          v           v
review              v+request            v+decide+publish      v+decide+publish           v           v+request+decide+publish
searchtext          .                    .                     .                          .           .
sitetext            vc                   v                     v+publish                  v           vc+publish
source              vac                  v                     v                          v           vacd
standingrating      .                    .                     .                          .           .
tally               .                    .                     .                          .           .
throttle            .                    .                     .                          .           .
topic               v                    v                     vac                        v           vacd
verdict             vacd                 v                     v                          v           vacd
consentevent        .                    .                     .                          .           .
delivery            .                    .                     .                          v           .
follow              .                    .                     .                          .           .
issue               .                    .                     .                          vac+send    .
issuetotal          .                    .                     .                          .           .
signup              .                    .                     .                          .           .
subscription        .                    .                     .                          vc          .
wording             .                    .                     .                          .           .
verification        v                    v                     v                          v           v
group               .                    .                     .                          .           v
permission          .                    .                     .                          .           .
session             .                    .                     .                          .           .
logentry            .                    .                     .                          .           .
authenticator       .                    .                     .                          .           .
"""
OURS = ["pledges", "newsletter"]
LETTERS = {"v": "view", "a": "add", "c": "change", "d": "delete"}


def _verbs(cell: str) -> set[str]:
    letters, *words = cell.split("+")
    return {LETTERS[letter] for letter in letters.strip(".")} | set(words)


_ROLES, *_LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = {(role, model): _verbs(cell) for model, *cells in _LINES for role, cell in zip(_ROLES, cells, strict=True)}
VERBS = [*LETTERS.values(), "request", "decide", "publish", "withdraw", "move", "redact", "send"]


@pytest.mark.parametrize(("role", "model"), CELLS)
def test_a_role_may_do_to_a_model_what_its_cell_says_and_no_more(role: str, model: str) -> None:
    names = {name.split(".")[1] for name in ROLES[role]}

    assert {verb for verb in VERBS if f"{verb}_{model}" in names} == CELLS[role, model]


@pytest.mark.parametrize("role", _ROLES)
@pytest.mark.django_db
def test_an_editor_holds_what_the_column_of_the_role_says_and_no_more(role: str) -> None:
    call_command("setup_roles", stdout=StringIO())
    editor = make_editor()
    editor.groups.add(Group.objects.get(name=role))

    held = {name.split(".")[1] for name in editor.get_all_permissions()}

    assert held == {f"{verb}_{model}" for (of, model), verbs in CELLS.items() if of == role for verb in verbs}


def test_only_the_newsletter_role_sees_who_gets_mail() -> None:
    allowed = {role for role, names in ROLES.items() if any(name.startswith("newsletter.") for name in names)}

    assert allowed == {"newsletter"}


def test_there_are_five_roles() -> None:
    assert list(ROLES) == _ROLES == ["writer", "reviewer", "publisher", "newsletter", "administrator"]


def test_the_table_has_a_line_for_every_model_of_the_record() -> None:
    models = {model._meta.model_name for app in OURS for model in apps.get_app_config(app).get_models()}

    assert {name for name in models if name and not name.startswith("historical")} <= {model for _, model in CELLS}


@pytest.mark.django_db
def test_the_table_knows_every_verb() -> None:
    codenames = Permission.objects.filter(content_type__app_label__in=OURS).values_list("codename", flat=True)

    assert {codename.split("_")[0] for codename in codenames} == set(VERBS)


@pytest.mark.parametrize("role", _ROLES)
def test_nobody_writes_what_only_actions_write(role: str) -> None:
    for model in ("edition", "publicpledge", "generation", "journal", "retiredslug", "checkpoint", "verification"):
        assert CELLS[role, model] == {"view"}
    assert not CELLS[role, "review"] & {"add", "change", "delete"}
