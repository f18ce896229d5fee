/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a client calls itself or asks for: a user's name in the log, the reply to a
   login, an attribute of IMAP. The input is a byte and the text. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "logged-name.h"
#include "mail-storage.h"
#include "owner-keys.h"
#include "refusal-expand.h"
#include "refusal-line.h"
#include "unichar.h"

static void check_printable(const char *line)
{
	const char *p;

	for (p = line; *p != '\0'; p++)
		i_assert((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void check_name(const char *text)
{
	const char *name = coexist_logged_name(text);

	i_assert(strpbrk(name, "<>\r\n") == NULL);
	i_assert(uni_utf8_str_is_valid(name));
	check_printable(name);
	for (; *name != '\0'; name++) {
		i_assert((unsigned char)name[0] != 0xc2 ||
			 (unsigned char)name[1] >= 0xa0);
	}
}

static void check_reply(struct fuzz_input input)
{
	enum coexist_protocol protocol =
		fuzz_below(&input, COEXIST_PROTOCOL_OTHER + 1);
	enum coexist_refusal_text id = fuzz_below(&input, COEXIST_TEXT_COUNT);
	bool relayed = fuzz_bool(&input);
	static const struct coexist_refusal_values values = {
		.protocol = "POP3", .date = "2027-01-01"
	};
	const char *text = coexist_refusal_expand(fuzz_rest(&input), &values);
	const char *line = coexist_refusal_line(protocol, id, relayed, text);

	check_printable(line);
	/* RFC 2449 section 4, with -ERR, a blank, CR and LF */
	i_assert(strlen(line) + 7 <= 512);
}

/* An entry's name is one that is written so. */
static void check_entry(const char *name)
{
	enum coexist_openable openable = COEXIST_OPENABLE_COUNT;
	enum coexist_owner_entry entry =
		coexist_owner_entry_parse(name, /*is_private=*/TRUE,
					  /*has_server=*/TRUE, &openable);

	i_assert(coexist_owner_entry_parse(name, FALSE, TRUE, &openable) <=
		 COEXIST_OWNER_ENTRY_MISPLACED);
	if (entry <= COEXIST_OWNER_ENTRY_UNKNOWN)
		return;
	i_assert(!coexist_owner_entry_is_keys(entry) ||
		 openable < COEXIST_OPENABLE_COUNT);
	i_assert(strcasecmp(name, coexist_owner_entry_name(entry, openable)) ==
		 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	fuzz_init();
	T_BEGIN {
		const char *text = fuzz_text(data, size);

		check_name(text);
		check_entry(text);
		check_entry(t_strconcat(
			MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER
			COEXIST_OWNER_ENTRIES, text, NULL));
		check_reply(input);
	} T_END;
	return 0;
}
