# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random values of every policy key, as doc/policy-keys.md lists them."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "doc/policy-keys.md"
MAX_LENGTH, MAX_TEXT = 4096, 400

# What texts are made of: all that somebody between here and the session reads.
PIECES = ["IMAP", "only", "80%", "% ", "%%", "%", "%u", "%{user}", "%{nosuch}", "%Q",
          "%{sha512;rounds=1000000000:user}", '"', "'", "\\", "\\n", "\\p", "\t", " ", "  ",
          ";", "=", ",", "#", "$", "$mail_plugins", "{", "}", "[policy]", "ñ", "ß", "邮件",
          "{protocol}", "<", ">", "&", "a=b;c=d", "passed;pop3_access=allow"]
FOLDERS = ["INBOX", "Sent", "Archive/%", "Archive/*", '"Sent Items"', "Entwürfe", '"100% {x}"',
           "a\\b", "%{nosuch}", '"a;b=c"']
LANGUAGES = ["en", "es", "ca", "pt-BR", "es-MX", "zh-Hant-TW", "tlh"]
OPENABLE = ["pop3_mark_read", "pop3_delete", "pop3_keep_days", "pop3_show", "pop3_show_since",
            "quota_warn", "quota_warn_free", "language", "undo"]
BOUNDS = ["pop3_delete=hide,Trash", "pop3_keep_days=0,7..90", "pop3_show_since=none,2020-01-01..",
          "quota_warn=50..100", "quota_warn_free=1M..10GiB", "language=es,pt-BR,ca"]
BLANKS = [" ", "  ", "\t"]
SEPARATORS = [" ", ",", ", ", "\t", "  "]


@dataclass(frozen=True)
class Key:
    """A line of the page."""

    name: str
    syntax: str

    @property
    def is_access(self):
        """A suspend of it holds in whatever scope."""
        return self.name.endswith("_access")


def keys():
    """Return all keys there are."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", PAGE.read_text(), re.M)
    return [Key(name, syntax) for name, syntax, _, _ in rows]


def _network(random):
    if random.random() < 0.3:
        return f"2001:db8:{random.randrange(0x10000):x}::/{random.randrange(48, 129)}"
    return "10.{}.{}.0/{}".format(random.randrange(256), random.randrange(256),
                                  random.randrange(24, 33))


def _text(random):
    text = "".join(random.choice(PIECES) for _ in range(random.randrange(1, 12)))
    if random.random() < 0.1:
        text *= 40
    while len(text.encode()) > MAX_TEXT:
        text = text[:-1]
    return text


def _list(random, item):
    """A list of some items, sometimes as long as a value may be."""
    text = item(random)
    limit = MAX_LENGTH if random.random() < 0.2 else random.randrange(1, 60)
    while True:
        longer = text + random.choice(SEPARATORS) + item(random)
        if len(longer.encode()) > limit:
            return text
        text = longer


def _networks(random):
    """Half of them let clients of this machine in."""
    text = _list(random, _network)
    local = "127.0.0.0/8 "
    return local + text if random.random() < 0.5 and len(text) + len(local) <= MAX_LENGTH \
        else text


def _number_of(*units):
    return lambda random: f"{random.randrange(1, 60)}{random.choice(units)}"


SYNTAX = {
    "a number": lambda random: str(random.choice([0, 60, 61, 4294967295])),
    "a time such as 30 min or 2 days": _number_of("", " s", "min", " hours", " Days", "w"),
    "times such as 30d 7d 1d": lambda random: _list(random, _number_of("h", "d", "w")),
    "a date YYYY-MM-DD, or none": lambda random: random.choice(
        ["none", "None", "1999-12-31", "2099-02-28"]),
    "addresses or networks such as 192.0.2.0/24 2001:db8::/32": _networks,
    "percentages such as 80 95": lambda random: _list(random, _number_of("", "%")),
    "a size such as 100M, or 0": lambda random: random.choice(["0", "1B", "100M", "2 GiB"]),
    "sizes such as 100M 1G": lambda random: _list(random, _number_of("", "K", "MB", "GiB")),
    "mailbox names, those with spaces in double quotes": lambda random: _list(
        random, lambda random: random.choice(FOLDERS)),
    "a language tag such as es or pt-BR": lambda random: random.choice(LANGUAGES),
    "none, or keys that can be opened such as pop3_delete pop3_keep_days": lambda random:
        random.choice(["none", "None", _list(random, lambda random: random.choice(OPENABLE))]),
    "bounds such as pop3_delete=hide,trash pop3_keep_days=7..90": lambda random:
        random.choice(BLANKS).join(random.sample(BOUNDS, random.randrange(1, len(BOUNDS)))),
    "a text of at most 400 bytes": _text,
}


def value(random, key):
    """Return a valid value of the key, which no blanks are around."""
    for _ in range(100):
        text = _value(random, key).strip(" \t")
        # these two say nothing
        if text.strip(" \t,") and (text != "yes" or key.syntax in ("yes, no", "no, yes")):
            return text
    raise AssertionError(f"no value of {key}")


def _value(random, key):
    if key.syntax in SYNTAX:
        return SYNTAX[key.syntax](random)
    listed, words = re.fullmatch("(a list of )?(.*)", key.syntax).groups()
    choices = words.split(", ")
    assert all(re.fullmatch("[a-z0-9-]+", word) for word in choices), f"new syntax: {key}"
    if listed:
        return _list(random, lambda random: random.choice(choices))
    word = random.choice(choices)
    return random.choice([word, word.title()])
