/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_TABLE_H
#define COEXIST_REFUSAL_TABLE_H

/* The table of refusals' texts, in English. The other languages, and what a
   site wants to say otherwise, are in files: see refusal-texts.h. Without
   GLib, because the sessions' guard knows English only.

   TEXT(id, english); the id is the group in texts/refusals.conf. */
#define COEXIST_TEXTS(TEXT) \
	TEXT(deny, \
	     "{protocol} is switched off for this mailbox. Please ask your " \
	     "mail administrator.") \
	TEXT(suspend, \
	     "{protocol} access to this mailbox has been suspended. Please " \
	     "ask your mail administrator.") \
	TEXT(until, \
	     "{protocol} was switched off for this mailbox on {date}. Please " \
	     "ask your mail administrator what to use instead.") \
	TEXT(network, \
	     "{protocol} cannot be used from this network. Please use " \
	     "another network or ask your mail administrator.") \
	TEXT(tls, \
	     "{protocol} needs an encrypted connection. Please switch on " \
	     "SSL/TLS in your mail program.") \
	TEXT(login_delay, \
	     "Your mail was checked a moment ago. Please wait {seconds} s " \
	     "before checking it again.") \
	TEXT(max_sessions, \
	     "Too many {protocol} connections to this mailbox are open. " \
	     "Please close your mail program on another device or try again " \
	     "later.") \
	TEXT(store, \
	     "The mail server cannot look up this mailbox right now. Please " \
	     "try again in a few minutes; there is nothing to change in your " \
	     "mail program.")

#define COEXIST_TEXT_ENUM(id, english) COEXIST_TEXT_##id,
enum coexist_refusal_text {
	COEXIST_TEXTS(COEXIST_TEXT_ENUM)
	COEXIST_TEXT_COUNT
};
#undef COEXIST_TEXT_ENUM

#endif
