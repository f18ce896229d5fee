# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which mailboxes pop3_folders is for: odd names, separators, prefixes, patterns, ACLs."""

import pytest

from folders import PLUGINS, fill, uids
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
    log = [line for line in server.log_text().splitlines() if "POP3 is not shown" in line]
    assert sorted(line.split("POP3 is not shown ")[1].split(":")[0] for line in log) == \
        ["Closed", "Named"]
    with maildrop.pop3() as pop:
        numbers = {one: number for number, one in enumerate(
            [next(line[9:].decode() for line in pop.top(number, 0)[1]
                  if line.startswith(b"Subject: ")) for number in (1, 2, 3)], 1)}
        pop.dele(numbers["Sent"])
        pop.dele(numbers["Seen"])
        with pytest.raises(Exception, match="1 deleted messages stay: Permission denied"):
            pop.quit()
    assert HIDDEN in maildrop.flags("Sent")[1]
    assert HIDDEN not in maildrop.flags("Seen")[1]
