# SPDX-License-Identifier: LGPL-2.1-or-later
"""A move that was cut off is finished on odd sites, too."""

import pytest

from cut_off import FINISHING, MESSAGES, cut_off, delete_all, finished
from faults import Faults
from folders import PLUGINS, quoted
from server import Server
from test_beside_other_plugins import LAZY_EXPUNGE, MAIL_LOG, together
from test_delete_index_in_memory import MEMORY

SEPARATOR = "namespace inbox {\n  separator = .\n  prefix = INBOX.\n}\n"
ODD = "Papelera (año) & más"
TRASH = f'namespace inbox {{\n  mailbox "{ODD}" {{\n    special_use = \\Trash\n  }}\n}}\n'
# (plugins, configuration, settings, the Trash)
SITES = {
    "lazy_expunge, mail_log and quota": (
        {"all": ["coexist", "quota", "lazy_expunge", "notify", "mail_log"]},
        together(LAZY_EXPUNGE, MAIL_LOG), {}, "Trash"),
    "folders": (PLUGINS, {}, {"pop3_folders": "Sent"}, "Trash"),
    "prefix": ({"all": ["coexist"]}, {"conf23": SEPARATOR, "conf24": SEPARATOR}, {},
               "INBOX.Trash"),
    "odd name": ({"all": ["coexist"]}, {"conf23": TRASH, "conf24": TRASH}, {}, ODD),
    "indexes in memory": ({"all": ["coexist"]}, MEMORY, {}, "Trash"),
}


@pytest.mark.parametrize("site", SITES)
def test_a_move_that_was_cut_off(site, tmp_path):
    plugins, conf, keys, trash = SITES[site]
    faults = Faults(tmp_path)
    with Server(tmp_path / "dovecot", plugins=plugins, wrap={"pop3": faults.wrapper},
                quota=True, coexist={"pop3_delete": "trash", **keys}, **conf) as server:
        maildrop = server.maildrop()
        cut_off(maildrop, faults, tmp_path, trash)
        delete_all(maildrop)
        assert maildrop.subjects() == []
        assert sorted(maildrop.subjects(quoted(trash))) == sorted(MESSAGES)
        assert finished(maildrop, trash) == ["3 " + FINISHING.format(trash)]
