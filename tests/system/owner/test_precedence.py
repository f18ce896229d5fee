# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose value holds, as a session and doveadm say it: opened where, named where, with a preset,
under a suspend, chosen or not. The gate knows the documents, the session what was chosen: each
has half of the answer."""

import json
from itertools import product

import pytest

from choices import COEXIST_CONFIG, Owner

# From the narrowest on. The userdb's fields are those of the user's group.
PLACES = ("mailbox", "userdb", "default")
NOWHERE = None
MAY = {"owner_may_change": "pop3_delete,language", "owner_bounds": "pop3_delete=trash,archive"}
NAMED = {"pop3_delete": "archive"}
# of the preset read-only
PRESET, OF_PRESET = {"preset": "read-only"}, "hide"
SUSPEND = {"sieve_access": "suspend"}
CHOSEN = {"nothing": "", "within": "pop3_delete=@1767225600 trash\n",
          "outside": "pop3_delete=@1767225600 hide\n"}
GROUPS = {"user": {}, "opens": MAY, "names": NAMED, "both": {**MAY, **NAMED}}


def rank(place):
    return len(PLACES) if place is NOWHERE else PLACES.index(place)


def wanted(opened, named, preset, suspended, chosen):
    """Return (value, origin) by the table of doc/owner-choice.md."""
    if chosen == "within" and opened is not NOWHERE and rank(named) >= rank(opened) \
            and not suspended:
        return "trash", "owner"
    if preset and named != "mailbox":
        return OF_PRESET, "administrator"
    return ("archive", "administrator") if named is not NOWHERE else ("expunge", "default")


@pytest.fixture(scope="module")
def server(start):
    server = start(gate={}, conf23=COEXIST_CONFIG, groups={
        name: {f"coexist_{key}": value for key, value in fields.items()}
        for name, fields in GROUPS.items()})
    server.store.mark()
    return server


@pytest.fixture(scope="module")
def owners(server):
    """Return {(opened by the userdb, named by it): Owner}."""
    return {("owner_may_change" in fields, "pop3_delete" in fields): Owner(server.maildrop(name))
            for name, fields in GROUPS.items()}


def document(place, opened, named):
    return {**(MAY if opened == place else {}), **(NAMED if named == place else {})}


@pytest.mark.parametrize("opened", [*PLACES, NOWHERE])
@pytest.mark.parametrize("named", [*PLACES, NOWHERE])
def test_whose_value_holds(server, owners, opened, named):
    owner = owners[opened == "userdb", named == "userdb"]
    user = owner.maildrop.user
    # so that the gate, which keeps the document of everybody, hears of it
    everybody = {"language": "en", **document("default", opened, named)}
    server.doveadm("coexist", "policy", "unset", "--default", "--all", check=False)
    server.doveadm("coexist", "policy", "set", "--default",
                   *[f"{key}={value}" for key, value in everybody.items()])
    owners_own = 0
    for preset, suspended, chosen in product((False, True), (False, True), CHOSEN):
        server.store.put(f"mailbox/{user}", **document("mailbox", opened, named),
                         **(PRESET if preset else {}), **(SUSPEND if suspended else {}))
        owner.write(CHOSEN[chosen])
        value, origin = wanted(opened, named, preset, suspended, chosen)
        case = (opened, named, preset, suspended, chosen)
        # a process for each
        if chosen == "within":
            assert effective(server, user) == (value, origin), case
        # where nothing is open, a session does not say it
        if opened is NOWHERE or suspended:
            continue
        assert owner.chosen("effective/pop3_delete", "origin/pop3_delete") == {
            "effective/pop3_delete": value, "origin/pop3_delete": origin}, case
        owners_own += origin == "owner"
    assert owners_own == (2 if opened is not NOWHERE and rank(named) >= rank(opened) else 0)


def effective(server, user):
    """Return the value that holds and whose it is, as doveadm says it."""
    [row] = json.loads(server.doveadm("-f", "json", "coexist", "policy", "get", "-u", user,
                                      "--effective", "pop3_delete"))
    origin = {"owner": "owner", "built-in": "default"}.get(row["origin"], "administrator")
    return row["value"], origin
