# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each control of the page is used, and the next session of POP3 shows what it did."""

from datetime import datetime, timedelta, timezone

import pytest

from instance import message

pytestmark = pytest.mark.night


def count(maildrop):
    """Return how many messages POP3 is shown."""
    with maildrop.pop3() as client:
        found = client.stat()[0]
        client.quit()
    return found


def download(maildrop, number=1):
    with maildrop.pop3() as client:
        client.retr(number)
        client.quit()


def expire(maildrop):
    """Return what CAPA says of EXPIRE."""
    with maildrop.pop3() as client:
        return [line.split()[1].decode() for line in client._longcmd("CAPA")[1]
                if line.startswith(b"EXPIRE")]


def saves(page):
    """Save, and have the page drawn from the server again."""
    assert page.save() == ""
    page.open()


@pytest.mark.parametrize("word, seen", [("complete", [1]), ("quit", [1]), ("stock", [1]),
                                        ("never", [])])
def test_what_a_download_does(page, maildrop, word, seen):
    maildrop.deliver(1)
    page.choose("pop3_mark_read", word)
    saves(page)
    assert page.answer("pop3_mark_read") == word
    download(maildrop)
    assert maildrop.seen() == seen


@pytest.mark.parametrize("word, place", [("hide", "INBOX"), ("trash", "Trash"),
                                         ("archive", "Archive")])
def test_what_a_deletion_does(page, maildrop, word, place):
    maildrop.deliver(1)
    page.choose("pop3_delete", word)
    saves(page)
    assert page.answer("pop3_delete") == word
    maildrop.delete(1)
    assert count(maildrop) == 0
    assert maildrop.subjects(place) == ["number 1"]
    page.choose("pop3_delete", "")
    saves(page)
    assert page.answer("pop3_delete") == ""
    maildrop.deliver(message("gone"))
    maildrop.delete(count(maildrop))
    assert "gone" not in maildrop.subjects() + maildrop.subjects(place)


def test_how_long_mail_stays(page, maildrop):
    page.type("pop3_keep_days", "14")
    assert page.answer("pop3_keep_days") == "="     # it is chosen by being changed
    saves(page)
    assert expire(maildrop) == ["14"]
    page.choose("pop3_keep_days", "0")
    saves(page)
    assert page.answer("pop3_keep_days") == "0" and expire(maildrop) != ["14"]


def test_which_folders_are_shown(page, maildrop):
    with maildrop.imap() as client:
        for name in ("Sent", '"Old letters"', "&AMk-t&AOk-"):
            client.create(name)
            client.subscribe(name)
            client.append(name, None, None, b"Subject: there\r\n\r\nthere\r\n")
    page.open()
    assert page.items("pop3_folders") == {"Sent": False, "Old letters": False, "Été": False}
    page.tick("pop3_folders", Sent=True)
    saves(page)
    assert count(maildrop) == 1
    page.tick("pop3_folders", Old_letters=True, Été=True)
    saves(page)
    assert page.items("pop3_folders") == {"Sent": True, "Old letters": True, "Été": True}
    assert count(maildrop) == 3
    page.tick("pop3_folders", Sent=False, Old_letters=False, Été=False)
    saves(page)
    assert page.answer("pop3_folders") == "=" and count(maildrop) == 0
    page.choose("pop3_folders", "")
    saves(page)
    assert page.answer("pop3_folders") == ""


def appended(maildrop):
    """Put messages of today, 10 and 40 days ago into INBOX; return today."""
    now = datetime.now(timezone.utc)
    for days in (0, 10, 40):
        maildrop.append(message(f"{days} days"), received=now - timedelta(days))
    return now


def test_only_the_last_days_are_shown(page, maildrop):
    appended(maildrop)
    page.type("pop3_show_days", "20")
    saves(page)
    assert page.answer("pop3_show_days") == "=" and count(maildrop) == 2


def test_only_what_came_since_is_shown(page, maildrop):
    now = appended(maildrop)
    page.choose("pop3_show_since", "=")
    page.driver.execute_script(
        "document.querySelector('#coexist-pop3-show-since-own').value = arguments[0]",
        (now - timedelta(5)).strftime("%Y-%m-%d"))
    saves(page)
    assert page.answer("pop3_show_since") == "=" and count(maildrop) == 1


@pytest.mark.parametrize("key, word, flag", [
    ("pop3_show", "unread", "\\Seen"), ("pop3_show_deleted", "no", "\\Deleted")])
def test_what_has_a_flag_is_not_shown(page, maildrop, key, word, flag):
    maildrop.deliver(3)
    page.choose(key, word)
    saves(page)
    with maildrop.imap() as client:
        client.select()
        client.store("1", "+FLAGS", flag)
    assert page.answer(key) == word and count(maildrop) == 2


def test_what_the_provider_hides_is_shown(page, maildrop):
    """Before POP3 was shown anything: what has left its view stays away."""
    keys = {"pop3_show": "unread", "pop3_show_days": "5", "pop3_show_since": "2026-11-01",
            "pop3_show_deleted": "no"}
    maildrop.server.store.put(f"mailbox/{maildrop.user}", **keys,
                              owner_may_change=" ".join(keys))
    appended(maildrop)
    with maildrop.imap() as client:
        client.select()
        client.store("1", "+FLAGS", "\\Seen")
        client.store("2", "+FLAGS", "\\Deleted")
    page.open()
    page.choose("pop3_show", "all")
    page.choose("pop3_show_days", "0")
    page.choose("pop3_show_since", "none")
    page.choose("pop3_show_deleted", "yes")
    saves(page)
    assert [page.answer(key) for key in keys] == ["all", "0", "none", "yes"]
    assert count(maildrop) == 3


def notice(maildrop):
    """Return the subjects of what nobody has sent, as POP3 is shown them."""
    with maildrop.pop3() as client:
        heads = [b"\n".join(client.top(n + 1, 0)[1]) for n in range(client.stat()[0])]
    return [head for head in heads if b"Subject: filler" not in head]


def fill(maildrop, megabytes):
    line = b"x" * 70 + b"\r\n"
    maildrop.deliver(message("filler") + line * (megabytes * 1024 * 1024 // len(line)))


def test_when_to_warn_and_in_which_language(page, maildrop):
    page.tick("quota_warn", **{"50_%": True})
    page.choose("language", "de")
    saves(page)
    assert page.items("quota_warn")["50 %"] and page.answer("language") == "de"
    fill(maildrop, 7)
    maildrop.server.wait_for(lambda: notice(maildrop), what="the notice")
    assert b"Postfach" in notice(maildrop)[0] or b"=?" in notice(maildrop)[0]


def test_when_to_warn_of_little_space(page, maildrop):
    page.tick("quota_warn_free", **{"10_MB": True})
    saves(page)
    assert page.items("quota_warn_free")["10 MB"]
    fill(maildrop, 3)
    maildrop.server.wait_for(lambda: notice(maildrop), what="the notice")


def test_how_to_warn(page, owner, maildrop):
    """By an alert of IMAP alone: POP3 is shown no notice."""
    page.tick("quota_warn", **{"50_%": True})
    page.choose("quota_warn_channels", "=")
    page.tick("quota_warn_channels", **{"by_a_message_in_the_inbox": False})
    page.driver.find_element("css selector", "label[for='coexist-quota-warn-channels-item-1']").click()
    page.choose("quota_warn_repeat", "7d")
    page.type("quota_warn_rearm", "9")
    page.choose("quota_warn_recovered", "yes")
    for box in page.all("#coexist-quota-warn-channels input[type=checkbox]"):
        assert box.is_selected() == (box.get_attribute("value") == "alert")
    saves(page)
    assert owner.chosen("quota_warn_channels", "quota_warn_repeat", "quota_warn_rearm",
                        "quota_warn_recovered") == {
        "quota_warn_channels": "alert", "quota_warn_repeat": "7d", "quota_warn_rearm": "9",
        "quota_warn_recovered": "yes"}
    fill(maildrop, 7)
    assert notice(maildrop) == []


def test_an_alert_that_the_owner_chose_is_said(owner, maildrop):
    owner.chooses(quota_warn="50", quota_warn_channels="alert")
    owner.chosen("effective/quota_warn")        # a session that sees an empty mailbox
    fill(maildrop, 7)
    with maildrop.imap() as client:     # imaplib's select() would forget the alert
        maildrop.server.wait_for(lambda: client.noop() and "ALERT" in client.untagged_responses,
                                 what="the alert")


def test_what_was_not_touched_is_not_chosen(page, owner, maildrop):
    page.choose("pop3_delete", "trash")
    saves(page)
    assert owner.lines() == ["pop3_delete=trash"]
    saves(page)
    assert owner.lines() == ["pop3_delete=trash"]


def test_how_the_mailbox_is_doing(page, maildrop):
    maildrop.deliver(2)
    maildrop.server.store.put(f"mailbox/{maildrop.user}", pop3_mark_downloaded="yes",
                              pop3_delete="hide")
    with maildrop.pop3() as client:
        client.retr(1)
        client.retr(2)
        client.dele(1)
        client.quit()
    page.open()
    text = page.text(".coexist-status")
    assert "Downloaded by POP, still in your inbox\n2 messages" in text
    assert "Deleted by POP, still in your inbox\n1 message" in text
    assert " of 12 MB (0 %)" in text


def test_what_was_deleted_comes_back(page, maildrop):
    """By the button, and POP3 is shown it again."""
    maildrop.server.store.put(f"mailbox/{maildrop.user}", owner_may_change="pop3_show undo",
                              pop3_delete_limit="2")
    maildrop.deliver(3)
    maildrop.delete(1, 2, 3)
    assert maildrop.having("$POP3Hidden") == [1, 2, 3]
    page.open()
    assert "3 kept in your inbox" in page.text(".coexist-deletions")
    button = page.find(".coexist-undo button")
    assert button.get_attribute("aria-label").startswith("Bring back what was deleted on ")
    assert page.submit(button.click) == ""
    assert page.all(".coexist-deletions") == [] and maildrop.having("$POP3Hidden") == []
    assert count(maildrop) >= 3


def test_an_undo_is_not_offered_where_it_is_not_allowed(page, maildrop):
    maildrop.server.store.put(f"mailbox/{maildrop.user}", pop3_delete="trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    page.open()
    assert "1 moved" in page.text(".coexist-deletions")
    assert page.all(".coexist-undo") == []
