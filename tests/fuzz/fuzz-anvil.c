/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any line of anvil is about sessions or is not, and an end of a session that it
   names is asked for in one line. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "compat-anvil.h"

static void check_line(const char *line)
{
	struct coexist_anvil_line parsed;
	const char *command;

	if (!coexist_anvil_line_parse(line, &parsed))
		return;
	i_assert(strlen(parsed.user) + strlen(parsed.service) +
		 strlen(parsed.address) + strlen(parsed.guid) <= strlen(line));
	i_assert(parsed.pid >= 0);
	command = coexist_anvil_kick_command(parsed.user, parsed.guid);
	i_assert(command == NULL ||
		 strchr(command, '\n') == command + strlen(command) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_init();
	T_BEGIN {
		check_line(fuzz_text(data, size));
	} T_END;
	return 0;
}
