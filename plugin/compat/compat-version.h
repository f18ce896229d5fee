#ifndef COEXIST_COMPAT_VERSION_H
#define COEXIST_COMPAT_VERSION_H

/* The Dovecot versions that are supported: 2.3.19, 2.3.21, 2.4.1 and 2.4.5.
   This folder alone asks which one it is. Include this after lib.h. */

#if !DOVECOT_PREREQ(2, 3, 19)
#  error "dovecot-coexist needs Dovecot 2.3.19 or newer"
#endif

#endif
