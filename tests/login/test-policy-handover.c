/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session reads of a hand-over is what was written, in bytes that Dovecot
   leaves alone, and never too long. */

#include "lib.h"
#include "policy-handover.h"
#include "str.h"
#include "userdb-fields.h"

#include <stdio.h>

#define NAMED "pop3_mark_read=never;quota_warn=80\\p 95\\p"

static unsigned int failed;

static void expect(bool good, const char *label)
{
	if (good)
		return;
	printf("FAIL %s\n", label);
	failed++;
}

static bool is_text(const char *text, const char *wanted)
{
	return null_strcmp(text, wanted) == 0;
}

static const char *
handover_write(const struct coexist_handover *handover, size_t *size_r,
	       const char **left_out_r)
{
	bool left_out[COEXIST_KEY_COUNT];
	string_t *value = t_str_new(64);

	*size_r = coexist_handover_write(handover, value, left_out);
	*left_out_r = coexist_handover_left_out(left_out);
	return str_c(value);
}

static void test_the_text_comes_back(const char *text)
{
	const struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_POP3,
		.texts[COEXIST_KEY_deny_text] = text,
		.texts[COEXIST_KEY_pop3_keep_days] = "30",
		.items[COEXIST_HANDOVER_DELAY_TEXT] = text
	};
	const char *texts[COEXIST_KEY_COUNT], *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	expect(size == strlen(value) && *left_out == '\0', "it is whole");
	expect(strpbrk(value, "%\t\r\n\001") == NULL, "Dovecot leaves it alone");
	coexist_handover_read(pool_datastack_create(), value, texts, NULL);
	expect(is_text(texts[COEXIST_KEY_deny_text], text), text);
	expect(is_text(texts[COEXIST_KEY_pop3_keep_days], "30"), text);
	expect(is_text(coexist_handover_delay_text(value), text), text);
}

static void test_texts(void)
{
	static const char *const texts[] = {
		"", "80% 95%", "%{sha512;rounds=1000:user}", "%%", "\\", "\\p",
		"a;b=c", ";", "=", "\"quoted\"", "\ttab\t", "\r\n\001",
		"\xC3\xB1\xE2\x82\xAC", "login_delay_text=x", " blanks "
	};
	char text[64];
	unsigned int i, length;

	for (i = 0; i < N_ELEMENTS(texts); i++)
		test_the_text_comes_back(texts[i]);
	/* every byte, beside every other one sooner or later */
	for (i = 0; i < 1000; i++) T_BEGIN {
		for (length = 0; length < sizeof(text) - 1; length++)
			text[length] = (char)(1 + (i * 7 + length * (i + 1)) % 255);
		text[length] = '\0';
		test_the_text_comes_back(text);
	} T_END;
}

/* Of another version, of an administrator, of nobody. */
static void test_what_nobody_wrote(void)
{
	static const struct {
		const char *value, *mark_read, *quota_warn, *word;
	} rows[] = {
		{ "passed;"NAMED, "never", "80% 95%", "passed" },
		{ ";"NAMED, "never", "80% 95%", "" },
		{ "", NULL, NULL, "" },
		{ "passed", NULL, NULL, "passed" },
		{ ";;;=;a=b;pop3_mark_read;pop3_mark_read", NULL, NULL, "" },
		{ ";pop3_mark_read=\\", "\\", NULL, "" },
		{ ";pop3_mark_read=\\x", "x", NULL, "" },
		{ ";quota_warn=1;quota_warn=2", NULL, "2", "" },
		{ ";pop3_mark_read=", "", NULL, "" },
	};
	const char *texts[COEXIST_KEY_COUNT];
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		coexist_handover_read(pool_datastack_create(), rows[i].value,
				      texts, NULL);
		expect(is_text(texts[COEXIST_KEY_pop3_mark_read],
			       rows[i].mark_read) &&
		       is_text(texts[COEXIST_KEY_quota_warn],
			       rows[i].quota_warn) &&
		       is_text(coexist_handover_word(rows[i].value),
			       rows[i].word) &&
		       coexist_handover_delay_text(rows[i].value) == NULL,
		       rows[i].value);
	}
}

static const char *repeat(char c, unsigned int count)
{
	string_t *text = t_str_new(count);

	while (str_len(text) < count)
		str_append_c(text, c);
	return str_c(text);
}

/* One byte on each side of the limit. */
static void test_the_limit(void)
{
	const size_t others = strlen(";pop3_keep_days=30") +
		strlen(";quota_warn_free=");
	const size_t room = COEXIST_HANDOVER_MAX_SIZE - others;
	struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_OTHER,
		.texts[COEXIST_KEY_pop3_keep_days] = "30"
	};
	const char *value, *left_out;
	size_t size;

	handover.texts[COEXIST_KEY_quota_warn_free] = repeat('1', room);
	value = handover_write(&handover, &size, &left_out);
	expect(size == COEXIST_HANDOVER_MAX_SIZE && strlen(value) == size &&
	       *left_out == '\0', "as much as there may be");

	handover.texts[COEXIST_KEY_quota_warn_free] = repeat('1', room + 1);
	value = handover_write(&handover, &size, &left_out);
	expect(size == COEXIST_HANDOVER_MAX_SIZE + 1 &&
	       is_text(value, ";pop3_keep_days=30") &&
	       is_text(left_out, "quota_warn_free"), "one byte more");
}

/* The short ones, then what decides, then the others. */
static void test_the_order(void)
{
	const struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_POP3,
		.texts[COEXIST_KEY_pop3_fetcher_networks] = repeat('f', 4000),
		.texts[COEXIST_KEY_pop3_networks] = repeat('n', 4096),
		.texts[COEXIST_KEY_imap_networks] = repeat('n', 4096),
		.texts[COEXIST_KEY_quota_warn] = repeat('8', 1000),
		.texts[COEXIST_KEY_pop3_keep_days] = "0",
		.texts[COEXIST_KEY_preset] = "safe",
	};
	const char *texts[COEXIST_KEY_COUNT], *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	coexist_handover_read(pool_datastack_create(), value, texts, NULL);
	expect(is_text(left_out, "pop3_fetcher_networks"), left_out);
	expect(texts[COEXIST_KEY_pop3_networks] != NULL &&
	       texts[COEXIST_KEY_quota_warn] != NULL &&
	       texts[COEXIST_KEY_pop3_keep_days] != NULL &&
	       texts[COEXIST_KEY_imap_networks] == NULL &&
	       texts[COEXIST_KEY_preset] == NULL, "what is in it");
}

static void test_a_delivery(void)
{
	const struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_OTHER,
		.is_delivery = TRUE,
		.texts[COEXIST_KEY_pop3_access] = "deny",
		.texts[COEXIST_KEY_pop3_delete] = "hide",
		.texts[COEXIST_KEY_language] = "es",
		.texts[COEXIST_KEY_quota_warn] = "80"
	};
	const char *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	expect(is_text(value, ";language=es;quota_warn=80"), value);
}

static void test_who_takes_what(void)
{
	static const struct {
		const char *label;
		struct coexist_handover handover;
		enum coexist_key key;
		bool takes;
	} rows[] = {
		{ "a POP3 session its own key",
		  { .protocol = COEXIST_PROTOCOL_POP3 },
		  COEXIST_KEY_pop3_login_delay, TRUE },
		{ "an IMAP session POP3's",
		  { .protocol = COEXIST_PROTOCOL_IMAP },
		  COEXIST_KEY_pop3_login_delay, FALSE },
		{ "any session what is done to all of them",
		  { .protocol = COEXIST_PROTOCOL_IMAP },
		  COEXIST_KEY_pop3_delete, TRUE },
		{ "what nobody has decided yet",
		  { .protocol = COEXIST_PROTOCOL_POP3 },
		  COEXIST_KEY_pop3_access, TRUE },
		{ "what the gate has decided",
		  { .protocol = COEXIST_PROTOCOL_POP3, .gate_decided = TRUE },
		  COEXIST_KEY_pop3_access, FALSE },
		{ "what a refusal would say",
		  { .protocol = COEXIST_PROTOCOL_POP3, .gate_decided = TRUE },
		  COEXIST_KEY_deny_text, FALSE },
		{ "and so does a notice of the end",
		  { .protocol = COEXIST_PROTOCOL_POP3, .gate_decided = TRUE,
		    .items[COEXIST_HANDOVER_INSTEAD] = "imap" },
		  COEXIST_KEY_deny_text, TRUE },
		{ "doveadm no login's", { .protocol = COEXIST_PROTOCOL_OTHER },
		  COEXIST_KEY_pop3_access, FALSE },
		{ "a delivery no session's key",
		  { .protocol = COEXIST_PROTOCOL_OTHER, .is_delivery = TRUE },
		  COEXIST_KEY_pop3_delete, FALSE },
		{ "a delivery a level",
		  { .protocol = COEXIST_PROTOCOL_OTHER, .is_delivery = TRUE },
		  COEXIST_KEY_quota_warn, TRUE },
		{ "IMAP what is shown to an owner who may choose",
		  { .protocol = COEXIST_PROTOCOL_IMAP,
		    .items[COEXIST_HANDOVER_OWNER] = "none" },
		  COEXIST_KEY_pop3_show, TRUE },
		{ "IMAP nothing of that where nothing is open",
		  { .protocol = COEXIST_PROTOCOL_IMAP },
		  COEXIST_KEY_pop3_show, FALSE },
		{ "IMAP no key that can't be opened",
		  { .protocol = COEXIST_PROTOCOL_IMAP,
		    .items[COEXIST_HANDOVER_OWNER] = "none" },
		  COEXIST_KEY_pop3_login_delay, FALSE },
		{ "submission nothing of that",
		  { .protocol = COEXIST_PROTOCOL_SUBMISSION,
		    .items[COEXIST_HANDOVER_OWNER] = "none" },
		  COEXIST_KEY_pop3_show, FALSE },
		{ "a preset is its keys", { .protocol = COEXIST_PROTOCOL_OTHER },
		  COEXIST_KEY_preset, FALSE },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		expect(coexist_handover_takes(&rows[i].handover, rows[i].key) ==
		       rows[i].takes, rows[i].label);
	}
}

/* Where there is nothing to hand over, there is no field. */
static void test_nothing(void)
{
	struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_POP3,
		.gate_decided = TRUE,
		/* what the gate has decided is not the session's */
		.texts[COEXIST_KEY_pop3_access] = "allow"
	};
	const char *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	expect(*value == '\0' && size == 0, "nothing");

	handover.texts[COEXIST_KEY_quota_warn_free] =
		repeat('1', COEXIST_HANDOVER_MAX_SIZE);
	value = handover_write(&handover, &size, &left_out);
	expect(*value == '\0' && size > COEXIST_HANDOVER_MAX_SIZE &&
	       is_text(left_out, "quota_warn_free"), "nothing that fits");
}

/* Auth and session may be of different versions during an upgrade. */
static void test_other_versions(void)
{
	static const struct {
		const char *label, *value, *mark_read;
		bool is_partial;
	} rows[] = {
		{ "the first format",
		  "passed;pop3_mark_read=never", "never", FALSE },
		{ "and partial", ";partial=yes;pop3_mark_read=never",
		  "never", TRUE },
		{ "by its number", ";format=1;pop3_mark_read=never", "never", FALSE },
		{ "one more name", ";store=7;until=2027-01-01;"
		  "owner=language;pop3_mark_read=never", "never", FALSE },
		{ "one more key", ";pop3_nosuch=1;"
		  "pop3_mark_read=never", "never", FALSE },
		{ "what must not be skipped", ";format=2;pop3_mark_read=never",
		  "never", TRUE },
		{ "wherever it is", ";pop3_mark_read=never;format=2",
		  "never", TRUE },
		{ "no number", ";format=;pop3_mark_read=never", "never", TRUE },
		{ "no number either", ";format=1a", NULL, TRUE },
		{ "more than fits", ";format=4294967297", NULL, TRUE },
		{ "nothing", "", NULL, FALSE },
	};
	const char *texts[COEXIST_KEY_COUNT];
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		coexist_handover_read(pool_datastack_create(), rows[i].value,
				      texts, items);
		expect(is_text(texts[COEXIST_KEY_pop3_mark_read],
			       rows[i].mark_read) &&
		       coexist_handover_is_partial(items) ==
		       rows[i].is_partial, rows[i].label);
	}
}

/* They have room in the first format. */
static void test_items_of_open_sessions(void)
{
	struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_IMAP,
		.gate_decided = TRUE,
		.items[COEXIST_HANDOVER_GENERATION] = "4711",
		.items[COEXIST_HANDOVER_UNTIL] = "20819",
		.items[COEXIST_HANDOVER_REFUSED_BY] = "pop3_access=deny"
	};
	const char *items[COEXIST_HANDOVER_ITEM_COUNT], *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	expect(is_text(value, ";store=4711;until=20819;"
			"refused_by=pop3_access=deny"),
	       value);
	coexist_handover_read_items(value, items);
	expect(is_text(items[COEXIST_HANDOVER_GENERATION], "4711") &&
	       is_text(items[COEXIST_HANDOVER_UNTIL], "20819") &&
	       is_text(items[COEXIST_HANDOVER_REFUSED_BY],
		       "pop3_access=deny") &&
	       !coexist_handover_is_partial(items), "they come back");
}

static void test_what_is_a_policy(void)
{
	expect(!coexist_handover_says_more("passed"), "the word is none");
	expect(!coexist_handover_says_more("passed;store=1;until=2"),
	       "nor is what goes along with every login");
	expect(coexist_handover_says_more("passed;store=1;language=es"),
	       "a key is one");
	expect(coexist_handover_says_more("passed;partial=yes"),
	       "and so is what a session must know");
	expect(coexist_handover_says_more("passed;until_then=2"),
	       "and what it does not know");
}

/* An item that had a key's name would be read as both. */
static void test_names_are_no_keys(void)
{
#define NAME(id, name, rank) name,
	static const char *const names[] = { COEXIST_HANDOVER_ITEMS(NAME) };
	enum coexist_key key;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++)
		expect(!coexist_key_find(names[i], &key), names[i]);
}

static void test_the_field(void)
{
	static const struct {
		const char *label, *fields[4], *value, *gate;
	} rows[] = {
		{ "no fields", { NULL }, NULL, NULL },
		{ "others", { "home=/x", "coexist_pop3_access=deny", NULL },
		  NULL, NULL },
		{ "of the gate", { "home=/x", "coexist_gate=passed;a=b", NULL },
		  "passed;a=b", "passed" },
		{ "of all others", { "coexist_policy=;a=b", NULL },
		  ";a=b", NULL },
		{ "the gate's first", { "coexist_policy=;a=b",
					"coexist_gate=exempt", NULL },
		  "exempt", "exempt" },
		{ "without a value", { "coexist_gate", NULL }, "", "" },
		{ "a longer name", { "coexist_gates=x", NULL }, NULL, NULL },
		{ "carried, of the gate", { "uid=1", "admin=no coexist_gate="
					    "passed;a=b=c", NULL },
		  "passed;a=b=c", "passed" },
		{ "carried, of all others",
		  { "admin=no coexist_policy=;a=b", "uid=1", NULL },
		  ";a=b", NULL },
		{ "carried without a value", { "admin=no coexist_gate=", NULL },
		  "", "" },
		{ "carried, a longer name",
		  { "admin=no coexist_gates=x", NULL }, NULL, NULL },
		{ "the carrier of another", { "admin=yes", "coexist_gate=exempt",
					      NULL }, "exempt", "exempt" },
		{ "a carrier cut short", { "admin=no coexist_", NULL },
		  NULL, NULL },
		{ "the word of an administrator", { "admin=y coexist_gate=passed",
						    NULL }, NULL, NULL },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		expect(coexist_handover_fields_have_ours(rows[i].fields) ||
		       rows[i].value == NULL, rows[i].label);
		expect(is_text(coexist_handover_find(rows[i].fields),
			       rows[i].value) &&
		       is_text(coexist_handover_find_gate(rows[i].fields),
			       rows[i].gate), rows[i].label);
	}
	expect(is_text(coexist_handover_find((const char *const[]){
			COEXIST_HANDOVER_CARRIER"="
			COEXIST_HANDOVER_CARRIED("policy")"a=b", NULL }), "a=b"),
	       "what is carried");
	expect(coexist_handover_find(NULL) == NULL &&
	       coexist_handover_find_gate(NULL) == NULL &&
	       !coexist_handover_fields_have_ours(NULL), "NULL");
	expect(!coexist_handover_fields_have_ours((const char *const[]){
			"home=/x", "admin=yes", "copy=coexist_", NULL }),
	       "none of ours");
	expect(coexist_handover_fields_have_ours((const char *const[]){
			"home=/x", "coexist_pop3_access=deny", NULL }),
	       "a key of ours");
}

/* Returns the value of a hand-over that says of the keys whose documents name them. */
static const char *with_origins(const char *text)
{
	const struct coexist_handover handover = {
		.protocol = COEXIST_PROTOCOL_POP3,
		.items[COEXIST_HANDOVER_ORIGINS] = text
	};
	const char *left_out;
	size_t size;

	return handover_write(&handover, &size, &left_out);
}

static void test_origins(void)
{
	string_t *text = t_str_new(64);
	const char *value;

	coexist_handover_origin_add(text, COEXIST_KEY_pop3_show, "domain");
	coexist_handover_origin_add(text, COEXIST_KEY_pop3_folders, "default");
	value = with_origins(str_c(text));
	expect(is_text(coexist_handover_origin_find(value,
			COEXIST_KEY_pop3_show), "domain"), "the first");
	expect(is_text(coexist_handover_origin_find(value,
			COEXIST_KEY_pop3_folders), "default"), "the last");
	/* whose name begins with the first one's */
	expect(coexist_handover_origin_find(value,
			COEXIST_KEY_pop3_show_days) == NULL, "none of this key");
	value = with_origins("pop3_show_days:mailbox pop3_show x: :y");
	expect(coexist_handover_origin_find(value,
			COEXIST_KEY_pop3_show) == NULL, "no scope");
	expect(coexist_handover_origin_find("passed",
			COEXIST_KEY_pop3_show) == NULL, "of an older gate");
}

/* A walk of the property: whatever is handed over, what is read is what was
   written, but for what the session does not obey and what was left out. */

static uint32_t seed;

static unsigned int draw(unsigned int below)
{
	/* Numerical Recipes' linear congruential generator */
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* NULL, or any bytes: mostly few, at times more than there is room for. */
static const char *draw_text(void)
{
	static const unsigned int lengths[] = { 1, 8, 65, 70, 900, 6000 };
	unsigned int length, i;
	char *text;

	if (draw(3) == 0)
		return NULL;
	length = draw(lengths[draw(2) == 0 ? draw(2) :
			      draw(N_ELEMENTS(lengths))]);
	text = t_malloc_no0(length + 1);
	for (i = 0; i < length; i++)
		text[i] = draw(2) == 0 ? "\\%;\t\r\n\001="[draw(8)] :
			(char)(1 + draw(255));
	text[length] = '\0';
	return text;
}

static bool key_comes_back(const struct coexist_handover *handover,
			   enum coexist_key key, bool left_out,
			   const char *found)
{
	enum coexist_openable ignored;
	bool obeys = key != COEXIST_KEY_preset &&
		(coexist_session_obeys(handover->protocol,
				       handover->gate_decided, key) ||
		 (handover->protocol == COEXIST_PROTOCOL_IMAP &&
		  handover->items[COEXIST_HANDOVER_OWNER] != NULL &&
		  coexist_openable_find(key, &ignored)) ||
		 (key == COEXIST_KEY_deny_text &&
		  handover->items[COEXIST_HANDOVER_INSTEAD] != NULL));

	if (!obeys || handover->texts[key] == NULL)
		return found == NULL && !left_out;
	if (!left_out)
		return is_text(found, handover->texts[key]);
	/* what is short always fits */
	return found == NULL && strlen(handover->texts[key]) > 64;
}

static void walk_step(void)
{
	struct coexist_handover handover = {
		.protocol = draw(COEXIST_PROTOCOL_OTHER + 1),
		.gate_decided = draw(2) == 0
	};
	const char *texts[COEXIST_KEY_COUNT], *value;
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	bool left_out[COEXIST_KEY_COUNT], none_left_out = TRUE;
	string_t *dest = t_str_new(64);
	unsigned int i;
	size_t size;

	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		handover.texts[i] = draw_text();
	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++)
		handover.items[i] = draw(2) == 0 ? NULL : "short;\\%";
	size = coexist_handover_write(&handover, dest, left_out);
	value = str_c(dest);
	expect(strlen(value) <= COEXIST_HANDOVER_MAX_SIZE, "it has room");
	expect(strpbrk(value, "%\t\r\n\001") == NULL, "Dovecot leaves it alone");
	coexist_handover_read(pool_datastack_create(), value, texts, NULL);
	coexist_handover_read_items(value, items);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		expect(key_comes_back(&handover, i, left_out[i], texts[i]),
		       coexist_policy_keys[i].name);
		none_left_out = none_left_out && !left_out[i];
	}
	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		if (i != COEXIST_HANDOVER_DELAY_TEXT)
			expect(is_text(items[i], handover.items[i]), "an item");
	}
	expect((size == strlen(value)) ==
	       (none_left_out && is_text(items[COEXIST_HANDOVER_DELAY_TEXT],
				handover.items[COEXIST_HANDOVER_DELAY_TEXT])),
	       "the size tells whether all is there");
}

static void test_a_walk(void)
{
	unsigned int i;

	for (i = 0; i < 2000 && failed == 0; i++) T_BEGIN {
		seed = i;
		walk_step();
		if (failed > 0)
			printf("     seed %u\n", i);
	} T_END;
}

int main(void)
{
	lib_init();
	T_BEGIN {
		test_texts();
		test_what_nobody_wrote();
		test_the_limit();
		test_the_order();
		test_a_delivery();
		test_who_takes_what();
		test_nothing();
		test_other_versions();
		test_names_are_no_keys();
		test_items_of_open_sessions();
	test_what_is_a_policy();
		test_the_field();
		test_origins();
		test_a_walk();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
