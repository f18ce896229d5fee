/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_VERSION_H
#define COEXIST_COMPAT_VERSION_H

/* The Dovecot versions that are supported: 2.3.19, 2.3.21, 2.4.1 and 2.4.5.
   This folder alone asks which one it is. Include this after lib.h.

   The comment above a question says since which version the newer answer holds,
   by which commits of Dovecot, and with which version that is no longer
   supported the older answer goes: "Goes with 2.3". What neither compiles with
   nor was ever tried is refused; -DCOEXIST_ALLOW_NEWER_DOVECOT lets you try. */

#if !DOVECOT_PREREQ(2, 3, 19)
#  error "dovecot-coexist needs Dovecot 2.3.19 or newer"
#elif DOVECOT_PREREQ(2, 4, 0) && !DOVECOT_PREREQ(2, 4, 1)
#  error "dovecot-coexist needs Dovecot 2.4.1, or 2.3.19 or newer of 2.3"
#elif DOVECOT_PREREQ(2, 5, 0) && !defined(COEXIST_ALLOW_NEWER_DOVECOT)
#  error "dovecot-coexist was never tried with this Dovecot (compat-version.h)"
#endif

#endif
