# SPDX-License-Identifier: LGPL-2.1-or-later
"""What refused clients read: the sentences of plugin/auth, once for all tests."""

LABELS = {"pop3": "POP3", "imap": "IMAP", "webmail": "Webmail",
          "submission": "SMTP", "sasl": "SMTP", "sieve": "ManageSieve"}

SENTENCES = {
    "deny": "{} is switched off for this mailbox. Please ask your mail administrator.",
    "suspend": "{} access to this mailbox has been suspended. Please ask your mail "
               "administrator.",
    "until": "{} was switched off for this mailbox on {}. Please ask your mail "
             "administrator what to use instead.",
    "network": "{} cannot be used from this network. Please use another network or ask "
               "your mail administrator.",
    "tls": "{} needs an encrypted connection. Please switch on SSL/TLS in your mail "
           "program.",
    "max_sessions": "Too many {} connections to this mailbox are open. Please close your mail "
                    "program on another device or try again later.",
    "store": "The mail server cannot look up this mailbox right now. Please try again in "
             "a few minutes; there is nothing to change in your mail program.",
}

# Response codes (RFC 2449, RFC 3206, RFC 5530) by the kind of refusal.
CODES = {
    "pop3": {"tls": "[SYS/PERM] ", "max_sessions": "[IN-USE] ", "store": "[SYS/TEMP] ",
             None: "[SYS/PERM] "},
    "imap": {"tls": "[PRIVACYREQUIRED] ", "max_sessions": "[LIMIT] ",
             "store": "[UNAVAILABLE] ", None: "[CONTACTADMIN] "},
}
CODES["webmail"] = CODES["imap"]

# Everything that tells a refusal from a wrong password.
TELLTALE = ("switched off", "suspended", "cannot be used", "encrypted", "right now",
            "administrator", "Too many", "LIMIT", "IN-USE", "SYS/", "CONTACTADMIN",
            "PRIVACYREQUIRED", "UNAVAILABLE")


def sentence(kind, protocol, *details):
    """Return the text of a refusal."""
    return SENTENCES[kind].format(LABELS[protocol], *details)


def code(kind, protocol):
    """Return the response code before the text, where the protocol has one."""
    codes = CODES.get(protocol)
    return codes.get(kind, codes[None]) if codes else ""
