# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which mailboxes pop3_folders is for: odd names, separators, prefixes, patterns, ACLs."""

import json

import pytest

import journal
from folders import PLUGINS, fill, quoted, seen_by_imap, uids
from instance import Dovecot
from names import HIDDEN
from view_listing import listed, names

ODD = ["Übersicht Ελλάδα", "two words", 'a "quoted" one', "+plus", "-minus", "!bang", "#hash",
       " leading", "back\\slash", "100% sure", "a*b", "&amp", "INBOX-like", "naïve/Ünder"]


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS)


def subject(number):
    return f"odd {number}"


@pytest.fixture
def odd(maildrop):
    """A mailbox of each odd name, with one message."""
    for number, name in enumerate(ODD):
        fill(maildrop, name, subject(number))
    return maildrop


def test_odd_names_by_a_pattern(odd, show):
    fill(odd, "axb", "not a pattern's")
    show(pop3_folders="*")
    assert set(listed(odd)) == {*(subject(number) for number in range(len(ODD))),
                                "not a pattern's"}
    assert odd.log_problems() == []


@pytest.mark.parametrize("number", [number for number, name in enumerate(ODD)
                                    if '"' not in name and "*" not in name and "%" not in name],
                         ids=lambda number: ODD[number])
def test_odd_names_that_are_named(maildrop, show, number):
    fill(maildrop, ODD[number], "one", "two")
    fill(maildrop, "Other", "other")
    # in a document's file a backslash is doubled
    show(pop3_folders=f'"{ODD[number]}"'.replace("\\", "\\\\"))
    for _ in range(2):
        assert set(listed(maildrop)) == {"one", "two"}
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.quit()
    assert len(listed(maildrop)) == 1
    assert maildrop.log_problems() == []


def test_a_mailbox_whose_name_is_like_a_pattern_brings_no_other(maildrop, show):
    fill(maildrop, "w/a*b", "star")
    fill(maildrop, "w/axb", "x")
    fill(maildrop, "Trash/a*b", "trash")
    fill(maildrop, "w/axb/Trash", "deep")
    show(pop3_folders="w/a**")
    assert set(listed(maildrop)) == {"star", "x", "deep"}
    with maildrop.imap() as imap:
        imap.delete("w/axb")
        imap.rename("w/axb/Trash", "v")
    fill(maildrop, "w/ab", "neither")
    show(pop3_folders="w/a%%*%b")
    assert set(listed(maildrop)) == {"star", "neither"}


@pytest.mark.parametrize("folders, found", [
    ("*", {"sent", "a", "b"}), ("Work/*", {"a", "b"}), ("Work/%", {"a"}),
    ("Trash", {"trash"}), ("* Junk", {"sent", "a", "b", "junk"}), ("Trash/*", set()),
    ("Trash/old", {"old"}), ("inbox Sent sent", {"sent"}), ("Nowhere Sent", {"sent"}),
    ("INBOX", set()), ("W%", set()), ("*/a", {"a"}), ("Work/a*", {"a", "b"})])
def test_patterns(maildrop, show, folders, found):
    for mailbox, one in (("Sent", "sent"), ("Work/a", "a"), ("Work/a/b", "b"), ("Trash", "trash"),
                         ("Trash/old", "old"), ("Junk", "junk")):
        fill(maildrop, mailbox, one)
    show(pop3_folders=folders)
    assert set(listed(maildrop)) == found
    assert maildrop.log_problems() == []


def test_no_mailbox_is_made(maildrop, show):
    show(pop3_folders="Sent Work/* Nowhere")
    assert listed(maildrop) == []
    with maildrop.imap() as imap:
        assert [line.split()[-1] for line in imap.list()[1]] == [b"INBOX"]


def test_special_uses_of_dovecot_conf_are_no_pattern_s(start):
    server = start(gate={}, plugins=PLUGINS, conf="""namespace inbox {
  mailbox Papierkorb {
    special_use = \\Trash
  }
  mailbox Spam {
    special_use = \\Junk
  }
}
""")
    maildrop = server.maildrop()
    for mailbox in ("Papierkorb", "Papierkorb/alt", "Spam", "Sent"):
        fill(maildrop, mailbox, mailbox)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="*")
    assert listed(maildrop) == ["Sent"]
    server.store.put("mailbox/" + maildrop.user, pop3_folders="* Spam")
    assert set(listed(maildrop)) == {"Sent", "Spam"}


@pytest.mark.parametrize("prefix", ["", "INBOX", "Mail"])
@pytest.mark.parametrize("separator", [".", "/", "^", "\\\\"])
def test_separators_and_prefixes(start, prefix, separator):
    plain = separator.replace("\\\\", "\\")
    more = "list = yes\n" if prefix else ""
    server = start(gate={}, plugins=PLUGINS, conf=f"""namespace inbox {{
  separator = "{separator}"
  prefix = "{prefix}{separator if prefix else ''}"
  {more}}}
""")
    maildrop = server.maildrop()
    begin = prefix + plain if prefix else ""
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        before = uids(pop)
    for mailbox in (f"{begin}Sent", f"{begin}Work{plain}a"):
        fill(maildrop, mailbox, mailbox)
    for folders in ("Sent Work/*", f'"{begin}Sent" "{begin}Work{plain}%"'):
        server.store.put("mailbox/" + maildrop.user, pop3_folders=folders)
        with maildrop.pop3() as pop:
            after = uids(pop)
        assert after.keys() == {"number 1", f"{begin}Sent", f"{begin}Work{plain}a"}, folders
        assert after["number 1"] == before["number 1"]
    with maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.dele(number)
        pop.quit()
    assert maildrop.subjects() == []
    assert maildrop.subjects(f'"{begin}Sent"'.replace("\\", "\\\\")) == [f"{begin}Sent"]
    assert maildrop.log_problems() == []


# Names that hold the separator

def escaping(separator):
    """Return the settings for names with any character: a plugin on Dovecot 2.3."""
    plugins = ["coexist"] + ["listescape"] * (Dovecot.installed().generation == 23)
    return {"plugins": {"all": plugins, "pop3": ["virtual"]},
            "conf": f"namespace inbox {{\n  separator = {separator}\n}}\n",
            "conf24": 'mailbox_list_storage_escape_char = "\\\\"\n'
                      'mailbox_list_visual_escape_char = "\\\\"\n'}


# {separator: mailboxes}: Work.a, its child b.c, and another. Where a dot separates, Dovecot 2.4 has
# it escaped in a name, and to 2.3 that is a backslash, which is escaped on the disk.
ESCAPED = {"/": ("Work.a", "Work.a/b.c", "Work"),
           ".": ("Work\\2ea", "Work\\2ea.b\\2ec", "Work")}


@pytest.mark.parametrize("storage", ["maildir", "mdbox", "sdbox"])
@pytest.mark.parametrize("separator", ESCAPED)
def test_names_that_hold_the_separator(start, storage, separator):
    server = start(gate={}, storage=storage, **escaping(separator))
    maildrop = server.maildrop()
    maildrop.deliver(2)
    mailboxes = ESCAPED[separator]
    for mailbox in mailboxes:
        fill(maildrop, mailbox, f"{mailbox} 1", f"{mailbox} 2")
    if storage == "maildir" and separator == "/":
        assert (maildrop.folder / ".Work\\2ea" / "cur").is_dir()
    before = seen_by_imap(maildrop, *mailboxes)
    newest = {*names(2), *(f"{mailbox} 2" for mailbox in mailboxes)}
    document = "mailbox/" + maildrop.user
    # by their names, and by a pattern
    named = " ".join(f'"{mailbox}"' for mailbox in mailboxes).replace("\\", "\\\\")
    for folders in (named, "*", "Work*"):
        server.store.put(document, pop3_folders=folders, pop3_max_messages="1")
        with maildrop.pop3() as pop:
            assert uids(pop).keys() == newest, folders
    rows = json.loads(server.doveadm("-f", "json", "coexist", "explain", "--pop3-view", "-u",
                                     maildrop.user))
    assert {row["mailbox"] for row in rows if row["why"] == "surplus"} == {"INBOX", *mailboxes}
    with maildrop.pop3() as pop:
        for number in range(1, 5):
            pop.retr(number)
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert listed(maildrop) == []
    after = seen_by_imap(maildrop, *mailboxes)
    assert {name: subjects for name, (subjects, _) in after.items()} == \
        {name: subjects for name, (subjects, _) in before.items()}
    for mailbox in mailboxes:
        assert [HIDDEN in flags for flags in maildrop.flags(quoted(mailbox)).values()] == \
            [False, True]
    # the journal has the names by which undo finds them
    session = journal.read(maildrop)[-1]["session"]
    server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    assert set(listed(maildrop)) == newest - {*names(2)}
    assert server.doveadm("-f", "json", "coexist", "view", "--reset", "-u", maildrop.user)
    server.store.put(document, pop3_folders=named)
    assert len(listed(maildrop)) == 7
    assert maildrop.log_problems() == []


@pytest.mark.only_on(23, reason="Dovecot 2.4 has it escaped")
def test_a_mailbox_that_dovecot_lists_and_can_not_open(start):
    """The separator was another one when it was made. Who is shown all others reads INBOX."""
    server = start(gate={}, **escaping("."))
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    fill(maildrop, "Made", "made")
    (maildrop.folder / ".Made").rename(maildrop.folder / ".Work\\2ea")
    assert "Work.a" in server.doveadm("mailbox", "list", "-u", maildrop.user).split()
    with maildrop.imap() as imap:
        assert imap.select("Work.a")[0] == "NO"
    for folders in ("*", "Sent Work.a"):
        server.store.put("mailbox/" + maildrop.user, pop3_folders=folders)
        assert set(listed(maildrop)) == {*names(1), "sent"}, folders
    assert maildrop.log_problems() == []


def denied(server):
    """Return the mailboxes that sessions have left out, as often as the log has them."""
    return sorted(line.split("POP3 is not shown ")[1].split(":")[0]
                  for line in server.log_text().splitlines() if "POP3 is not shown" in line)


def test_what_acls_deny_is_left_out_and_named_once(start):
    acl = {"plugins": {"all": ["acl", "coexist"], "pop3": ["virtual"]}}
    server = start(gate={}, conf23="plugin {\n  acl = vfile\n}\n", conf24="acl_driver = vfile\n",
                   **acl)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    for mailbox in ("Sent", "Closed", "Named", "Seen"):
        fill(maildrop, mailbox, mailbox)
    for mailbox, rights in (("Closed", "l"), ("Named", "l"), ("Seen", "lr")):
        folder, = maildrop.folder.glob(f"*{mailbox}")
        (folder / "dovecot-acl").write_text(f"owner {rights}\n")
        (folder / "dovecot-acl").chmod(0o644)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Named *")
    with maildrop.pop3() as pop:
        assert uids(pop).keys() == {*names(1), "Sent", "Seen"}
    assert denied(server) == ["Closed", "Named"]
    with maildrop.pop3() as pop:
        numbers = {one: number for number, one in enumerate(
            [next(line[9:].decode() for line in pop.top(number, 0)[1]
                  if line.startswith(b"Subject: ")) for number in (1, 2, 3)], 1)}
        pop.dele(numbers["Sent"])
        pop.dele(numbers["Seen"])
        with pytest.raises(Exception, match="1 deleted messages stay: Permission denied"):
            pop.quit()
    assert denied(server) == ["Closed"] * 2 + ["Named"] * 2
    assert HIDDEN in maildrop.flags("Sent")[1]
    assert HIDDEN not in maildrop.flags("Seen")[1]
