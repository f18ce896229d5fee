#ifndef COEXIST_COMPAT_SITE_H
#define COEXIST_COMPAT_SITE_H

struct event;
struct dict;
struct coexist_site_config;

/* Where the gate's and doveadm's configuration is: Dovecot 2.3 knows no
   settings of a plugin outside of mail sessions, so there it is a key file.
   The arguments are those of coexist_site_config_read(); only the texts are
   filled in. */
int coexist_compat_site_read(pool_t pool, struct event *event,
			     const char *path,
			     struct coexist_site_config *config,
			     const char **error_r);

/* Returns 1, 0 and an error if no store is configured, or -1 and an error. */
int coexist_compat_store_open(struct event *event, const char *store_uri,
			      struct dict **dict_r, const char **error_r);

/* Returns the prefix of a store fs:posix, on the data stack, or NULL if it is
   another one. */
const char *coexist_compat_store_files(struct event *event,
				       const char *store_uri);

#endif
