/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STATE_FILE_H
#define COEXIST_STATE_FILE_H

/* A state file: a small file (small-file.h) of lines <name>=<value>, which several
   processes read and change. Each change replaces the file as a whole (atomic
   rename), so that a reader sees all of a change or nothing. Lines that nobody asks
   for, whatever they are, stay. */

struct coexist_state_value {
	/* ASCII without '=' */
	const char *name;
	/* one line */
	const char *value;
};

/* The permissions and the locking of a new file. */
struct coexist_state_mode {
	mode_t mode;
	/* (gid_t)-1 leaves the group to the process */
	gid_t gid;
	/* where the group comes from, for error messages; NULL for -1 */
	const char *gid_origin;
	/* the file system is NFS; dotlock_use_excl */
	bool nfs_flush;
	bool use_excl_lock;
	/* fail, with errno being EAGAIN, where somebody else has the lock */
	bool no_wait;
	/* a link in the file's place is no file: it is replaced */
	bool no_link;
	/* fail where there is a file of which an error keeps the text from us */
	bool keeps_unread;
	/* in bytes: a larger file can't be read; 0 for that of small files */
	size_t max_size;
	/* the text that a file whose text can't be read counts as having, NULL for an
	   empty one */
	const char *lost;
};

/* Returns the value that a file's text has for the name, on the data stack, or
   NULL. */
const char *coexist_state_text_get(const char *text, const char *name);

/* A decision under the lock (compare and set): what to set in a file that has this
   text, which is empty if there is no file. Returns how
   many values are in values_r, 0 to leave the file as it is. The values must stay
   until the update returns. */
#define COEXIST_STATE_FILE_MAX_VALUES 16
typedef unsigned int
coexist_state_file_decide_t(const char *text,
			    struct coexist_state_value *values_r,
			    void *context);

/* The decision for these values, whatever the text is. The context is a struct
   coexist_state_values. */
struct coexist_state_values {
	const struct coexist_state_value *values;
	unsigned int count;
};
coexist_state_file_decide_t coexist_state_file_decide_values;

/* Locks and reads the file, decides and sets the values. A missing file is made,
   and one that can't be read is made anew. Waits a few seconds at most for others
   who do the same. decide is called once at most, and not at all if the file can't
   be locked. Returns 0, or -1 and an error that names the path, with errno being
   ENOENT if the folder is missing; the file is as it was then. */
int coexist_state_file_update(const char *path,
			      const struct coexist_state_mode *mode,
			      coexist_state_file_decide_t *decide,
			      void *context, const char **error_r);

#endif
