# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names and texts that the documentation promises, or that files of the suite have."""

import instance

# what `make install` puts into the folder of texts, as the processes of a server see it
NOTICE_TEXTS = instance.NOTICE_TEXTS
REFUSAL_TEXTS = instance.REFUSAL_TEXTS
# the keyword of a message that POP3 does not show any more
HIDDEN = "$POP3Hidden"
# the file of what is remembered of a mailbox
STATE = "dovecot-coexist.state"
# Dovecot's reply to a QUIT that deletes
QUIT_OK = "+OK Logging out, messages deleted."
