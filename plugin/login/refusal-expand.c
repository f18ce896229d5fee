/* See the contract in refusal-expand.h. */

#include "lib.h"
#include "refusal-expand.h"
#include "str.h"

const char *coexist_refusal_english(enum coexist_refusal_text id)
{
#define ENGLISH(id, text) text,
	static const char *const texts[COEXIST_TEXT_COUNT] = {
		COEXIST_TEXTS(ENGLISH)
	};
	return texts[id];
}

const char *
coexist_refusal_expand(const char *text,
			    const struct coexist_refusal_values *values)
{
	const struct {
		const char *name;
		const char *value;
	} placeholders[] = {
		{ "{protocol}", values->protocol },
		{ "{date}", values->date },
		{ "{seconds}", values->seconds },
	};
	string_t *str = t_str_new(128);
	unsigned int i;

	while (*text != '\0') {
		for (i = 0; i < N_ELEMENTS(placeholders); i++) {
			const char *name = placeholders[i].name;

			if (strncmp(text, name, strlen(name)) == 0)
				break;
		}
		if (i == N_ELEMENTS(placeholders)) {
			str_append_c(str, *text++);
			continue;
		}
		str_append(str, placeholders[i].value == NULL ? "?" :
			   placeholders[i].value);
		text += strlen(placeholders[i].name);
	}
	return str_c(str);
}
