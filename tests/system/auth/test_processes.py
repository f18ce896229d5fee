# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the sessions of clients have loaded, with the gate and without any of our modules."""

from pathlib import Path

import pytest

from instance import Instance, checker


def libraries(server, service, user):
    """Return the names of the files that a session's process has mapped."""
    maps = Path(f"/proc/{server.session_pid(service, user)}/maps").read_text()
    return {line.split("/")[-1] for line in maps.splitlines() if "/" in line}


@pytest.fixture(scope="module")
def server(gated):
    return gated({"alice": {}})


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    with Instance(folder, modules=None, high_performance=True) as dc:
        yield dc


@pytest.mark.skipif(checker.name() == "sanitizers", reason="they bring libraries")
@pytest.mark.parametrize("service", ["imap", "pop3"])
def test_a_session_loads_only_the_plugins_of_sessions(server, bare, service):
    clients = [getattr(dc, service)("alice") for dc in (server, bare)]
    more = libraries(server, service, "alice") - libraries(bare, service, "alice")
    for client in clients:
        (client.logout if service == "imap" else client.quit)()
    more = {name for name in more if name.startswith(("lib", "ld-"))}
    assert more == {"lib20_coexist_plugin.so"}


def test_the_auth_process_is_the_one_that_has_glib(server):
    server.doveadm("auth", "test", "alice", "pass")
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in server.pids("auth")]
    assert any("libglib" in text and "libauthdb_coexist" in text for text in maps)
