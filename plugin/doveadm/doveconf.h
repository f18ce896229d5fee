#ifndef COEXIST_DOVECONF_H
#define COEXIST_DOVECONF_H

struct coexist_admin;

/* What Dovecot's own doveconf says about the configuration, because doveadm is
   not told the settings of the auth process. */

struct coexist_doveconf_setting {
	const char *name;
	const char *value;
	struct coexist_doveconf_setting *next;
};

/* A block such as passdb NAME { ... }, or all of the configuration. */
struct coexist_doveconf_block {
	/* e.g. "passdb", and the rest of the line before the brace, perhaps
	   empty */
	const char *type;
	const char *name;
	struct coexist_doveconf_setting *settings;
	/* in the order of the configuration */
	struct coexist_doveconf_block *children;
	struct coexist_doveconf_block *parent, *next;
};

/* Reads what differs from Dovecot's defaults. Returns 0, or -1 and an error. */
int coexist_doveconf_read(const struct coexist_admin *admin,
			  struct coexist_doveconf_block **root_r,
			  const char **error_r);
/* Reads the value of one setting as it is for a protocol. */
int coexist_doveconf_read_setting(const struct coexist_admin *admin,
				  const char *protocol, const char *name,
				  const char **value_r, const char **error_r);

/* Returns the setting of the block, or the default. */
const char *
coexist_doveconf_get(const struct coexist_doveconf_block *block,
		     const char *name, const char *default_value);
/* Returns the next of these blocks with this type, or NULL. */
const struct coexist_doveconf_block *
coexist_doveconf_find(const struct coexist_doveconf_block *block,
		      const char *type);

#endif
