/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_STORAGE_SERVICE_H
#define COEXIST_COMPAT_STORAGE_SERVICE_H

#include "compat-version.h"
#include "mail-storage-service.h"
#include "mail-user.h"

/* Mail users of a program that is no service: see mail-storage-service.h. */

static inline struct mail_storage_service_ctx *
coexist_storage_service_init(struct master_service *service,
			     enum mail_storage_service_flags flags)
{
	/* Since 2.4.0: eb4753b381 "lib-storage, global: Remove "settings
	   roots"". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return mail_storage_service_init(service, flags);
#else
	return mail_storage_service_init(service, NULL, flags);
#endif
}

/* Looks a user up for a service and opens the mailboxes. Returns 1 and the user, to
   be freed by mail_user_deinit(); 0 if there is none; or a negative number and an
   error. */
static inline int
coexist_storage_service_open(struct mail_storage_service_ctx *ctx,
			     const char *service, const char *name,
			     struct mail_user **user_r, const char **error_r)
{
	const struct mail_storage_service_input input = {
		/* Since 2.4.0: 3797f43ff5 "lib-storage, global: Remove unused
		   mail_storage_service_input.module". Goes with 2.3. */
#if !DOVECOT_PREREQ(2, 4, 0)
		.module = "mail",
#endif
		.service = service,
		.username = name
	};

	/* Since 2.4.0: 4272c97e4e "lib-storage, global:
	   mail_storage_service_lookup_next() - Remove service_user_r
	   parameter". Goes with 2.3. */
#if DOVECOT_PREREQ(2, 4, 0)
	return mail_storage_service_lookup_next(ctx, &input, user_r, error_r);
#else
	struct mail_storage_service_user *service_user;
	int ret = mail_storage_service_lookup_next(ctx, &input, &service_user,
						   user_r, error_r);

	/* the mail user has a reference of its own */
	if (ret > 0)
		mail_storage_service_user_unref(&service_user);
	return ret;
#endif
}

#endif
