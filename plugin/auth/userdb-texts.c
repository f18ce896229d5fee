/* See the contract in userdb-texts.h. */

#include "lib.h"
#include "userdb-texts.h"
#include "compat-auth.h"
#include "policy-value.h"
#include "userdb-fields.h"

bool coexist_userdb_texts_init(struct auth_request *request,
			       const char *texts_r[COEXIST_KEY_COUNT])
{
	const struct auth_field *field;
	const size_t prefix_length = strlen(COEXIST_KEY_PREFIX);
	enum coexist_key key;
	bool found = FALSE;

	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	if (request->fields.userdb_reply == NULL)
		return FALSE;
	array_foreach(auth_fields_export(request->fields.userdb_reply),
		      field) {
		if (strncmp(field->key, COEXIST_KEY_PREFIX,
			    prefix_length) == 0 &&
		    coexist_key_find(field->key + prefix_length, &key)) {
			texts_r[key] = field->value == NULL ? "yes" :
				coexist_userdb_value(request->pool,
					p_strdup(request->pool, field->value));
			found = TRUE;
		}
	}
	return found;
}
