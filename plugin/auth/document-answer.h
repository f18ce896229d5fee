/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOCUMENT_ANSWER_H
#define COEXIST_DOCUMENT_ANSWER_H

struct coexist_document_texts;
struct coexist_document_read;
struct coexist_known_documents;

/* The answer to who asks for a document, from the store or instead of the
   store. */

enum coexist_document_outcome {
	COEXIST_DOCUMENT_THERE,
	/* There is none. */
	COEXIST_DOCUMENT_ABSENT,
	/* None was found. Whether that counts is for the caller to find out, who
	   then calls coexist_document_read_absent() or _last_known(). */
	COEXIST_DOCUMENT_NOT_FOUND,
	/* It could not be read, which was logged. */
	COEXIST_DOCUMENT_FAILED
};

/* All of it is the reader's, and lives for the call. */
struct coexist_document_answer {
	enum coexist_document_outcome outcome;
	/* The document, if it is there. After a failure, what it was last. */
	struct coexist_document_texts *document;
	/* After a failure: nothing is known of it. */
	bool is_unknown;
	/* After a failure: what is there, if nobody can tell whether it is
	   signed. */
	struct coexist_document_texts *unproved;
	/* Set if none was found. */
	struct coexist_document_read *read;
};

/* Makes the answer of a document that was read, or of none (NULL). */
void coexist_document_answer_found(struct coexist_document_texts *document,
				   struct coexist_document_answer *answer_r);
/* Makes the answer of one that can't be read: what is known of it. */
void coexist_document_answer_failed(struct coexist_known_documents *known,
				    const char *key,
				    struct coexist_document_answer *answer_r);
/* Returns the answer in words, for the log. */
const char *
coexist_document_answer_describe(const struct coexist_document_answer *answer);

#endif
