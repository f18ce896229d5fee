/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in log-filter.h. */

#include "lib.h"
#include "log-filter.h"

#include <stdarg.h>

static failure_callback_t *handler_before = NULL;
static const char *dropped_words;

static bool is_dropped(const char *format, va_list args)
{
	va_list copy;
	bool found;

	va_copy(copy, args);
	T_BEGIN {
		found = strstr(t_strdup_vprintf(format, copy),
			       dropped_words) != NULL;
	} T_END;
	va_end(copy);
	return found;
}

static void ATTR_FORMAT(2, 0)
filter_handler(const struct failure_context *ctx, const char *format,
	       va_list args)
{
	failure_callback_t *handler = handler_before;

	/* warnings come here, too */
	if (ctx->type != LOG_TYPE_ERROR) {
		handler(ctx, format, args);
		return;
	}
	coexist_log_filter_deinit();
	if (!is_dropped(format, args))
		handler(ctx, format, args);
}

void coexist_log_filter_drop_next(const char *words)
{
	failure_callback_t *fatal, *info, *debug;

	dropped_words = words;
	if (handler_before != NULL)
		return;
	i_get_failure_handlers(&fatal, &handler_before, &info, &debug);
	i_set_error_handler(filter_handler);
}

void coexist_log_filter_deinit(void)
{
	if (handler_before == NULL)
		return;
	i_set_error_handler(handler_before);
	handler_before = NULL;
}
