# SPDX-License-Identifier: LGPL-2.1-or-later
"""What refused clients read: the sentences of plugin/auth, once for all tests."""

LABELS = {"pop3": "POP3", "imap": "IMAP", "webmail": "Webmail",
          "submission": "SMTP", "sasl": "SMTP", "sieve": "ManageSieve"}

SENTENCES = {
    "deny": "{} is switched off for this mailbox. Ask your administrator.",
    "suspend": "{} for this mailbox is suspended. Ask your administrator.",
    "until": "{} was switched off on {}. Ask your administrator.",
    "network": "{} cannot be used from this network. Use another network.",
    "tls": "{} needs an encrypted connection. Switch on SSL/TLS.",
    "max_sessions": "Too many {} connections. Close your mail on another device.",
    "store": "{} cannot look up this mailbox right now. Try again later.",
}

# Response codes (RFC 2449, RFC 3206, RFC 5530) by the kind of refusal. IMAP's are those
# for a client that says for whom it comes, as webmail and logins.py do.
CODES = {
    "pop3": {"tls": "[SYS/PERM] ", "max_sessions": "[IN-USE] ", "store": "[SYS/TEMP] ",
             None: "[SYS/PERM] "},
    "imap": {"tls": "[PRIVACYREQUIRED] ", "store": "[UNAVAILABLE] ",
             None: "[ALERT] "},
}
CODES["webmail"] = CODES["imap"]

# Everything that tells a refusal from a wrong password.
TELLTALE = ("switched off", "suspended", "cannot be used", "encrypted", "right now",
            "administrator", "Too many", "LIMIT", "IN-USE", "SYS/", "CONTACTADMIN",
            "PRIVACYREQUIRED", "UNAVAILABLE", "ALERT")


def sentence(kind, protocol, *details):
    """Return the text of a refusal."""
    return SENTENCES[kind].format(LABELS[protocol], *details)


def code(kind, protocol):
    """Return the response code before the text, where the protocol has one."""
    codes = CODES.get(protocol)
    return codes.get(kind, codes[None]) if codes else ""
