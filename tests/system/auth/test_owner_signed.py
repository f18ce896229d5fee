# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where documents need a signature, only a signed one opens a key to the owners of mailboxes."""

import pytest

from choices import Owner
from server import Server
from test_signatures import Panel, trust


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return Panel(tmp_path_factory.mktemp("panel"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, panel):
    key = tmp_path_factory.mktemp("keys") / "panel.pub"
    trust(key, panel)
    with Server(tmp_path_factory.mktemp("signed"), gate={"policy_public_keys": str(key)},
                groups={"userdb": {"coexist_owner_may_change": "pop3_delete"}}) as server:
        server.store.mark()
        yield server


def announces(maildrop):
    return "METADATA-SERVER" in Owner(maildrop).capabilities()


def test_the_userdb_opens_nothing(server):
    maildrop = server.maildrop("userdb")
    owner = Owner(maildrop)
    owner.write("pop3_delete=hide\n")
    assert not announces(maildrop)
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == []


def test_only_a_signed_document_opens(server, panel):
    maildrop = server.maildrop()
    scope = f"mailbox/{maildrop.user}"
    server.store.put(scope, owner_may_change="pop3_delete")
    assert not announces(maildrop)
    server.store.put(scope, panel.document(scope, owner_may_change="pop3_delete"))
    assert announces(maildrop)
    Owner(maildrop).chooses(pop3_delete="hide")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 1"]
