/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_GATE_H
#define COEXIST_ADMIN_GATE_H

struct coexist_admin;

/* Whether what is stored is obeyed: only the gate in this host's auth process reads
   documents. */

/* Asks the auth process that runs whether the logins that these keys are about are
   decided by a gate. A key may have its value behind it; a key that is not about one
   protocol, or no key, is about each. Returns NULL if they are, or if there is nobody
   to tell: auth does not run, this host serves no such logins, or its sessions decide
   themselves by a userdb coexist. Else what the administrator is to do, on the data
   stack. */
const char *coexist_admin_gate_fault(const struct coexist_admin *admin,
				     const char *const *keys);

/* After a change: that no login obeys it is an error like that of a document which
   auth can't read. Nothing is said after another error. Once a command, as it is a
   question to auth. */
void coexist_admin_gate_check(const struct coexist_admin *admin,
			      const char *const *keys);

#endif
