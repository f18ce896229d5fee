/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_MAP_H
#define COEXIST_POP3_FOLDERS_MAP_H

struct mail_index_view;

/* The map of a virtual mailbox (the virtual plugin's index extension "virtual"): which
   mailboxes there are, by a number, and which message is of which of them. It is read
   by ourselves, because only this tells without a message object for each message, and
   without opening the mailboxes. */

/* What the virtual mailbox knows of one. */
struct pop3_folders_map_entry {
	/* on the data stack */
	const char *name;
	uint32_t id, uidvalidity, next_uid;
	/* where the index has the UIDVALIDITY */
	size_t uidvalidity_offset;
};

/* Called for each mailbox. */
typedef void pop3_folders_map_func_t(const struct pop3_folders_map_entry *entry,
				     void *context);

/* Sets the number of the extension. Returns FALSE if there is none, or if it is not as
   the virtual plugin writes it. */
bool pop3_folders_map_parse(struct mail_index_view *view, uint32_t *ext_id_r,
			    pop3_folders_map_func_t *func, void *context);

/* Lets the virtual plugin look for all messages of the mailbox when it opens it next. It has
   taken them out when it was told that there is no such mailbox, and would ask the one that
   it knows for new ones only. */
void pop3_folders_map_forget(struct mail_index_view *view, uint32_t ext_id,
			     const struct pop3_folders_map_entry *entry);

/* Looks a message up: its mailbox and its UID there. Returns FALSE if that is not
   known. */
bool pop3_folders_map_lookup(struct mail_index_view *view, uint32_t ext_id,
			     uint32_t seq, uint32_t *id_r, uint32_t *uid_r);

#endif
