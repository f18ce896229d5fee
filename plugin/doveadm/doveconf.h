#ifndef COEXIST_DOVECONF_H
#define COEXIST_DOVECONF_H

#include "doveconf-block.h"

struct coexist_admin;

/* What Dovecot's own doveconf says about the configuration, because doveadm is
   not told the settings of the auth process. */

/* Reads what differs from Dovecot's defaults. Returns 0, or -1 and an error. */
int coexist_doveconf_read(const struct coexist_admin *admin,
			  struct coexist_doveconf_block **root_r,
			  const char **error_r);
/* Reads the value of one setting as it is for a protocol. */
int coexist_doveconf_read_setting(const struct coexist_admin *admin,
				  const char *protocol, const char *name,
				  const char **value_r, const char **error_r);

#endif
