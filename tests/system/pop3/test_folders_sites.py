# SPDX-License-Identifier: LGPL-2.1-or-later
"""A maildrop of several mailboxes on sites with settings of their own."""

import json
import re
import shutil

import pytest

from folders import PLUGINS, fill, seen_by_imap, uids
from instance import Dovecot, message
from names import HIDDEN
from pages import section
from view_listing import listed, names

ALONE = "POP3 is shown INBOX alone, and no pop3_folders: "


def location(in_23, in_24, **more):
    """Return the settings for another place of the mails."""
    text = more.pop("conf", "")
    return {"conf23": text + f"mail_location = {in_23}\n", "conf24": text + in_24, **more}


def beside(*plugins, **more):
    """Return the settings that have these plugins, too."""
    return {"plugins": {"all": [*plugins, "coexist"], "pop3": ["virtual"]}, **more}


LAZY = {"conf23": """plugin {
  lazy_expunge = Expunged
}
""", "conf24": "lazy_expunge_mailbox = Expunged\n"}
LOGGED = {"conf23": """plugin {
  mail_log_events = expunge flag_change
  mail_log_fields = uid box
}
""", "conf24": "mail_log_events {\n  expunge = yes\n  flag_change = yes\n}\n"
               "mail_log_fields = uid box\n"}
IN_MEMORY = location("maildir:~/mail:INDEX=MEMORY", "mail_index_path = MEMORY\n")
SITES = {
    "index in memory": IN_MEMORY,
    "index apart": location("maildir:~/mail:INDEX=~/index", "mail_index_path = ~/index\n"),
    "mdbox, index apart": location("mdbox:~/mail:INDEX=~/index", "mail_index_path = ~/index\n",
                                   storage="mdbox"),
    "layout fs": location("maildir:~/mail:LAYOUT=fs", "mailbox_list_layout = fs\n"),
    "layout index": location("mdbox:~/mail:LAYOUT=index", "mailbox_list_layout = index\n",
                             storage="mdbox"),
    "no home": location("maildir:/mnt/home/%u/mail", "mail_path = /mnt/home/%{user}/mail\n"),
    "home is the mails' root": location("maildir:~/", "mail_path = ~/\n"),
    "home is the mails' root, fs": location("maildir:~/:LAYOUT=fs",
                                            "mail_path = ~/\nmailbox_list_layout = fs\n"),
    # Dovecot 2.4 has it without a plugin
    "listescape": beside(*["listescape"] * (Dovecot.installed().generation == 23),
                         conf="namespace inbox {\n  separator = .\n}\n",
                         conf24='mailbox_list_storage_escape_char = "\\\\"\n'),
    "lazy_expunge": beside("lazy_expunge", **LAZY),
    "mail_log": beside("notify", "mail_log", **LOGGED),
    "quota": {"quota": "10M", "plugins": {"all": ["coexist", "quota"], "pop3": ["virtual"]}},
    "many sessions in a process": {"high_performance": True},
    "no list index": {"conf": "mailbox_list_index = no\n"},
    "few open": {"conf23": "plugin {\n  virtual_max_open_mailboxes = 1\n}\n",
                 "conf24": "virtual_max_open_mailboxes = 1\n"},
}


@pytest.fixture(scope="module", params=SITES)
def site(request, start):
    settings = {"gate": {}, "plugins": PLUGINS, **SITES[request.param]}
    for which in ("conf23", "conf24"):
        settings[which] = settings.get(which, "") + "mail_temp_dir = /mnt/home/temporary\n"
    server = start(**settings)
    if request.param == "no home":
        server.take_homes_away()
    temporary = server.folder / "home/temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    return server


def list_of(maildrop):
    with maildrop.imap() as imap:
        return {line.split()[-1].strip(b'"') for line in imap.list()[1]}


def test_a_site(site):
    maildrop = site.maildrop()
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        before = uids(pop)
    sep = "." if "separator = ." in (site.folder / "etc/dovecot.conf").read_text() else "/"
    folders = ["Sent", f"Work{sep}a", f"Work{sep}b"]
    for folder in folders:
        fill(maildrop, folder, f"{folder} 1", f"{folder} 2")
    mailboxes = list_of(maildrop)
    imap_saw = seen_by_imap(maildrop, *folders)
    site.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Work/*",
                   pop3_mark_read="never")
    for _ in range(2):
        with maildrop.pop3() as pop:
            after = uids(pop)
            for number in range(1, 9):
                pop.retr(number)
            pop.quit()
        assert len(after) == 8 == len(set(after.values()))
        assert {one: after[one] for one in before} == before
    with maildrop.pop3() as pop:
        for number in range(1, 9):
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert listed(maildrop) == []
    assert seen_by_imap(maildrop, *folders) == imap_saw
    assert maildrop.subjects() == []
    assert list_of(maildrop) - {b"Expunged"} == mailboxes
    assert maildrop.log_problems() == []
    assert not list(site.folder.glob("home/temporary/*")), "a temporary folder is left"


def test_what_the_maillog_has(start):
    server = start(**{"gate": {}, **SITES["mail_log"]})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(2)
        pop.quit()
    log = [line for line in server.log_text().splitlines()
           if re.search(r"pop3\(.*(expunge|flag_change): ", line)]
    assert len([line for line in log if "expunge: box=INBOX" in line]) == 1, log
    assert not any("expunge: box=Sent" in line for line in log), log


def test_lazy_expunge_gets_what_left_inbox(start):
    server = start(**{"gate": {}, **SITES["lazy_expunge"]})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(2)
        pop.quit()
    assert maildrop.subjects("Expunged") == names(1)
    assert maildrop.subjects("Sent") == ["sent"]


# INBOX alone

def explained_alone(maildrop):
    """Return the mailboxes of which an administrator is told, and what is said besides."""
    done = maildrop.server.doveadm("-f", "json", "coexist", "explain", "--pop3-view", "-u",
                                   maildrop.user, check=False)
    assert done.returncode == 0
    return {row["mailbox"] for row in json.loads(done.stdout)}, done.stderr


def test_without_the_plugin_inbox_alone(start):
    server = start(gate={}, plugins={"all": ["coexist"]})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    assert listed(maildrop) == names(1, 2)
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == names(2)
    problems = maildrop.log_problems()
    assert len(problems) == 2 and all(ALONE + "the plugin virtual is not in" in line
                                      for line in problems)
    mailboxes, told = explained_alone(maildrop)
    assert mailboxes == {"INBOX"}
    assert "POP3 is shown INBOX alone: the plugin virtual is not in" in told
    server.store.put("mailbox/" + maildrop.user, pop3_max_messages="1")
    assert explained_alone(maildrop) == ({"INBOX"}, "")


def test_more_than_two_hundred_mailboxes(start):
    server = start(gate={}, plugins=PLUGINS)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        for number in range(199):
            assert imap.create(f"Work/{number}")[0] == "OK"
        for number in (0, 100, 198):
            assert imap.append(f"Work/{number}", None, None, message(f"w {number}"))[0] == "OK"
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Work/*")
    found = {*names(1), "w 0", "w 100", "w 198"}
    assert set(listed(maildrop)) == found
    with maildrop.pop3() as pop:
        for number in range(1, 5):
            pop.retr(number)
            pop.dele(number)
        pop.rset()
        pop.dele(2)
        pop.quit()
    assert len(listed(maildrop)) == 3
    assert maildrop.log_problems() == []
    with maildrop.imap() as imap:
        assert imap.create("Work/new")[0] == "OK"
    assert listed(maildrop) == maildrop.subjects() == names(1)
    problem, = maildrop.log_problems()
    assert ALONE + "they are more than 200 mailboxes" in problem
    mailboxes, told = explained_alone(maildrop)
    assert mailboxes == {"INBOX"}
    assert "POP3 is shown INBOX alone: pop3_folders are more than 200 mailboxes" in told


def test_an_index_of_the_maildrop_that_is_lost(start):
    """It is a cache: what POP3 is shown, and under which IDs, does not depend on it."""
    server = start(gate={}, plugins=PLUGINS)
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1", "sent 2", "sent 3")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent", pop3_max_messages="2")
    with maildrop.pop3() as pop:
        before = uids(pop)
        pop.dele(pop.stat()[0])
        pop.quit()
    with maildrop.pop3() as pop:
        before = uids(pop)
    folder, = maildrop.folder.rglob("dovecot-coexist.maildrop")
    shutil.rmtree(folder)
    with maildrop.pop3() as pop:
        assert uids(pop) == before
    for file in folder.rglob("dovecot.index*"):
        file.write_bytes(b"garbage" * 50)
    with maildrop.pop3() as pop:
        assert uids(pop) == before


# Unique IDs

FORMATS = {"uid": ("%08Xu%08Xv", "%{uid | hex(8)}%{uidvalidity | hex(8)}"),
           "guid": ("%g", "%{guid}"), "file": ("%f", "%{filename}"),
           "mixed": ("%v.%u-%g", "%{uidvalidity}.%{uid}-%{guid}")}


@pytest.mark.parametrize("options", ["", "pop3_save_uidl = yes\n", "pop3_reuse_xuidl = yes\n",
                                     "pop3_uidl_duplicates = rename\n"],
                         ids=["", "save", "xuidl", "rename"])
@pytest.mark.parametrize("form", FORMATS)
def test_formats_of_unique_ids(start, form, options):
    in_23, in_24 = FORMATS[form]
    server = start(gate={}, plugins=PLUGINS, conf=options,
                   conf23=f"pop3_uidl_format = {in_23}\n", conf24=f"pop3_uidl_format = {in_24}\n")
    maildrop = server.maildrop()
    maildrop.deliver(2, message("own", X_UIDL="own-id"))
    fill(maildrop, "Sent", "sent")
    with maildrop.imap() as imap:
        imap.select()
        assert imap.copy("1", "Sent")[0] == "OK"
    twin = server.maildrop()
    with maildrop.pop3() as pop:
        before = uids(pop)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    with maildrop.pop3() as pop:
        found = [line.split()[1] for line in pop.uidl()[1]]
        after = uids(pop)
    assert len(set(found)) == len(found) == 5
    assert {before[one] for one in before} <= {one.decode() for one in found}
    assert {one: after[one] for one in ("number 2", "own")} == \
        {one: before[one] for one in ("number 2", "own")}
    # of the message and its copy, the one in INBOX has kept its ID
    copied = next(iter(before.keys() - {"number 2", "own"}))
    with maildrop.pop3() as pop:
        pop.dele(found.index(before[copied].encode()) + 1)
        pop.quit()
    assert copied not in maildrop.subjects() and copied in maildrop.subjects("Sent")
    server.store.put("mailbox/" + maildrop.user)
    with maildrop.pop3() as pop:
        assert uids(pop) == {one: before[one] for one in before if one != copied}
    assert maildrop.log_problems() == []
    assert twin.log_problems() == []


def test_a_site_that_hides_by_a_keyword_of_its_own(start):
    server = start(gate={}, plugins=PLUGINS,
                   conf23="pop3_deleted_flag = '$Gone'\npop3_delete_type = flag\n",
                   conf24="pop3_deleted_flag = $Gone\npop3_delete_type = flag\n")
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    with maildrop.pop3() as pop:
        before = uids(pop)
        for number in (1, 3):
            pop.dele(number)
        pop.quit()
    assert len(listed(maildrop)) == 2 == len(before) - 2
    assert len(maildrop.having("$Gone")) + \
        sum("$Gone" in flags for flags in maildrop.flags("Sent").values()) == 2
    assert not any(HIDDEN in flags for flags in maildrop.flags("Sent").values())
    assert maildrop.subjects() == names(1, 2)


def test_the_block_of_the_page(start):
    """doc/pop3-view.md: what makes POP3 show other folders."""
    generation = Dovecot.installed().generation
    block, = re.findall(rf"^```dovecot-2\.{generation - 20}\n(.*?)^```$",
                        section("pop3-view.md", "Other folders"), re.M | re.S)
    server = start(gate={}, plugins={"all": ["coexist"]}, conf=block)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    for mailbox in ("Sent", "Projects/a", "Trash"):
        fill(maildrop, mailbox, mailbox)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="INBOX Sent Projects/*")
    assert set(listed(maildrop)) == {*names(1), "Sent", "Projects/a"}
