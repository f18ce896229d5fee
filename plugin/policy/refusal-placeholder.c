/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-placeholder.h. */

#include "refusal-placeholder.h"

#include <string.h>

#define N_PLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

static const struct {
	const char *name;
	size_t offset;
} placeholders[] = {
#define PLACEHOLDER(name) \
	{ "{" #name "}", offsetof(struct coexist_refusal_values, name) }
	PLACEHOLDER(protocol),
	PLACEHOLDER(date),
	PLACEHOLDER(seconds)
};

/* A text that grows in a buffer of a fixed size. */
struct output {
	char *buffer;
	size_t size, length;
};

static void output_add(struct output *output, const char *text, size_t length)
{
	size_t room = output->length + 1 < output->size ?
		output->size - output->length - 1 : 0;

	if (room > 0)
		memcpy(output->buffer + output->length, text,
		       length < room ? length : room);
	output->length += length;
}

/* Returns the index of the placeholder that begins here, or N_PLACEHOLDERS. */
static size_t placeholder_find(const char *text)
{
	size_t i;

	for (i = 0; i < N_PLACEHOLDERS; i++) {
		if (strncmp(text, placeholders[i].name,
			    strlen(placeholders[i].name)) == 0)
			break;
	}
	return i;
}

static const char *
value_get(const struct coexist_refusal_values *values, size_t placeholder)
{
	const char *value = *(const char *const *)
		((const char *)values + placeholders[placeholder].offset);

	return value == NULL ? "?" : value;
}

size_t
coexist_refusal_placeholders_expand(const char *text,
				    const struct coexist_refusal_values *values,
				    char *buffer, size_t size)
{
	struct output output = { .buffer = buffer, .size = size };

	while (*text != '\0') {
		size_t placeholder = placeholder_find(text);
		size_t length = strcspn(text + 1, "{") + 1;

		if (placeholder == N_PLACEHOLDERS) {
			output_add(&output, text, length);
			text += length;
		} else {
			const char *value = value_get(values, placeholder);

			output_add(&output, value, strlen(value));
			text += strlen(placeholders[placeholder].name);
		}
	}
	if (size > 0)
		buffer[output.length < size ? output.length : size - 1] = '\0';
	return output.length;
}

const char *coexist_refusal_placeholders_unknown(const char *text)
{
	for (; (text = strchr(text, '{')) != NULL; text++) {
		if (strchr(text, '}') != NULL &&
		    placeholder_find(text) == N_PLACEHOLDERS)
			break;
	}
	return text;
}
