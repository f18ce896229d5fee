#ifndef COEXIST_POLICY_STORE_H
#define COEXIST_POLICY_STORE_H

struct dict;
struct coexist_document;

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

/* Longer names are not looked up: no document is kept under them. File systems
   take 255 bytes, of which an escaped name may need more than it has. */
#define COEXIST_STORE_MAX_NAME_LENGTH 200

enum coexist_store_status {
	COEXIST_STORE_FOUND,
	COEXIST_STORE_NOT_FOUND,
	/* what the store holds is no document; who looks up its text is not
	   told that */
	COEXIST_STORE_GARBAGE,
	/* it could not be told: the store is away */
	COEXIST_STORE_FAILED
};

/* The text of the document is NULL unless it was found; the error, which names
   the key, is NULL unless it failed. Both live for the call. */
typedef void
coexist_store_callback_t(enum coexist_store_status status, const char *text,
			 const char *error, void *context);

/* Returns the store's key on the data stack, or NULL if there can't be a
   document of this name. */
const char *coexist_store_key_mailbox(const char *user);
const char *coexist_store_key_domain(const char *domain);

/* Looks up a document's text, whatever it is. The callback may be called before
   this returns. */
void coexist_store_lookup(struct dict *dict, const char *key,
			  coexist_store_callback_t *callback, void *context);

/* Reads a document, waiting for the answer. The document, if found, is the
   caller's to unreference; the error is on the data stack. */
enum coexist_store_status
coexist_store_read(struct dict *dict, const char *key,
		   struct coexist_document **document_r,
		   const char **error_r);

#endif
