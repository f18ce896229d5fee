/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_STORE_H
#define COEXIST_POLICY_STORE_H

#include "store-status.h"

struct dict;
struct event;
struct coexist_document;
struct coexist_site_config;

/* Policy documents in a dict:

   shared/coexist/default
   shared/coexist/domain/<domain>
   shared/coexist/mailbox/<user>

   Names are taken as Dovecot has normalised them, and in lower case, which not
   every auth_username_format makes of them: RFC 4343 does for domains, and of
   users a database may take several spellings for one. */

#define COEXIST_STORE_KEY_DEFAULT "shared/coexist/default"
#define COEXIST_STORE_PREFIX_DOMAIN "shared/coexist/domain/"
#define COEXIST_STORE_PREFIX_MAILBOX "shared/coexist/mailbox/"

/* The marker by which a store in which nothing is found is told from one that
   is not mounted, or was emptied. It lies among the mailboxes' documents, so
   that every store can keep it, under a name that no mailbox has (RFC 2606).
   Nothing in it counts but that it is there. */
#define COEXIST_STORE_KEY_MARKER \
	COEXIST_STORE_PREFIX_MAILBOX "coexist-store@invalid"
/* What is said where it is missing. */
#define COEXIST_STORE_REMEDY_MARKER \
	"The store has no " COEXIST_STORE_KEY_MARKER ": it is not mounted, or " \
	"was emptied. If it is new, or empty on purpose, run " \
	"'doveadm coexist policy init'"

/* Longer names are not looked up: no document is kept under them. File systems
   take 255 bytes, of which an escaped name may need more than it has. */
#define COEXIST_STORE_MAX_NAME_LENGTH 200

struct coexist_store {
	struct dict *dict;
	/* What the names of the documents' files begin with, or NULL unless it
	   is a store fs:posix. */
	char *files;
	/* Somebody has begun to write, whatever came of it, and has not published it. */
	bool is_written;
};

/* The text of the document is NULL unless it was found; the error, which names
   the key, is NULL if it was found or there is none. Both live for the call. */
typedef void
coexist_store_callback_t(enum coexist_store_status status, const char *text,
			 const char *error, void *context);

/* Returns the store's key on the data stack, or NULL if there can't be a
   document of this name. prefix is one of those above. */
const char *coexist_store_key(const char *prefix, const char *name);
const char *coexist_store_key_mailbox(const char *user);
const char *coexist_store_key_domain(const char *domain);

/* Opens the site's store. Returns 1, 0 and an error if none is configured, or
   -1 and an error. */
int coexist_store_open(const struct coexist_site_config *config,
		       struct event *event, struct coexist_store **store_r,
		       const char **error_r);
/* Opens the dict anew, by what it was opened. Nobody may wait for an answer. If that
   fails, it stays as it is. */
void coexist_store_reopen(struct coexist_store *store,
			  const struct coexist_site_config *config,
			  struct event *event);
/* NULL is allowed. */
void coexist_store_close(struct coexist_store **store);

/* Looks up a document's text, whatever it is. The callback may be called before
   this returns. */
void coexist_store_lookup(struct coexist_store *store, const char *key,
			  coexist_store_callback_t *callback, void *context);

/* The same while waiting for the answer. The text and the error, with the
   callback's rules, are on the data stack. */
enum coexist_store_status
coexist_store_read_text(struct coexist_store *store, const char *key,
			const char **text_r, const char **error_r);
/* Reads a document. If found, it is the caller's to unreference. */
enum coexist_store_status
coexist_store_read(struct coexist_store *store, const char *key,
		   struct coexist_document **document_r,
		   const char **error_r);

#endif
