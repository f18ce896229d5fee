"""Documents that need a signature: what counts, what does not, and what is put back.

They are signed as a control panel would do it, by what doc/doveadm-coexist.md says
and nothing of ours.
"""

import base64
import hashlib
import subprocess

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain

USERS = [f"{kind}{number}" for kind in ("user", "other") for number in range(10)]


def openssl(*arguments):
    """Return what openssl prints."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True,
                          capture_output=True).stdout


class Panel:
    """A control panel with a key of its own in a folder."""

    def __init__(self, folder):
        self._key, self._lines = folder / "key.pem", folder / "lines"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self._key)
        self.public = openssl("pkey", "-in", self._key, "-pubout").decode()
        der = openssl("pkey", "-in", self._key, "-pubout", "-outform", "DER")
        self._id = hashlib.sha256(der[-32:]).hexdigest()[:8]

    def document(self, scope, **keys):
        """Return a signed document for this place in the store."""
        lines = sorted(f"policy.{key}={value}" for key, value in keys.items())
        self._lines.write_text("".join(f"{line}\n" for line in (
            "dovecot-coexist policy 1", f"shared/coexist/{scope}", *lines)))
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", self._key,
                            "-in", self._lines)
        policy = "".join(f"{key}={value}\n" for key, value in keys.items())
        return (f"[policy]\n{policy}[signature]\nkey={self._id}\n"
                f"ed25519={base64.b64encode(signature).decode()}\n")


@pytest.fixture(scope="module")
def panels(tmp_path_factory):
    """Two panels: the old one, whom the servers trust at first, and the new one."""
    return [Panel(tmp_path_factory.mktemp("panel")) for _ in range(2)]


def trust(path, *panels):
    """Let the servers that read this file trust these panels and no other."""
    path.write_text("".join(panel.public for panel in panels))


@pytest.fixture(scope="module")
def keys(tmp_path_factory, panels):
    """The file of the old panel's key."""
    path = tmp_path_factory.mktemp("keys") / "panel.pub"
    trust(path, panels[0])
    return path


@pytest.fixture(scope="module")
def start(gated, keys):
    """start(on_store_error) returns a server that trusts the old panel."""
    def start(action, path=keys):
        return gated(dict.fromkeys(USERS, {}),
                     gate={"policy_public_keys": path, "on_store_error": action})
    return start


@pytest.fixture(scope="module")
def server(start):
    return start("tempfail")


def put(server, panel, scope, **keys):
    """Store a document that the panel signs; return its text."""
    text = panel.document(scope, **keys)
    server.store.put(scope, text)
    return text


def outcome(server, user):
    """Return "passes", "deny" or "store", else the reply."""
    reply = pop3_auth_plain(server, Client(user))
    if logins.passes("pop3", reply):
        return "passes"
    for kind in ("deny", "store"):
        if texts.sentence(kind, "pop3") in reply:
            return kind
    return reply


def test_a_signed_document_counts(server, panels):
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    put(server, panels[0], "mailbox/user0", pop3_access="allow", language="es")
    assert outcome(server, "user0") == "passes"


FORGERIES = {
    "no signature": lambda text: text.partition("[signature]")[0],
    "another value": lambda text: text.replace("=deny", "=allow"),
    "one more key": lambda text: text.replace("[policy]\n", "[policy]\nimap_access=deny\n"),
    "one more reason": lambda text: text + "[meta]\nreason=none\n",
    "another key's id": lambda text: text.replace("\nkey=", "\nkey=00"),
    "half a signature": lambda text: text[:-50] + "\n",
    "no base64": lambda text: text.replace("ed25519=", "ed25519=*"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_document_is_a_store_error(server, panels, forge):
    text = panels[0].document("mailbox/user1", pop3_access="deny")
    server.store.put("mailbox/user1", text)
    assert outcome(server, "user1") == "deny"
    server.store.put("mailbox/user1", forge(text))
    assert outcome(server, "user1") == "store"


def test_the_document_of_another_mailbox_is_a_store_error(server, panels):
    server.store.put("mailbox/other0", put(server, panels[0], "mailbox/user2",
                                           pop3_access="deny"))
    assert (outcome(server, "user2"), outcome(server, "other0")) == ("deny", "store")


def test_the_document_of_a_stranger_is_a_store_error(server, panels):
    put(server, panels[1], "mailbox/user3", pop3_access="deny")
    assert outcome(server, "user3") == "store"


def test_a_forgery_does_not_replace_what_was_known(start, panels):
    server = start("last-known")
    text = put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    server.store.put("mailbox/user0", text.replace("=deny", "=allow"))
    assert outcome(server, "user0") == "deny"
    server.wait_log("shared/coexist/mailbox/user0")


# doc/policy-store.md, "Signed documents that are put back"

def test_an_old_document_that_is_put_back_counts(server, panels):
    old = put(server, panels[0], "mailbox/user4", pop3_access="allow")
    put(server, panels[0], "mailbox/user4", pop3_access="deny")
    assert outcome(server, "user4") == "deny"
    server.store.put("mailbox/user4", old)
    assert outcome(server, "user4") == "passes"


def test_a_document_that_is_removed_does_not_count(server, panels):
    put(server, panels[0], "mailbox/user5", pop3_access="deny")
    assert outcome(server, "user5") == "deny"
    server.store.remove("mailbox/user5")
    assert outcome(server, "user5") == "passes"


def reload(server):
    """Let the processes of logins begin anew."""
    old = {*server.pids("auth"), *server.pids("pop3-login")}
    server.reload()
    server.wait_for(lambda: not old & set(server.pids()), 60, "old processes to end")


def test_a_new_key_ends_all_old_documents(start, panels, tmp_path):
    keys = tmp_path / "panel.pub"
    trust(keys, *panels)
    server = start("tempfail", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    put(server, panels[1], "mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("deny", "deny")
    trust(keys, panels[1])
    reload(server)
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("store", "deny")


def test_dovecot_conf_holds_whatever_is_put_back(gated, panels, keys):
    server = gated({"user0": {}}, coexist={"pop3_access": "suspend"},
                   gate={"policy_public_keys": keys})
    put(server, panels[0], "mailbox/user0", pop3_access="allow")
    assert texts.sentence("suspend", "pop3") in pop3_auth_plain(server, Client("user0"))


def test_keys_that_are_no_files_trust_nobody(gated, panels):
    """A mistake in dovecot.conf must not make unsigned documents count."""
    server = gated({"user0": {}, "user1": {}},
                   gate={"policy_public_keys": "panel.pub", "on_store_error": "tempfail"})
    server.store.put("mailbox/user0", "[policy]\npop3_access=deny\n")
    put(server, panels[0], "mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("store", "store")
    server.wait_log("policy_public_keys=panel.pub")
