# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies of earlier versions mean what they meant, and a change keeps what is not known."""

import json
import shutil

import pytest

import documents
from frozen import HERE

SPARE = "user9"


@pytest.fixture(scope="module")
def folder(version):
    return HERE / version / "documents"


def put(folder, admin):
    """Make it the store of the administrator's server, which auth can read."""
    admin.documents.parent.mkdir(exist_ok=True)
    shutil.copytree(folder / "coexist", admin.documents)
    for path in (admin.documents.parent, *admin.documents.parent.rglob("*")):
        shutil.chown(path, group="dovecot")
        path.chmod(0o2750 if path.is_dir() else 0o640)


@pytest.fixture(scope="module")
def admin(start, folder):
    admin = documents.administrator(start(**documents.SERVER))
    put(folder, admin)
    return admin


def values(admin, user):
    return {row["key"]: row["value"] for row in
            json.loads(admin.run("policy", "get", "-u", user, output="json").stdout)}


def test_all_says_what_it_said(admin, folder):
    """A later version may say more of something, and nothing else."""
    then = json.loads((folder / "told.json").read_text())
    now = documents.told(admin)
    for words, told in then.items():
        assert known(now[words], told) == told, words


def known(now, then):
    """Return of what is told now what there was then: lists keep their length."""
    if isinstance(then, dict):
        return {name: known(now[name], value) for name, value in then.items()}
    if isinstance(then, list) and isinstance(now, list) and len(now) == len(then):
        return [known(*pair) for pair in zip(now, then)]
    return now


def test_each_key_of_then_is_read(admin):
    assert values(admin, "user0") == documents.VALUES


@pytest.mark.parametrize("name", documents.VALUES)
def test_a_key_that_is_not_there_is_missed(admin, name):
    """So the test above would fail by a reader that drops the key."""
    text = admin.text("mailbox/user0")
    lines = [line for line in text.splitlines(True) if not line.startswith(f"{name}=")]
    assert len(lines) == len(text.splitlines()) - 1
    admin.put(f"mailbox/{SPARE}", "".join(lines))
    assert documents.VALUES.items() - values(admin, SPARE).items() == \
        {(name, documents.VALUES[name])}


def test_a_signature_of_then_is_valid(start, folder):
    server = start(conf23=documents.CONF23,
                   conf24=documents.CONF24 + "coexist_" + documents.SIGNED)
    admin = documents.administrator(server, signed=True)
    shutil.copyfile(folder / "panel.pub", server.folder / "etc/panel.pub")
    put(folder, admin)
    [row] = admin.rows("policy", "verify", "-u", "user1")
    assert row["signature"] == "valid"
    text = admin.text("mailbox/user1")
    admin.put("mailbox/user1", text.replace("Signed.", "Singed."))
    [row] = json.loads(admin.run("policy", "verify", "-u", "user1", output="json").stdout)
    assert row["signature"] == "invalid"


# Of a version that is still to come

LATER = """[meta]
by=panel
licence=gold

[policy]
# ours
pop3_delete=hide
imap_colour=blue

[later]
x=1
"""


def test_a_change_keeps_what_a_later_version_has_written(admin):
    """Keys, groups and what [meta] says, too."""
    admin.put(f"mailbox/{SPARE}", LATER)
    (admin.documents / "mailbox" / SPARE).chmod(0o644)
    done = admin.run("policy", "set", "-u", SPARE, "pop3_keep_days=30")
    assert done.returncode == 0, done.stderr
    text = admin.text(f"mailbox/{SPARE}")
    for line in ("licence=gold", "# ours", "pop3_delete=hide", "imap_colour=blue", "[later]",
                 "x=1", "pop3_keep_days=30"):
        assert line in text.splitlines(), line


def test_what_is_known_of_a_later_document_counts(admin):
    admin.put(f"mailbox/{SPARE}", LATER)
    assert values(admin, SPARE)["pop3_delete"] == "hide"
