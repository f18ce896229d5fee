# SPDX-License-Identifier: LGPL-2.1-or-later
"""Refusals in the person's language, and with the site's own words."""


import pytest

import logins
import texts
from logins import Client, each
from names import REFUSAL_TEXTS
from wiring import CLOSED

WAYS = each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)

# UTF-8 is for protocols that know it before anybody asked for it (RFC 5804).
SPANISH = {False: "Este buzon tiene {} desactivado. Consulte al administrador.",
           True: "Este buzón tiene {} desactivado. Consulte al administrador."}


@pytest.fixture(scope="module")
def server(gated, tmp_path_factory):
    own = tmp_path_factory.mktemp("own")
    (own / "refusals.conf").write_text("[deny]\ntext[ca]=No hi ha {protocol}.\n")
    server = gated({name: {} for name in ("eva", "lea", "ana", "zoe")},
                   gate={"template_dir": f"{REFUSAL_TEXTS} {own}"})
    for user, language in (("eva", "es"), ("lea", "es-MX"), ("ana", "ca"), ("zoe", "tlh")):
        server.store.put(f"mailbox/{user}", language=language, **CLOSED)
    return server


@pytest.mark.parametrize("user", ["eva", "lea"])
@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_the_language_of_the_mailbox_or_its_base(server, protocol, way, user):
    text = SPANISH[protocol == "sieve"].format(texts.LABELS[protocol])
    assert way(server, Client(user)) == logins.refusal(
        protocol, texts.code("deny", protocol), text)


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_the_sites_own_words(server, protocol, way):
    assert way(server, Client("ana")) == logins.refusal(
        protocol, texts.code("deny", protocol), f"No hi ha {texts.LABELS[protocol]}.")


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_english_for_a_language_that_nobody_translated(server, protocol, way):
    assert way(server, Client("zoe")) == logins.refusal(
        protocol, texts.code("deny", protocol), texts.sentence("deny", protocol))


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_a_wrong_password_is_in_dovecots_words(server, protocol, way):
    assert way(server, Client("eva", logins.WRONG)) == logins.FAILS[protocol]
