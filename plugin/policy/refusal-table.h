/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_TABLE_H
#define COEXIST_REFUSAL_TABLE_H

/* The table of refusals' texts, in English. The other languages, and what a
   site wants to say otherwise, are in files: see refusal-texts.h. Without
   GLib, because the sessions' guard knows English only.

   TEXT(id, english); the id is the group in texts/refusals.conf. */
#define COEXIST_TEXTS(TEXT) \
	TEXT(deny, \
	     "{protocol} is switched off for this mailbox. Ask your " \
	     "administrator.") \
	TEXT(suspend, \
	     "{protocol} for this mailbox is suspended. Ask your " \
	     "administrator.") \
	TEXT(until, \
	     "{protocol} was switched off on {date}. Ask your " \
	     "administrator.") \
	TEXT(network, \
	     "{protocol} cannot be used from this network. Use another " \
	     "network.") \
	TEXT(tls, \
	     "{protocol} needs an encrypted connection. Switch on " \
	     "SSL/TLS.") \
	TEXT(login_delay, \
	     "Your mail was checked a moment ago. Please wait {seconds} " \
	     "s.") \
	TEXT(max_sessions, \
	     "Too many {protocol} connections. Close your mail on " \
	     "another device.") \
	TEXT(store, \
	     "{protocol} cannot look up this mailbox right now. Try " \
	     "again later.")

#define COEXIST_TEXT_ENUM(id, english) COEXIST_TEXT_##id,
enum coexist_refusal_text {
	COEXIST_TEXTS(COEXIST_TEXT_ENUM)
	COEXIST_TEXT_COUNT
};
#undef COEXIST_TEXT_ENUM

#endif
