/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in lock-timeout.h. */

#include "lib.h"
#include "lock-timeout.h"
#include "mail-storage-private.h"
#include "mail-storage-settings.h"
#include "mail-user.h"
#include "mdbox-storage.h"
#include "mdbox-map-private.h"
#include "storage-driver.h"

#define LOCK_STORAGE_CONTEXT(obj) \
	MODULE_CONTEXT(obj, lock_timeout_storage_module)

struct lock_storage {
	union mail_storage_module_context module_ctx;
	/* Dovecot's own, while ours are in their place */
	const struct mail_storage_settings *own;
	struct mail_storage_settings shortened;
};

static MODULE_CONTEXT_DEFINE_INIT(lock_timeout_storage_module,
				  &mail_storage_module_register);

static struct lock_storage *lock_storage_get(struct mail_storage *storage)
{
	struct lock_storage *lstorage = LOCK_STORAGE_CONTEXT(storage);

	if (lstorage == NULL) {
		lstorage = p_new(storage->pool, struct lock_storage, 1);
		MODULE_CONTEXT_SET(storage, lock_timeout_storage_module,
				   lstorage);
	}
	return lstorage;
}

/* That index has heard of the settings when the storage was made; the index of a mailbox
   does each time that it is opened. */
static void map_index_obey(struct mail_storage *storage)
{
	struct mdbox_storage *mstorage = MDBOX_STORAGE(storage);

	mail_index_set_lock_method(mstorage->map->index,
				   storage->set->parsed_lock_method,
				   mail_storage_get_lock_timeout(storage,
								 UINT_MAX));
}

static void
settings_obey(struct mail_storage *storage,
	      const struct mail_storage_settings *set)
{
	storage->set = set;
	if (coexist_storage_is_mdbox(storage))
		map_index_obey(storage);
}

void coexist_lock_timeout_begin(struct mail_user *user, unsigned int secs)
{
	struct mail_storage *storage;
	struct lock_storage *lstorage;

	for (storage = user->storages; storage != NULL;
	     storage = storage->next) {
		lstorage = lock_storage_get(storage);
		lstorage->own = storage->set;
		lstorage->shortened = *storage->set;
		lstorage->shortened.mail_max_lock_timeout =
			mail_storage_get_lock_timeout(storage, secs);
		settings_obey(storage, &lstorage->shortened);
	}
}

void coexist_lock_timeout_end(struct mail_user *user)
{
	struct mail_storage *storage;
	struct lock_storage *lstorage;

	for (storage = user->storages; storage != NULL;
	     storage = storage->next) {
		lstorage = LOCK_STORAGE_CONTEXT(storage);
		/* one that was made meanwhile has its own */
		if (lstorage != NULL && lstorage->own != NULL) {
			settings_obey(storage, lstorage->own);
			lstorage->own = NULL;
		}
	}
}
