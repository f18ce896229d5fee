# SPDX-License-Identifier: LGPL-2.1-or-later
"""Growth forecast: the notice says when the mailbox will be full, if a rate is known."""


import pytest

from clock import Clock
from inbox_notices import mails
from names import NOTICE_TEXTS
from notice_mail import Page, html, plain
from owner import known

POLICY = {"quota_warn": "80 90", "quota_warn_channels": "mail", "template_dir": str(NOTICE_TEXTS)}
# for nine days, and for one
MANY = {"en": "in the last 9 days, it will be full in about 3 days",
        "es": "en los últimos 9 días, estará lleno en 3 días",
        "ca": "en els últims 9 dies, serà plena d'aquí a 3 dies",
        "pt": "nos últimos 9 dias, estará cheia dentro de cerca de 3 dias",
        "fr": "ces 9 derniers jours, elle sera pleine dans environ 3 jours",
        "de": "in den letzten 9 Tagen, ist es in etwa 3 Tagen voll"}
ONE = {"en": "in about 1 day.", "es": "en 1 día,", "ca": "d'aquí a 1 dia,",
       "pt": "dentro de cerca de 1 dia.", "fr": "dans environ 1 jour.", "de": "in etwa 1 Tag voll."}
FORESEEN = "If it goes on growing"


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """The clock of POP3 sessions."""
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def server(start, clock):
    return start(quota="1000K", coexist=POLICY, wrap={"pop3": clock.wrapper}, groups={
        language: {"coexist_language": language} for language in MANY})


@pytest.fixture
def owner(server):
    return known(server)


def samples(owner):
    """Return what is remembered of the growth, [(time, used)]."""
    growth = owner.state().get("quota_growth", "")
    return [tuple(map(int, sample.split(":"))) for sample in growth.split()[1:]]


def look(owner, clock, days):
    """Log in by POP3 in so many days; return when it was looked at the storage."""
    before = samples(owner)
    with clock.days_from_now(days):
        owner.visit("pop3")
    owner.server.wait_for(lambda: samples(owner) != before, what="another sample")


def grow(owner, clock, *percents):
    """Let the mailbox grow by so much in the first day, the second and so on."""
    for day, percent in enumerate(percents, 1):
        if percent:
            owner.fill_silently(percent)
        look(owner, clock, day + 0.01 * day)


def text(owner):
    """Return what the one notice says, in one line."""
    notice, = mails(owner).values()
    return " ".join(plain(notice).split())


@pytest.mark.parametrize("language", MANY)
def test_a_mailbox_that_grows_each_day(server, clock, language):
    owner = known(server, language)
    grow(owner, clock, *9 * [9])
    owner.expect("80%", channel="mail")
    assert MANY[language] in text(owner)
    notice, = mails(owner).values()
    assert MANY[language] in Page(html(notice)).words()


@pytest.mark.parametrize("language", ONE)
def test_one_day_is_one_day(server, clock, language):
    owner = known(server, language)
    grow(owner, clock, *7 * [11], 20)
    owner.expect("90%", channel="mail")
    assert ONE[language] in text(owner)


@pytest.mark.parametrize("percents", [5 * [14] + [12], 8 * [0] + [85], [85] + 8 * [0]],
                         ids=["too short", "at once", "long ago"])
def test_no_guess(owner, clock, percents):
    grow(owner, clock, *percents)
    owner.expect("80%", channel="mail")
    assert FORESEEN not in text(owner)


def test_a_delivery_is_a_look_too(owner):
    (when, used), = samples(owner)
    owner.change_state(quota_growth=f"1024000 {when - 90000}:{used}")
    owner.deliver(1)
    owner.server.wait_for(lambda: len(samples(owner)) == 2, what="another sample")


def test_once_a_day_at_most(owner):
    before = samples(owner)
    assert len(before) == 1
    for _ in range(3):
        owner.fill(10)
        owner.visit("pop3")
    assert samples(owner) == before


@pytest.mark.parametrize("growth", ["", "x", "1024000", "1024000 1:2 3", "99999999999999999999 1:1",
                                    "1024000 18446744073709551615:1", "1 1:1 2:2 3:3 4:4"])
def test_what_we_did_not_write_is_forgotten(owner, clock, growth):
    owner.change_state(quota_growth=growth)
    owner.fill(82)
    owner.expect("80%", channel="mail")
    assert FORESEEN not in text(owner)
    assert len(samples(owner)) == 1
    assert owner.log_problems() == []


def test_a_clock_that_was_put_back_begins_anew(owner, clock):
    grow(owner, clock, *7 * [9])
    look(owner, clock, 2)
    assert len(samples(owner)) == 1
    owner.fill(30)
    owner.expect("90%", channel="mail")
    assert FORESEEN not in text(owner)
