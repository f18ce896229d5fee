# SPDX-License-Identifier: LGPL-2.1-or-later
"""Settings that some sites have: what POP3 deletes is where the policy says, and comes back.

Each is harmless in itself. A row has several that do not meddle with each other.
"""


import pytest

import journal
from names import NOTICE_TEXTS, QUIT_OK

POLICIES = {"hide": {"coexist_pop3_delete": "hide"},
            "trash": {"coexist_pop3_delete": "trash"},
            "held": {"coexist_pop3_delete": "trash", "coexist_pop3_delete_limit": "1"}}
EVERYTHING = {"template_dir": str(NOTICE_TEXTS), "pop3_mark_read": "complete",
              "pop3_mark_downloaded": "yes", "pop3_keep_days": "30"}

CAREFUL = """mmap_disable = yes
mail_fsync = always
mail_nfs_index = yes
mail_nfs_storage = yes
lock_method = dotlock
maildir_copy_with_hardlinks = no
"""
STRANGE = """namespace inbox {
  prefix = INBOX.
  separator = .
}
mailbox_list_index = no
mail_save_crlf = yes
protocol pop3 {
  pop3_lock_session = yes
  pop3_fast_size_lookups = yes
  pop3_enable_last = yes
  pop3_client_workarounds = outlook-no-nuls oe-ns-eoh
  pop3_save_uidl = yes
  pop3_reuse_xuidl = yes
}
"""
CLEANED = """namespace inbox {
  mailbox Trash {
    auto = create
    special_use = \\Trash
    autoexpunge = 1d
  }
}
"""
COMPAT = """namespace inbox {
  separator = .
}
namespace compat {
  prefix = INBOX.
  separator = .
  inbox = no
  hidden = yes
  list = no
  alias_for =
  %s
}
"""
PLUGINS = {"all": ["acl", "coexist", "listescape", "quota"]}


def location(in_23, in_24, **more):
    """Return the settings for another place of the mails."""
    text = more.pop("conf", "")
    return {"conf23": text + f"mail_location = {in_23}\n", "conf24": text + in_24, **more}


def night(*row, **how):
    return pytest.param(*row, marks=[pytest.mark.night, *how.get("marks", ())], id=how["id"])


SITES = [
    # not in one row with dotlocks, for which Dovecot makes no volatile folder
    pytest.param(location(
        "maildir:~/mail:INDEX=~/mail/i:CONTROL=~/mail/c:VOLATILEDIR=~/volatile",
        "mail_index_path = ~/mail/i\nmail_control_path = ~/mail/c\n"
        "mail_volatile_path = ~/volatile\n"), id="folders apart"),
    # behind the fsync of Server's own
    pytest.param({"conf23": CAREFUL, "conf24": CAREFUL}, id="as for NFS"),
    pytest.param({"conf": STRANGE, "conf23": "mail_never_cache_fields = *\n"},
                 id="prefix, options of POP3, no cache"),
    night({"conf": CLEANED}, id="autoexpunge"),
    night(location("maildir:~/mail:LAYOUT=fs", "mailbox_list_layout = fs\n"), id="layout fs"),
    night(location("mdbox:~/mail:LAYOUT=index", "mailbox_list_layout = index\n",
                   storage="mdbox"), id="layout index"),
    night({"conf23": COMPAT % "location = maildir:~/mail", "conf24": COMPAT % "mail_path = ~/mail"},
          id="an alias for another prefix"),
    night({"plugins": PLUGINS, "quota": "1M", "coexist": {"quota_warn": "10 20"},
           "conf": "namespace inbox {\n  separator = .\n}\n",
           "conf23": "plugin {\n  acl = vfile\n}\n", "conf24": "acl_driver = vfile\n"},
          id="acl, listescape, quota notices"),
    night({"high_performance": True}, id="many sessions in a process"),
    night(location("mdbox:~/mail:ALT=~/mail/alt", "mail_alt_path = ~/mail/alt\n",
                   storage="mdbox", conf="mdbox_rotate_size = 600\n"), id="mdbox, small files"),
    night({"storage": "sdbox", "conf": "mail_attachment_dir = /mnt/home/attachments\n"
           "mail_attachment_min_size = 1\nmail_attachment_fs = sis posix\n"},
          id="sdbox, attachments apart", marks=[pytest.mark.only_on(23, reason="other settings")]),
]


@pytest.fixture(scope="module", params=SITES)
def server(request, start):
    settings = dict(request.param)
    coexist = {**EVERYTHING, **settings.pop("coexist", {})}
    return start(groups=POLICIES, coexist=coexist, **settings)


@pytest.fixture(params=POLICIES)
def policy(request):
    """What becomes of deleted messages."""
    return request.param


def numbers(*which):
    return [f"number {number}" for number in which]


def delete_two(maildrop, meanwhile=lambda: None):
    """Deliver four messages, and delete two in a session; return the reply to QUIT."""
    maildrop.deliver(4)
    with maildrop.transcript() as pop:
        pop.say("RETR 1", "NOOP", "DELE 2", "RETR 3", "DELE 3")
        meanwhile()
        pop.say("QUIT")
    return pop.text.splitlines()[-1].decode()


def mails(maildrop, mailbox="INBOX"):
    """Return the subjects of what was delivered, in order."""
    return sorted(subject for subject in maildrop.subjects(mailbox)
                  if subject.startswith("number"))


def trash_of(maildrop):
    prefix = "INBOX." if "INBOX." in (maildrop.server.folder / "etc/dovecot.conf").read_text() \
        else ""
    return mails(maildrop, f"{prefix}Trash")


def assert_deleted(maildrop, policy):
    """See that all four are where they belong."""
    stays = policy != "trash"
    assert mails(maildrop) == (numbers(1, 2, 3, 4) if stays else numbers(1, 4))
    assert trash_of(maildrop) == ([] if stays else numbers(2, 3))
    assert maildrop.having("$POP3Hidden") == ([2, 3] if stays else [])


def test_deleted_and_put_back(server, policy):
    maildrop = server.maildrop(policy)
    assert delete_two(maildrop) == QUIT_OK
    assert_deleted(maildrop, policy)
    assert 1 in maildrop.seen()
    assert 1 in maildrop.having("$POP3Downloaded")
    server.doveadm("coexist", "expire", "-u", maildrop.user)
    server.doveadm("coexist", "undo", "-u", maildrop.user, journal.read(maildrop)[0]["session"])
    assert mails(maildrop) == numbers(1, 2, 3, 4)
    assert maildrop.having("$POP3Hidden") == []
    assert maildrop.log_problems() == []


# Others do something to the mailbox between DELE and QUIT

@pytest.fixture(scope="module", params=["maildir", pytest.param("mdbox", marks=pytest.mark.night),
                                        pytest.param("sdbox", marks=pytest.mark.night)])
def plain_server(request, start):
    return start(storage=request.param, groups=POLICIES, coexist=EVERYTHING)


COMMANDS = {
    "force-resync": ("force-resync", "-u", "@", "*"),
    "purge": ("purge", "-u", "@"),
    "backup": ("backup", "-u", "@", "@copy"),
    "sync": ("sync", "-u", "@", "@copy"),
    "expire": ("coexist", "expire", "-u", "@"),
}


@pytest.mark.parametrize("name", ["force-resync", "sync", *(
    pytest.param(name, marks=pytest.mark.night) for name in ("purge", "backup", "expire"))])
def test_an_administrator_works_on_it_meanwhile(plain_server, policy, name):
    """Who is told of a failure still has all messages."""
    maildrop = plain_server.maildrop(policy)
    words = {"@": maildrop.user, "@copy": "sdbox:~/copy"}

    def command():
        plain_server.doveadm(*(words.get(word, word) for word in COMMANDS[name]))
    reply = delete_two(maildrop, command)
    if reply == QUIT_OK:
        assert_deleted(maildrop, policy)
    else:
        assert reply.startswith("-ERR [SYS/TEMP] ")
        assert mails(maildrop) == numbers(1, 2, 3, 4)
    # as many as before, and none twice
    command()
    assert sorted(mails(maildrop) + trash_of(maildrop)) == numbers(1, 2, 3, 4)
