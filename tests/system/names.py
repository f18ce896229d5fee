# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names and texts that the documentation promises, or that files of the suite have."""

from pathlib import Path

PLUGIN = Path(__file__).parents[2] / "plugin"
# what `make install` puts into the folder of texts
NOTICE_TEXTS = PLUGIN / "notice/texts"
REFUSAL_TEXTS = PLUGIN / "policy/texts"
# the keyword of a message that POP3 does not show any more
HIDDEN = "$POP3Hidden"
# the file of what is remembered of a mailbox
STATE = "dovecot-coexist.state"
# Dovecot's reply to a QUIT that deletes
QUIT_OK = "+OK Logging out, messages deleted."
