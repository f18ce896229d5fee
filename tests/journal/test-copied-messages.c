/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies and expunges find each other, in whatever order and number they come. */

#include "lib.h"
#include "copied-messages.h"
#include "str.h"
#include "uid-list.h"

#include <stdbool.h>
#include <stdio.h>

#define ROW_COPIES 3

/* Copies, what is expunged then in two steps, and what was moved by that:
   UID>target:UID there, with ! for a message that became read on the way. */
static const struct row {
	const char *label;
	struct {
		const char *target;
		const char *uids, *target_uids, *marked;
	} copies[ROW_COPIES];
	const char *expunged[2];
	const char *moved;
	/* of the last step, those that were not moved */
	const char *left;
} rows[] = {
	{ "no copies", { { NULL } }, { "1:3" }, "", "1:3" },
	{ "all", { { "a", "1:3", "11:13", NULL } }, { "1:3" },
	  "1>a:11 2>a:12 3>a:13", "" },
	{ "not all were copied", { { "a", "2", "11", NULL } }, { "1:3" },
	  "2>a:11", "1,3" },
	{ "not all are expunged", { { "a", "1:3", "11:13", NULL } },
	  { "2", "1,3" },
	  "2>a:12 1>a:11 3>a:13", "" },
	{ "in another order", { { "a", "3,1:2", "11:13", NULL } }, { "1", "2:3" },
	  "1>a:12 3>a:11 2>a:13", "" },
	{ "read on the way", { { "a", "1:2", "11:12", "2" } }, { "1", "2" },
	  "1>a:11 2>a:12!", "" },
	{ "no UIDs there", { { "a", "1:2", "", NULL } }, { "1:2" },
	  "1>a:0 2>a:0", "" },
	{ "not all UIDs there", { { "a", "1:2", "11", NULL } }, { "1:2" },
	  "1>a:0 2>a:0", "" },
	{ "two transactions to one mailbox",
	  { { "a", "1", "11", NULL }, { "a", "3", "12", NULL } }, { "1:3" },
	  "1>a:11 3>a:12", "2" },
	{ "one of them without UIDs",
	  { { "a", "1", "11", NULL }, { "a", "3", "", NULL } }, { "1:3" },
	  "1>a:11 3>a:0", "2" },
	{ "two mailboxes", { { "a", "1", "11", NULL }, { "b", "2", "11", NULL } },
	  { "1:2" }, "1>a:11 2>b:11", "" },
	{ "copied twice, moved once",
	  { { "a", "1", "11", NULL }, { "b", "1", "12", NULL } }, { "1", "1" },
	  "1>a:11 1>b:12", "" },
	{ "twice in one", { { "a", "1,1", "11:12", NULL } }, { "1" },
	  "1>a:11", "" },
};

static void list_parse(const char *text, ARRAY_TYPE(seq_range) *list_r)
{
	t_array_init(list_r, 4);
	if (text != NULL && *text != '\0' &&
	    coexist_uid_list_parse(text, list_r) < 0)
		i_unreached();
}

static void copies_add(struct coexist_copied_messages *copied,
		       const struct row *row)
{
	ARRAY_TYPE(seq_range) uids, target_uids, marked;
	unsigned int i;

	for (i = 0; i < ROW_COPIES && row->copies[i].target != NULL; i++) {
		list_parse(row->copies[i].uids, &uids);
		list_parse(row->copies[i].target_uids, &target_uids);
		list_parse(row->copies[i].marked, &marked);
		coexist_copied_messages_add(copied, row->copies[i].target, 7,
					    &uids, &target_uids, &marked);
	}
}

static void moved(void *context, uint32_t uid,
		  const struct coexist_copies *copies, uint32_t target_uid)
{
	string_t *text = context;

	str_printfa(text, "%s%u>%s:%u%s", str_len(text) == 0 ? "" : " ", uid,
		    copies->target, target_uid,
		    seq_range_exists(&copies->marked, uid) ? "!" : "");
}

static bool holds(const struct row *row)
{
	struct coexist_copied_messages copied;
	ARRAY_TYPE(seq_range) uids;
	string_t *text = t_str_new(64), *left = t_str_new(64);
	unsigned int i;

	i_zero(&copied);
	copies_add(&copied, row);
	for (i = 0; i < N_ELEMENTS(row->expunged); i++) {
		if (row->expunged[i] == NULL)
			continue;
		list_parse(row->expunged[i], &uids);
		coexist_copied_messages_take(&copied, &uids, moved, text);
		str_truncate(left, 0);
		coexist_uid_list_write(left, &uids);
	}
	coexist_copied_messages_free(&copied);
	printf("# %s: %s, left %s\n", row->label, str_c(text), str_c(left));
	return strcmp(str_c(text), row->moved) == 0 &&
		strcmp(str_c(left), row->left) == 0;
}

/* Of moves that fail half-way, the newest are remembered. */
static bool the_newest_are_remembered(void)
{
	struct coexist_copied_messages copied;
	ARRAY_TYPE(seq_range) uids, none;
	string_t *text = t_str_new(64);
	unsigned int i;

	i_zero(&copied);
	list_parse("", &none);
	for (i = 1; i <= 17; i++) {
		list_parse(t_strdup_printf("%u", i), &uids);
		coexist_copied_messages_add(&copied,
					    t_strdup_printf("box%u", i), 7,
					    &uids, &none, &none);
	}
	list_parse("1:3", &uids);
	coexist_copied_messages_take(&copied, &uids, moved, text);
	coexist_copied_messages_free(&copied);
	return strcmp(str_c(text), "2>box2:0 3>box3:0") == 0;
}

static unsigned int failed;

static void check(bool holds, const char *label)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	if (!holds)
		failed++;
}

int main(void)
{
	unsigned int i;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		check(holds(&rows[i]), rows[i].label);
	} T_END;
	T_BEGIN {
		check(the_newest_are_remembered(), "the newest are remembered");
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
