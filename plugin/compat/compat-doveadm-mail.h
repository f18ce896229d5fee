/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_DOVEADM_MAIL_H
#define COEXIST_COMPAT_DOVEADM_MAIL_H

#include "compat-version.h"
#include "doveadm-mail.h"

/* Commands that doveadm runs for each of the users that -u, -A and -F name.
   They read their options by doveadm_cmd_param_*(ctx->cctx, ...). */

/* Defines the command's init(), which begins what it prints. Dovecot 2.3 gives
   it the arguments, too.
   Since 2.4.0: d964967f5e "doveadm: Drop parameter args[] from
   doveadm_mail_cmd_vfuncs::init". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
#define COEXIST_MAIL_CMD_INIT(name) \
	static void name(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED)
#else
#define COEXIST_MAIL_CMD_INIT(name) \
	static void name(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED, \
			 const char *const args[] ATTR_UNUSED)

static inline bool
coexist_mail_cmd_parse_arg(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED,
			   int c ATTR_UNUSED)
{
	return TRUE;
}
#endif

/* Lets the command have options of its own, which Dovecot 2.3 knows by these
   letters. */
static inline void
coexist_mail_cmd_allow_options(struct doveadm_mail_cmd_context *ctx ATTR_UNUSED,
			       const char *letters ATTR_UNUSED)
{
	/* Since 2.4.0: 30be727ff5 "doveadm: Remove
	   doveadm_mail_cmd_context::getopt_args", ead48e277a "doveadm: Remove
	   doveadm_mail_cmd_vfuncs::parse_arg". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
	ctx->getopt_args = letters;
	ctx->v.parse_arg = coexist_mail_cmd_parse_arg;
#endif
}

#endif
