# SPDX-License-Identifier: LGPL-2.1-or-later
"""A notice in the mailbox, as a mail program reads it."""

import re
from html.parser import HTMLParser

# elements that have no end
VOID = {"meta", "br", "hr", "img", "input", "link"}


def plain(notice):
    """Return the text of an email.message.EmailMessage."""
    return notice.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html(notice):
    """Return its HTML part, or None."""
    body = notice.get_body(("html",))
    return body and body.get_content().replace("\r\n", "\n")


def numbers(text):
    """Return all numbers in a text, in order."""
    return re.findall(r"\d+", text)


class Page(HTMLParser):
    """What is in an HTML page, which must be well-formed."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.text = ""
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "body" in self._open:
            self.text += data

    def words(self):
        """Return what a person reads, each run of blanks as one space."""
        return " ".join(self.text.split())

    def attributes(self, tag):
        """Return the attributes of all elements of this name."""
        return [attributes for name, attributes in self.tags if name == tag]
