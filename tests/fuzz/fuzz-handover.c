/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any value of the field is a hand-over, and what is handed over arrives as it was.
   The input is the flags, the texts of keys and items with NULs behind them, and it is
   a value itself, too. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "policy-handover.h"
#include "str.h"
#include "strescape.h"
#include "userdb-fields.h"

/* No byte that Dovecot changes on the way: see policy-handover.h. */
static void check_bytes(const char *value)
{
	i_assert(strpbrk(value, "%\t\r\n\001") == NULL);
	i_assert(strcmp(str_tabescape(value), value) == 0);
}

static bool texts_equal(const char *a, const char *b)
{
	return null_strcmp(a, b) == 0;
}

static void
handover_make(struct fuzz_input *input, struct coexist_handover *handover_r)
{
	unsigned int i, count;

	i_zero(handover_r);
	handover_r->protocol = fuzz_below(input, COEXIST_PROTOCOL_OTHER + 1);
	handover_r->is_delivery = fuzz_bool(input);
	handover_r->gate_decided = fuzz_bool(input);
	count = fuzz_below(input, 16);
	for (i = 0; i < count; i++) {
		unsigned int slot = fuzz_below(input, COEXIST_KEY_COUNT +
					       COEXIST_HANDOVER_ITEM_COUNT);
		const char *text = fuzz_string(input);

		if (slot < COEXIST_KEY_COUNT)
			handover_r->texts[slot] = text;
		else
			handover_r->items[slot - COEXIST_KEY_COUNT] = text;
	}
}

static void check_find(const struct coexist_handover *handover, const char *value,
		       bool all_fit)
{
	const char *fields[] = {
		"uid=1000", "home=/home/jo", NULL, "mail=maildir:~/", NULL
	};
	const char *raw, *item;
	size_t length;
	unsigned int i;

	fields[2] = t_strconcat("admin="COEXIST_HANDOVER_CARRIED(
				COEXIST_USERDB_FIELD_GATE), value, NULL);
	i_assert(coexist_handover_fields_have_ours(fields));
	i_assert(strcmp(coexist_handover_find(fields), value) == 0);
	i_assert(strcmp(coexist_handover_find_gate(fields),
			COEXIST_USERDB_GATE_PASSED) == 0);
	for (i = 0; all_fit && i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		item = handover->items[i];
		raw = coexist_handover_find_raw(fields, i, &length);
		i_assert((item == NULL) == (raw == NULL));
		i_assert(raw == NULL || length >= strlen(item));
	}
}

/* What was written is read, but for what was left out for want of room. */
static void check_written(const struct coexist_handover *handover)
{
	const char *texts[COEXIST_KEY_COUNT];
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	const char *items_alone[COEXIST_HANDOVER_ITEM_COUNT];
	bool left_out[COEXIST_KEY_COUNT];
	string_t *str = t_str_new(256);
	size_t size, begin;
	pool_t pool = fuzz_pool();
	bool all_fit;
	unsigned int i;

	str_append(str, COEXIST_USERDB_GATE_PASSED);
	begin = str_len(str);
	size = coexist_handover_write(handover, str, left_out);
	all_fit = begin + size <= COEXIST_HANDOVER_MAX_SIZE;
	i_assert(str_len(str) <= COEXIST_HANDOVER_MAX_SIZE);
	i_assert(!all_fit || str_len(str) == begin + size);
	check_bytes(str_c(str));
	i_assert(strcmp(coexist_handover_word(str_c(str)),
			COEXIST_USERDB_GATE_PASSED) == 0);
	coexist_handover_read(pool, str_c(str), texts, items);
	coexist_handover_read_items(str_c(str), items_alone);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		bool taken = handover->texts[i] != NULL &&
			coexist_handover_takes(handover, i);

		i_assert(!all_fit || !left_out[i]);
		i_assert(taken && !left_out[i] ?
			 texts_equal(texts[i], handover->texts[i]) :
			 texts[i] == NULL);
	}
	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		i_assert(texts_equal(items[i], items_alone[i]));
		i_assert(texts_equal(items[i], handover->items[i]) ||
			 (!all_fit && items[i] == NULL));
	}
	i_assert(coexist_handover_is_webmail(str_c(str)) ==
		 (items[COEXIST_HANDOVER_WEBMAIL] != NULL));
	check_find(handover, str_c(str), all_fit);
	pool_unref(&pool);
}

/* Somebody else's: of another version, or wrong. */
static void check_any(const char *value)
{
	const char *texts[COEXIST_KEY_COUNT];
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	const char *fields[] = { value, NULL };
	pool_t pool = fuzz_pool();
	size_t length;
	unsigned int i;

	coexist_handover_read(pool, value, texts, items);
	(void)coexist_handover_is_partial(items);
	(void)coexist_handover_is_webmail(value);
	(void)coexist_handover_says_more(value);
	(void)coexist_handover_word(value);
	i_assert(texts_equal(coexist_handover_delay_text(value),
			     items[COEXIST_HANDOVER_DELAY_TEXT]));
	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		(void)coexist_handover_origin_find(value, i);
	(void)coexist_handover_find(fields);
	(void)coexist_handover_find_gate(fields);
	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++)
		(void)coexist_handover_find_raw(fields, i, &length);
	if (items[COEXIST_HANDOVER_OWNER] != NULL)
		(void)coexist_openable_parse(items[COEXIST_HANDOVER_OWNER]);
	pool_unref(&pool);
}

static void check_owner(coexist_openable_set set)
{
	set &= COEXIST_OPENABLE_ALL | COEXIST_OPENABLE_UNDO;
	i_assert(coexist_openable_parse(coexist_handover_owner_text(set)) ==
		 set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct coexist_handover handover;

	fuzz_init();
	T_BEGIN {
		check_any(fuzz_text(data, size));
		handover_make(&input, &handover);
		check_written(&handover);
		check_owner(fuzz_uint32(&input));
	} T_END;
	return 0;
}
