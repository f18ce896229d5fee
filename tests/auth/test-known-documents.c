/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of known-documents.h: what is as good as the store's answer, and for how
   long. */

#include "lib.h"
#include "known-documents.h"
#include "ioloop.h"
#include "lib-event.h"
#include "document-cache.h"
#include "log-repeat.h"
#include "policy-document-texts.h"
#include "site-config.h"
#include "store-generation.h"

#include <glib.h>

#define KEY "shared/coexist/mailbox/a@b.org"
#define TEXT "[policy]\npop3_keep_days=30\n"
#define OTHER "[policy]\npop3_keep_days=60\n"
#define START 1000000
#define USECS 1000000ULL

static struct coexist_site_config config;
static struct event *event;
static struct coexist_log_repeat *log_repeat;
static struct coexist_known_documents *known;
static const char *generation_path;

static void now_set(uint64_t usecs)
{
	ioloop_timeval.tv_sec = (time_t)(usecs / USECS);
	ioloop_timeval.tv_usec = (suseconds_t)(usecs % USECS);
	ioloop_time = ioloop_timeval.tv_sec;
}

static void setup(void)
{
	now_set(START * USECS);
	event = event_create(NULL);
	log_repeat = coexist_log_repeat_new();
	config.texts[COEXIST_SITE_policy_public_keys] = "";
	known = coexist_known_documents_new(&config, NULL,
					    generation_path, event, log_repeat);
	coexist_known_documents_refresh(known);
}

static void teardown(void)
{
	coexist_known_documents_free(known);
	coexist_log_repeat_free(log_repeat);
	event_unref(&event);
}

/* Reads the text as the store's answer to who asked then, in that generation. */
static struct coexist_document_texts *
read_text_of(const char *text, time_t asked, unsigned int generation_count)
{
	const struct coexist_document_look look = {
		.asked = (uint64_t)asked * USECS,
		.generation_count = generation_count
	};
	struct coexist_document_texts *document;
	const char *error;

	g_assert_cmpint(coexist_known_documents_read(known, event, KEY, &look,
						     text, &document, &error),
			==, COEXIST_DOCUMENT_TRUSTED);
	g_assert_null(error);
	return document;
}

static struct coexist_document_texts *read_text(const char *text, time_t asked)
{
	return read_text_of(text, asked, /*generation_count=*/0);
}

static const char *keep_days(const struct coexist_document_texts *document)
{
	return document == NULL ? NULL :
		coexist_document_texts_get(document, COEXIST_KEY_pop3_keep_days);
}

static const char *last_keep_days(void)
{
	struct coexist_document_texts *document;

	return coexist_known_documents_get_last(known, KEY, &document) ?
		keep_days(document) : "not known";
}

static enum coexist_document_known get(bool may_be_old)
{
	struct coexist_document_look look;
	struct coexist_document_texts *document;

	return coexist_known_documents_get(known, KEY, may_be_old, &look,
					   &document);
}

/* A microsecond on each side of what is new. */
static void test_age(void)
{
	static const struct {
		uint64_t age;
		bool may_be_old;
		enum coexist_document_known wanted;
	} rows[] = {
		{ 0, TRUE, COEXIST_DOCUMENT_KNOWN_LATELY },
		{ 0, FALSE, COEXIST_DOCUMENT_NOT_KNOWN },
		{ COEXIST_DOCUMENT_ANSWER_SECS * USECS, TRUE,
		  COEXIST_DOCUMENT_KNOWN_LATELY },
		{ COEXIST_DOCUMENT_ANSWER_SECS * USECS + 1, TRUE,
		  COEXIST_DOCUMENT_NOT_KNOWN },
	};
	unsigned int i;

	setup();
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_NOT_KNOWN);
	g_assert_cmpstr(last_keep_days(), ==, "not known");
	coexist_document_texts_unref(read_text(TEXT, START));
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		now_set(START * USECS + rows[i].age);
		g_assert_cmpint(get(rows[i].may_be_old), ==, rows[i].wanted);
		g_assert_cmpstr(last_keep_days(), ==, "30");
	}
	teardown();
}

static void test_the_clock_is_put_back(void)
{
	setup();
	coexist_document_texts_unref(read_text(TEXT, START));
	now_set(START * USECS - 1);
	coexist_known_documents_refresh(known);
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_NOT_KNOWN);
	g_assert_cmpstr(last_keep_days(), ==, "30");
	teardown();
}

/* The same text is not parsed again. */
static void test_the_same_text(void)
{
	struct coexist_document_texts *first, *second, *third;

	setup();
	first = read_text(TEXT, START);
	second = read_text(TEXT, START);
	third = read_text(OTHER, START);
	g_assert_true(first == second);
	g_assert_true(first != third);
	g_assert_cmpstr(keep_days(third), ==, "60");
	coexist_document_texts_unref(first);
	coexist_document_texts_unref(second);
	coexist_document_texts_unref(third);
	teardown();
}

/* Whoever asked first is answered last. */
static void test_a_late_answer(void)
{
	struct coexist_document_texts *document;

	setup();
	now_set((START + 2) * USECS);
	coexist_document_texts_unref(read_text(TEXT, START + 2));
	document = read_text(OTHER, START);
	g_assert_cmpstr(keep_days(document), ==, "60");
	g_assert_cmpstr(last_keep_days(), ==, "30");
	coexist_document_texts_unref(document);
	teardown();
}

static char *generation_new(void)
{
	GError *error = NULL;
	char *path = NULL;
	int fd = g_file_open_tmp("generation-XXXXXX", &path, &error);

	g_assert_no_error(error);
	i_close_fd(&fd);
	return path;
}

static void generation_begin(void)
{
	g_assert_cmpint(coexist_store_generation_begin(generation_path), ==, 0);
	coexist_known_documents_refresh(known);
}

/* What this host has changed is asked for at once. */
static void test_generation(void)
{
	g_autofree char *path = generation_new();
	unsigned int i;

	generation_path = path;
	setup();
	for (i = 0; i < 100; i++) {
		coexist_document_texts_unref(
			read_text_of(TEXT, START, i + 1));
		coexist_known_documents_refresh(known);
		g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_KNOWN_LATELY);
		generation_begin();
		g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_NOT_KNOWN);
		g_assert_cmpstr(last_keep_days(), ==, "30");
	}
	teardown();
	i_unlink(path);
	generation_path = NULL;
}

/* The answer to who asked before the change. */
static void test_a_late_answer_of_an_earlier_generation(void)
{
	g_autofree char *path = generation_new();

	generation_path = path;
	setup();
	generation_begin();
	coexist_document_texts_unref(read_text_of(OTHER, START, 1));
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_NOT_KNOWN);
	g_assert_cmpstr(last_keep_days(), ==, "60");

	coexist_document_texts_unref(read_text_of(TEXT, START, 2));
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_KNOWN_LATELY);
	coexist_document_texts_unref(read_text_of(OTHER, START, 1));
	g_assert_cmpstr(last_keep_days(), ==, "30");
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_KNOWN_LATELY);
	teardown();
	i_unlink(path);
	generation_path = NULL;
}

static void test_none(void)
{
	const struct coexist_document_look look = {
		.asked = (uint64_t)START * 1000000
	};

	setup();
	coexist_known_documents_put(known, KEY, &look, /*document=*/NULL,
				    /*text=*/NULL);
	g_assert_cmpint(get(TRUE), ==, COEXIST_DOCUMENT_KNOWN_LATELY);
	g_assert_null(last_keep_days());
	coexist_known_documents_free(NULL);
	teardown();
}

/* What is no document is not remembered, nor does it take away what is. */
static void test_garbage(void)
{
	const struct coexist_document_look look = {
		.asked = (uint64_t)START * 1000000
	};
	struct coexist_document_texts *document;
	const char *error;

	setup();
	coexist_document_texts_unref(read_text(TEXT, START));
	T_BEGIN {
		g_assert_cmpint(coexist_known_documents_read(known, event, KEY,
				&look, "garbage", &document, &error), ==,
				COEXIST_DOCUMENT_REFUTED);
		g_assert_true(g_str_has_prefix(error, KEY));
	} T_END;
	g_assert_null(document);
	g_assert_cmpstr(last_keep_days(), ==, "30");
	teardown();
}

static void test_logged_key(void)
{
	T_BEGIN {
		g_assert_null(strchr(coexist_logged_key("a\nb"), '\n'));
		g_assert_cmpstr(coexist_logged_key(KEY), ==, KEY);
	} T_END;
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/known-documents/age", test_age);
	g_test_add_func("/known-documents/the-clock-is-put-back",
			test_the_clock_is_put_back);
	g_test_add_func("/known-documents/the-same-text", test_the_same_text);
	g_test_add_func("/known-documents/a-late-answer", test_a_late_answer);
	g_test_add_func("/known-documents/generation", test_generation);
	g_test_add_func("/known-documents/late-answer-of-earlier-generation",
			test_a_late_answer_of_an_earlier_generation);
	g_test_add_func("/known-documents/none", test_none);
	g_test_add_func("/known-documents/garbage", test_garbage);
	g_test_add_func("/known-documents/logged-key", test_logged_key);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
