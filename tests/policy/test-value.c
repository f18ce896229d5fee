/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What counts as a value of which key, on both sides of every limit. */

#include "policy-value.h"

#include <glib.h>
#include <string.h>

struct row {
	enum coexist_key key;
	const char *text;
	enum coexist_value_status status;
	uint64_t number;
};

#define VALID(key, text, number) \
	{ COEXIST_KEY_##key, text, COEXIST_VALUE_VALID, number }
#define INHERIT(key, text) \
	{ COEXIST_KEY_##key, text, COEXIST_VALUE_INHERIT, 0 }
#define YES(key, text) \
	{ COEXIST_KEY_##key, text, COEXIST_VALUE_YES, 0 }
#define UNKNOWN(key, text) \
	{ COEXIST_KEY_##key, text, COEXIST_VALUE_UNKNOWN, 0 }

static void rows_check(const struct row *rows, size_t count)
{
	const uint64_t untouched = 4711;

	for (size_t i = 0; i < count; i++) {
		const struct coexist_policy_key *key =
			&coexist_policy_keys[rows[i].key];
		struct coexist_value value = { .number = untouched };

		g_test_message("%s=%s", key->name,
			       rows[i].text == NULL ? "(null)" : rows[i].text);
		g_assert_cmpint(coexist_value_parse(key, rows[i].text, &value),
				==, rows[i].status);
		g_assert_cmpuint(value.number, ==,
				 rows[i].status == COEXIST_VALUE_VALID ?
				 rows[i].number : untouched);
	}
}
#define ROWS_CHECK(rows) rows_check(rows, G_N_ELEMENTS(rows))

static void test_inherit(void)
{
	static const struct row rows[] = {
		INHERIT(pop3_mark_read, NULL),
		INHERIT(pop3_mark_read, ""),
		INHERIT(pop3_mark_read, " "),
		YES(pop3_mark_read, "yes"),
		YES(pop3_mark_read_days, "yes"),
		YES(pop3_fetcher_networks, "yes"),
		INHERIT(pop3_fetcher_networks, " , "),
		INHERIT(pop3_mark_downloaded, ""),
		INHERIT(pop3_mark_downloaded, NULL),
		YES(deny_text, "yes"),
		VALID(pop3_mark_downloaded, "yes", 1),
	};
	ROWS_CHECK(rows);
}

static void test_choice(void)
{
	static const struct row rows[] = {
		VALID(pop3_mark_read, "stock", COEXIST_MARK_READ_STOCK),
		VALID(pop3_mark_read, "complete", COEXIST_MARK_READ_COMPLETE),
		VALID(pop3_mark_read, "quit", COEXIST_MARK_READ_QUIT),
		VALID(pop3_mark_read, "never", COEXIST_MARK_READ_NEVER),
		VALID(pop3_mark_read, "Never", COEXIST_MARK_READ_NEVER),
		UNKNOWN(pop3_mark_read, "neve"),
		UNKNOWN(pop3_mark_read, "nevers"),
		UNKNOWN(pop3_mark_read, "never quit"),
		UNKNOWN(pop3_mark_read, "no"),
		VALID(imap_access, "allow", COEXIST_ACCESS_ALLOW),
		VALID(imap_access, "deny", COEXIST_ACCESS_DENY),
		VALID(imap_access, "suspend", COEXIST_ACCESS_SUSPEND),
		VALID(quota_warn_channels, "mail", 0),
		VALID(quota_warn_channels, "mail, alert event", 0),
		UNKNOWN(quota_warn_channels, "mail sms"),
		VALID(preset, "multi-device", 3),
	};
	ROWS_CHECK(rows);
}

/* A panel's column is on for everybody: that decides nothing. Off denies. */
static void test_access(void)
{
	static const struct row rows[] = {
		VALID(imap_access, "0", COEXIST_ACCESS_DENY),
		VALID(imap_access, "n", COEXIST_ACCESS_DENY),
		VALID(imap_access, "no", COEXIST_ACCESS_DENY),
		VALID(imap_access, "off", COEXIST_ACCESS_DENY),
		VALID(imap_access, "false", COEXIST_ACCESS_DENY),
		VALID(imap_access, "f", COEXIST_ACCESS_DENY),
		VALID(imap_access, "Off", COEXIST_ACCESS_DENY),
		VALID(imap_access, " 0 ", COEXIST_ACCESS_DENY),
		YES(imap_access, "1"),
		YES(imap_access, "y"),
		YES(imap_access, "yes"),
		YES(imap_access, "on"),
		YES(imap_access, "true"),
		YES(imap_access, "t"),
		YES(imap_access, "TRUE"),
		UNKNOWN(imap_access, "2"),
		UNKNOWN(imap_access, "-1"),
		UNKNOWN(imap_access, "00"),
		UNKNOWN(imap_access, "nope"),
		UNKNOWN(imap_access, "disabled"),
		UNKNOWN(pop3_delete, "0"),
		UNKNOWN(pop3_delete, "on"),
		UNKNOWN(pop3_tls, "no"),
		UNKNOWN(pop3_tls, "1"),
	};
	ROWS_CHECK(rows);
}

static void test_flag(void)
{
	static const struct row rows[] = {
		VALID(pop3_mark_downloaded, "yes", 1),
		VALID(pop3_mark_downloaded, "no", 0),
		VALID(pop3_mark_downloaded, "TRUE", 1),
		VALID(pop3_mark_downloaded, "0", 0),
		VALID(pop3_mark_downloaded, "t", 1),
		UNKNOWN(pop3_mark_downloaded, "2"),
		UNKNOWN(pop3_mark_downloaded, "ye"),
		UNKNOWN(pop3_mark_downloaded, "on"),
	};
	ROWS_CHECK(rows);
}

static void test_number(void)
{
	static const struct row rows[] = {
		VALID(pop3_mark_read_days, "0", 0),
		VALID(pop3_mark_read_days, "4294967295", UINT32_MAX),
		UNKNOWN(pop3_mark_read_days, "4294967296"),
		UNKNOWN(pop3_mark_read_days, "99999999999999999999999"),
		UNKNOWN(pop3_mark_read_days, "-1"),
		UNKNOWN(pop3_mark_read_days, "+1"),
		UNKNOWN(pop3_mark_read_days, "1 1"),
		UNKNOWN(pop3_mark_read_days, "1d"),
		UNKNOWN(pop3_mark_read_days, "one"),
	};
	ROWS_CHECK(rows);
}

static void test_interval(void)
{
	static const struct row rows[] = {
		VALID(pop3_login_delay, "0", 0),
		VALID(pop3_login_delay, "90", 90),
		VALID(pop3_login_delay, "90s", 90),
		VALID(pop3_login_delay, "5 min", 300),
		VALID(pop3_login_delay, "2 Hours", 7200),
		VALID(pop3_login_delay, "1d", 86400),
		VALID(pop3_login_delay, "7101 weeks", 7101ULL * 604800),
		UNKNOWN(pop3_login_delay, "7102 weeks"),
		UNKNOWN(pop3_login_delay, "5 fortnights"),
		UNKNOWN(pop3_login_delay, "min"),
		UNKNOWN(pop3_login_delay, "-5 min"),
	};
	ROWS_CHECK(rows);
}

static void test_date(void)
{
	static const struct row rows[] = {
		VALID(pop3_until, "none", COEXIST_DATE_NONE),
		VALID(pop3_until, "1970-01-01", 0),
		VALID(pop3_until, "1970-03-01", 59),
		VALID(pop3_until, "2000-02-29", 11016),
		VALID(pop3_until, "2024-12-31", 20088),
		VALID(pop3_until, "2027-01-01", 20819),
		VALID(pop3_until, "9999-12-31", 2932896),
		UNKNOWN(pop3_until, "1969-12-31"),
		UNKNOWN(pop3_until, "2023-02-29"),
		UNKNOWN(pop3_until, "2100-02-29"),
		UNKNOWN(pop3_until, "2027-13-01"),
		UNKNOWN(pop3_until, "2027-00-01"),
		UNKNOWN(pop3_until, "2027-04-31"),
		UNKNOWN(pop3_until, "2027-04-00"),
		UNKNOWN(pop3_until, "2027-1-1"),
		UNKNOWN(pop3_until, "2027-01-01T00:00"),
		UNKNOWN(pop3_until, "01/02/2027"),
	};
	ROWS_CHECK(rows);
}

static void test_networks(void)
{
	static const struct row rows[] = {
		VALID(pop3_networks, "192.0.2.1", 0),
		VALID(pop3_networks, "192.0.2.0/0", 0),
		VALID(pop3_networks, "192.0.2.0/32", 0),
		UNKNOWN(pop3_networks, "192.0.2.0/33"),
		VALID(pop3_networks, "2001:db8::/128", 0),
		UNKNOWN(pop3_networks, "2001:db8::/129"),
		VALID(pop3_networks, "10.0.0.0/8, 2001:db8::/32 ::1", 0),
		UNKNOWN(pop3_networks, "10.0.0.0/8, 2001:db8::/32 x"),
		VALID(pop3_networks, "::ffff:192.0.2.0/120", 0),
		UNKNOWN(pop3_networks, "192.0.2.0/"),
		UNKNOWN(pop3_networks, "/8"),
		UNKNOWN(pop3_networks, "192.0.2"),
		UNKNOWN(pop3_networks, "192.0.2.256"),
		UNKNOWN(pop3_networks, "192.0.2.0/8x"),
		UNKNOWN(pop3_networks, "localhost"),
		UNKNOWN(pop3_networks, "\"10.0.0.0/8\""),
		UNKNOWN(pop3_networks,
			"1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111"),
	};
	ROWS_CHECK(rows);
}

static void test_levels(void)
{
	static const struct row rows[] = {
		VALID(quota_warn, "80 95", 0),
		VALID(quota_warn, "1%,100%", 0),
		UNKNOWN(quota_warn, "0"),
		UNKNOWN(quota_warn, "101"),
		UNKNOWN(quota_warn, "80 many"),
		UNKNOWN(quota_warn, "\"80\""),
		VALID(until_notice, "30d 7d, 12h", 0),
		VALID(until_notice, "1w", 0),
		UNKNOWN(until_notice, "30"),
		UNKNOWN(until_notice, "30d 7"),
		UNKNOWN(until_notice, "30 days"),
		UNKNOWN(until_notice, "\"30d\""),
		VALID(quota_warn_free, "100M 1G", 0),
		VALID(quota_warn_free, "8388607T", 0),
		UNKNOWN(quota_warn_free, "8388608T"),
		UNKNOWN(quota_warn_free, "0"),
		UNKNOWN(quota_warn_free, "10 parsecs"),
		VALID(junk_notice, "0", 0),
		VALID(junk_notice, "1w", 604800),
		UNKNOWN(junk_notice, "weekly"),
		VALID(sent_copy_max_size, "0", 0),
		VALID(sent_copy_max_size, "10M", 10485760),
		UNKNOWN(sent_copy_max_size, "10M 1G"),
		UNKNOWN(sent_copy_max_size, "-1"),
	};
	ROWS_CHECK(rows);
}

static void test_mailboxes(void)
{
	static const struct row rows[] = {
		VALID(pop3_folders, "INBOX Sent", 0),
		VALID(pop3_folders, "INBOX \"Sent Items\" Work/*", 0),
		UNKNOWN(pop3_folders, "INBOX \"Sent Items"),
		UNKNOWN(pop3_folders, "INBOX \"\""),
		UNKNOWN(pop3_folders, "INBOX\nSent"),
	};
	ROWS_CHECK(rows);
}

static void test_language(void)
{
	static const struct row rows[] = {
		VALID(language, "es", 0),
		VALID(language, "pt-BR", 0),
		VALID(language, "zh-Hant-TW", 0),
		UNKNOWN(language, "e"),
		UNKNOWN(language, "spanish"),
		UNKNOWN(language, "pt_BR"),
		UNKNOWN(language, "es-"),
		UNKNOWN(language, "es/../../etc"),
	};
	ROWS_CHECK(rows);
}

/* As a column of CHAR(n) has them; within a value they count. */
static void test_blanks_around(void)
{
	static const struct row rows[] = {
		VALID(imap_access, "deny   ", COEXIST_ACCESS_DENY),
		VALID(pop3_mark_read, " \tquit\t ", COEXIST_MARK_READ_QUIT),
		VALID(pop3_mark_downloaded, "yes  ", 1),
		VALID(pop3_keep_days, " 30 ", 30),
		VALID(pop3_login_delay, "30 min  ", 1800),
		VALID(pop3_until, "1970-01-11  ", 10),
		VALID(pop3_until, " none ", COEXIST_DATE_NONE),
		VALID(imap_networks, " 192.0.2.0/24 ", 0),
		VALID(quota_warn, "80 95  ", 0),
		VALID(quota_warn_free, "1G  ", 0),
		VALID(quota_warn_channels, "mail alert ", 0),
		VALID(pop3_folders, "INBOX \"Sent Items\" ", 0),
		VALID(language, "pt-BR   ", 0),
		VALID(deny_text, " Use IMAP. ", 0),
		YES(pop3_keep_days, "yes  "),
		INHERIT(pop3_keep_days, "   "),
		UNKNOWN(imap_access, "de ny"),
		UNKNOWN(pop3_keep_days, "3 0"),
		UNKNOWN(language, "pt -BR"),
	};
	ROWS_CHECK(rows);
}

/* Only a site setting has this type. */
static void test_paths(void)
{
	static const struct {
		const char *text;
		enum coexist_value_status status;
	} rows[] = {
		{ "/etc/dovecot/texts", COEXIST_VALUE_VALID },
		{ "/a \"/b c\",/d", COEXIST_VALUE_VALID },
		{ "etc/dovecot/texts", COEXIST_VALUE_UNKNOWN },
		{ "/a b", COEXIST_VALUE_UNKNOWN },
		{ "/a \"/b", COEXIST_VALUE_UNKNOWN },
		{ "\"\"", COEXIST_VALUE_UNKNOWN },
		{ "/a\n/b", COEXIST_VALUE_UNKNOWN },
		{ "", COEXIST_VALUE_INHERIT },
		{ NULL, COEXIST_VALUE_INHERIT },
	};
	struct coexist_value value;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		g_assert_cmpint(coexist_value_parse(
					&coexist_site_settings[
						COEXIST_SITE_template_dir],
					rows[i].text, &value), ==,
				rows[i].status);
	}
}

static void test_length(void)
{
	g_autofree char *text = g_strnfill(COEXIST_TEXT_MAX_LENGTH + 1, 'x');
	g_autofree char *list = g_strnfill(COEXIST_VALUE_MAX_LENGTH + 1, ' ');
	struct row rows[] = {
		UNKNOWN(deny_text, text),
		VALID(deny_text, text + 1, 0),
		UNKNOWN(quota_warn, list),
		VALID(quota_warn, list + 1, 0),
	};

	list[COEXIST_VALUE_MAX_LENGTH] = '8';
	ROWS_CHECK(rows);
}

static void test_list(void)
{
	const char *list = " INBOX,\"Sent Items\"  Work ";
	static const char *const items[] = { "INBOX", "Sent Items", "Work" };
	const char *item;
	size_t length;

	for (size_t i = 0; i < G_N_ELEMENTS(items); i++) {
		g_assert_true(coexist_list_next(&list, &item, &length));
		g_assert_cmpmem(item, length, items[i], strlen(items[i]));
	}
	g_assert_false(coexist_list_next(&list, &item, &length));
}

/* The built-in defaults and the enums that code switches on are in the table's
   own syntax. */
static void test_table(void)
{
	enum coexist_key key;

	for (unsigned int i = 0; i < COEXIST_KEY_COUNT; i++) {
		const struct coexist_policy_key *info = &coexist_policy_keys[i];
		struct coexist_value value;

		g_test_message("%s", info->name);
		g_assert_cmpint(coexist_value_parse(info, info->default_value,
						    &value), ==,
				*info->default_value == '\0' ||
				strcmp(info->default_value, "yes") == 0 ?
				(info->type == COEXIST_TYPE_FLAG ?
				 COEXIST_VALUE_VALID : COEXIST_VALUE_INHERIT) :
				COEXIST_VALUE_VALID);
		if (info->type == COEXIST_TYPE_FLAG)
			g_assert_cmpstr(info->expected, ==, "yes or no");
		else if (*info->choices == '\0')
			g_assert_null(strstr(info->expected, "one of: "));
		else {
			g_autofree char *expected =
				g_strconcat("one of: ", info->choices, NULL);

			g_assert_cmpstr(info->expected, ==, expected);
		}
		g_assert_true(coexist_key_find(info->name, &key));
		g_assert_cmpuint(key, ==, i);
	}
	g_assert_false(coexist_key_find("pop3_mark_raed", &key));
	g_assert_false(coexist_key_find("", &key));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/value/inherit", test_inherit);
	g_test_add_func("/value/choice", test_choice);
	g_test_add_func("/value/access", test_access);
	g_test_add_func("/value/flag", test_flag);
	g_test_add_func("/value/number", test_number);
	g_test_add_func("/value/interval", test_interval);
	g_test_add_func("/value/date", test_date);
	g_test_add_func("/value/networks", test_networks);
	g_test_add_func("/value/levels", test_levels);
	g_test_add_func("/value/mailboxes", test_mailboxes);
	g_test_add_func("/value/language", test_language);
	g_test_add_func("/value/blanks-around", test_blanks_around);
	g_test_add_func("/value/paths", test_paths);
	g_test_add_func("/value/length", test_length);
	g_test_add_func("/value/list", test_list);
	g_test_add_func("/value/table", test_table);
	return g_test_run();
}
