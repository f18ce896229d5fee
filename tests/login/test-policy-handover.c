/* What a session reads of a hand-over is what was written, in bytes that Dovecot
   leaves alone, and never too long. */

#include "lib.h"
#include "policy-handover.h"
#include "compat-userdb.h"
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
		.delay_text = text
	};
	const char *texts[COEXIST_KEY_COUNT], *value, *left_out;
	size_t size;

	value = handover_write(&handover, &size, &left_out);
	expect(size == strlen(value) && *left_out == '\0', "it is whole");
	expect(strpbrk(value, "%\t\r\n\001") == NULL, "Dovecot leaves it alone");
	coexist_handover_read(pool_datastack_create(), value, texts);
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
				      texts);
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
	coexist_handover_read(pool_datastack_create(), value, texts);
	expect(is_text(left_out, "pop3_fetcher_networks"), left_out);
	expect(texts[COEXIST_KEY_pop3_networks] != NULL &&
	       texts[COEXIST_KEY_quota_warn] != NULL &&
	       texts[COEXIST_KEY_pop3_keep_days] != NULL &&
	       texts[COEXIST_KEY_imap_networks] == NULL &&
	       texts[COEXIST_KEY_preset] == NULL, "what is in it");
}

/* What an administrator's userdb says. */
static void test_a_column(void)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{ "80 95", "80 95" },
		{ "quit    ", "quit" },
		{ "  \tquit\t", "quit" },
		{ "   ", "" },
		{ "", "" },
		{ "80"COEXIST_USERDB_PERCENT" 95"COEXIST_USERDB_PERCENT,
		  "80% 95%" },
		{ "a % b%", "a % b%" },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		expect(is_text(coexist_userdb_value(pool_datastack_create(),
						    rows[i].value),
			       rows[i].text), rows[i].value);
	}
}

int main(void)
{
	lib_init();
	T_BEGIN {
		test_texts();
		test_what_nobody_wrote();
		test_the_limit();
		test_the_order();
		test_a_column();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
