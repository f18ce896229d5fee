/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in document-answer.h. */

#include "lib.h"
#include "document-answer.h"
#include "known-documents.h"

void coexist_document_answer_found(struct coexist_document_texts *document,
				   struct coexist_document_answer *answer_r)
{
	i_zero(answer_r);
	answer_r->outcome = document != NULL ? COEXIST_DOCUMENT_THERE :
		COEXIST_DOCUMENT_ABSENT;
	answer_r->document = document;
}

void coexist_document_answer_failed(struct coexist_known_documents *known,
				    const char *key,
				    struct coexist_document_answer *answer_r)
{
	i_zero(answer_r);
	answer_r->outcome = COEXIST_DOCUMENT_FAILED;
	answer_r->is_unknown =
		!coexist_known_documents_get_last(known, key,
						  &answer_r->document);
	if (answer_r->is_unknown)
		answer_r->document = NULL;
}

const char *
coexist_document_answer_describe(const struct coexist_document_answer *answer)
{
	switch (answer->outcome) {
	case COEXIST_DOCUMENT_THERE:
		return "found";
	case COEXIST_DOCUMENT_ABSENT:
		return "there is none";
	case COEXIST_DOCUMENT_NOT_FOUND:
		return "not found";
	case COEXIST_DOCUMENT_FAILED:
		break;
	}
	return answer->is_unknown ? "can't be read" : answer->document == NULL ?
		"can't be read, there was none" :
		"can't be read, taken as it was";
}
