# SPDX-License-Identifier: LGPL-2.1-or-later
"""With log_debug an administrator reads why an owner was told something, or was not."""

import re
from contextlib import ExitStack

import pytest

from names import NOTICE_TEXTS
from owner import Owner, known

DEBUG = re.compile(r"Debug: .*?coexist: ((?:Quota|Notice|Alert)\b.*)")


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", conf="log_debug = category=coexist\n", coexist={
        "quota_warn": "80 90", "quota_warn_channels": "alert mail", "quota_warn_rearm": "5",
        "language": "es-MX", "template_dir": str(NOTICE_TEXTS)})


@pytest.fixture
def owner(server):
    return known(server)


class Story:
    """What the debug log says of a mailbox, from now on."""

    def __init__(self, owner):
        self._owner = owner
        self._told = len(self._lines())

    def _lines(self):
        return [found[1] for line in self._owner.server.log_text().splitlines()
                if re.search(rf"\({self._owner.user}\)|rcpt {self._owner.user}:", line)
                and (found := DEBUG.search(line))]

    def count(self, text):
        """Return in how many lines the text was said since the last time."""
        return sum(text in line for line in self._lines()[self._told:])

    def go_on(self):
        """Return what was said since the last time."""
        lines = self._lines()[self._told:]
        self._told += len(lines)
        return lines


def expect(lines, *wanted):
    """Check that these regular expressions match lines, in this order."""
    rest = iter(lines)
    for regex in wanted:
        assert any(re.search(regex, line) for line in rest), "\n".join([regex, *lines])


def test_the_story_of_a_warning(owner):
    """From the level that a delivery reaches to the alert that a session takes."""
    story = Story(owner)
    owner.fill(82)
    owner.expect("80%", channel="mail")
    expect(story.go_on(),
           r"^Quota: \d+ of 1024000 bytes\b.*: level=80% remembered=none, telling the level: "
           r"usage has reached a level above the remembered one$",
           r"^Notice quota-storage: text=\S+/quota-storage\.es\.txt language=es "
           r"\(asked for es-MX\)$",
           r"^Alert: left: Su buzon esta lleno al 82 %\.",
           r"^Notice quota-storage: text=\S+/quota-storage\.es\.txt language=es ")

    owner.visit("imap")
    expect(story.go_on(),
           r"^Alert: taken: Su buzon esta lleno al 82 %\.")

    owner.visit("pop3")
    expect(story.go_on(),
           r"^Quota: \d+ of 1024000 bytes\b.*: level=80% remembered=80%, telling nothing: "
           r"the level is remembered$")

    owner.fill(9)
    owner.expect("80%", "90%", channel="mail")
    expect(story.go_on(),
           r"level=90% remembered=80%, telling the level: ",
           r"^Alert: left: Su buzon esta lleno al 9\d %\.",
           r"^Notice: quota_mail is \d+:\d+ now, the one before \(\d+:\d+\) is gone$")

    owner.visit("imap")
    expect(story.go_on(),
           r"^Alert: waits, because a session took one less than a day ago$")


def test_what_changes_no_level_is_not_asked_for(owner):
    story = Story(owner)
    owner.deliver(1)
    expect(story.go_on(),
           r"^Quota: not asked, because what was delivered neither reaches nor leaves a level$")


def test_what_reaches_a_level_for_certain_is_not_asked_for(owner):
    owner.fill(78)
    story = Story(owner)
    owner.fill(3)
    owner.expect("80%", channel="mail")
    expect(story.go_on(),
           r"^Quota: not asked, because what was delivered reaches a level for certain$",
           r"level=80% remembered=none, telling the level: ")


def test_a_level_that_is_held_and_one_that_is_left(owner):
    owner.fill(50)
    owner.fill(28)
    owner.fill(4)
    owner.expect("80%", channel="mail")
    owner.visit("imap")
    story = Story(owner)
    owner.remove(4)
    owner.visit("pop3")
    expect(story.go_on(),
           r"level=none remembered=80%, telling nothing: usage is below the remembered level, "
           r"but not by quota_warn_rearm$")
    owner.fill(13)
    owner.expect("80%", "90%", channel="mail")
    story.go_on()
    owner.remove_all()
    owner.visit("pop3")
    expect(story.go_on(),
           r"level=none remembered=90%, telling nothing: usage has left the remembered level",
           r"^Alert: taken back$")


def test_of_many_processes_one_tells(owner):
    """Each has seen the level before any of them could remember it."""
    owner.fill(79)
    story = Story(owner)
    with ExitStack() as locked:
        locked.enter_context(owner.locked_state())

        def waiting():
            return story.count("telling the level") - len(owner.state_problems())

        def let_go():
            # no longer: whoever waits for two seconds gives up, and tells nothing
            owner.server.wait_for(lambda: waiting() >= 2, what="two that wait for the lock")
            locked.close()
        owner.deliver_at_once(8, 0.9, let_go)
    owner.expect("80%", channel="mail")
    assert "Quota: another process has told the owner meanwhile" in story.go_on()


def test_without_a_limit_nothing_is_told(start):
    server = start(conf="log_debug = category=coexist\n", coexist={"quota_warn": "80"}, quota="0")
    owner = Owner(server, server.maildrop().user)
    story = Story(owner)
    owner.visit("pop3")
    expect(story.go_on(), r"^Quota: .*\bno limit\b")
