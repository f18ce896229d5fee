/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the gate does for a login once it has the documents' texts, many times.

     decide parse-all|parse-one|merge COUNT

   parse-all  parses three documents, merges them and decides
   parse-one  parses the mailbox's document only: those of the domain and of
              everybody are the same for many logins, and the gate keeps them
              for some seconds
   merge      parses none

   Every combination of the documents below is used in turn, by every protocol.
   Prints the processor time in seconds. */

#include "lib.h"
#include "net.h"
#include "network-match.h"
#include "policy-decision.h"
#include "policy-document.h"
#include "policy-document-texts.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define META \
	"\n[meta]\nupdated=2026-11-22T08:00:00Z\nby=panel\nreason=ticket 4711\n"
#define TODAY 20779
#define SCOPES 4

/* NULL: there is no such document, as for most mailboxes. */
static const char *const mailbox_texts[] = {
	NULL,
	"[policy]\npop3_access=deny\n" META,
	"[policy]\npop3_access=allow\npop3_until=2027-03-01\n" META,
	"[policy]\nimap_access=suspend\npop3_access=suspend\n"
	"submission_access=suspend\nsieve_access=suspend\n"
	"webmail_access=suspend\ndeny_text=The account is closed for now. "
	"Please call the office.\nlanguage=es\n" META,
	"[policy]\npreset=multi-device\npop3_keep_days=14\nquota_warn=80 90 95\n"
	"language=pt-BR\n" META,
	"[policy]\nimap_networks=192.0.2.0/24 198.51.100.0/24 2001:db8::/32\n"
	"pop3_networks=192.0.2.0/24\nimap_tls=required\npop3_tls=required\n"
	META,
	"# the ticket system\n[policy]\npop3_mark_read=complete\n"
	"pop3_fetcher_networks=192.0.2.17\npop3_acess=deny\nimap_tls=perhaps\n"
	META
};

static const char *const domain_texts[] = {
	NULL,
	"[policy]\nimap_tls=required\npop3_tls=required\n"
	"submission_tls=required\nlanguage=ca\n" META,
	"[policy]\npreset=safe\npop3_delete_limit=500\n"
	"webmail_networks=198.51.100.0/28\nquota_warn=80 95\n" META,
	"[policy]\npop3_access=deny\ndeny_text=POP3 is not part of your plan. "
	"See https://www.example.org/mail\nlanguage=fr\n" META
};

static const char *const default_texts[] = {
	NULL,
	"[policy]\nimap_tls=required\npop3_tls=required\n"
	"submission_tls=required\nsieve_tls=required\n" META,
	"[policy]\npreset=safe\nlanguage=es\nquota_warn=80 90 95\n"
	"quota_warn_free=100M\nquota_warn_channels=mail alert\n"
	"quota_warn_repeat=7 days\npop3_until=2031-01-01\n"
	"pop3_login_delay=60\nimap_max_sessions=50\npop3_max_sessions=3\n" META
};

enum work { PARSE_ALL, PARSE_ONE, MERGE };

/* What does not change from login to login. */
struct site {
	coexist_document_texts *mailboxes[N_ELEMENTS(mailbox_texts)];
	coexist_document_texts *domains[N_ELEMENTS(domain_texts)];
	coexist_document_texts *defaults[N_ELEMENTS(default_texts)];
	struct ip_addr addresses[2];
	/* so that no part of the work can be left out */
	unsigned int refused;
};

/* As the gate does. */
static coexist_document_texts *parse(const char *text)
{
	g_autoptr(coexist_document) document = NULL;

	if (text == NULL)
		return NULL;
	document = coexist_document_parse("shared/coexist/mailbox/jo@example.org",
					  text, strlen(text), NULL);
	if (document == NULL)
		errx(1, "not a document: %s", text);
	return coexist_document_texts_new(document);
}

static void
parse_each(const char *const *texts, size_t count, coexist_document_texts **documents)
{
	size_t i;

	for (i = 0; i < count; i++)
		documents[i] = parse(texts[i]);
}

static void free_each(coexist_document_texts **documents, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		coexist_document_texts_unref(documents[i]);
}

static const char *nothing(void *context, enum coexist_key key)
{
	(void)context;
	(void)key;
	return NULL;
}

static bool in_networks(void *context, const char *networks)
{
	return coexist_network_match(networks, context);
}

static void
decide(struct site *site, unsigned int number, coexist_document_texts *mailbox,
       coexist_document_texts *domain, coexist_document_texts *everybody)
{
	struct coexist_scope scopes[SCOPES] = {
		[1] = { .name = "userdb", .get = nothing }
	};
	const struct coexist_login login = {
		.protocol = number % COEXIST_PROTOCOL_OTHER,
		.tls = number % 3 != 0,
		.today = TODAY,
		.in_networks = in_networks,
		.context = &site->addresses[number %
					    N_ELEMENTS(site->addresses)]
	};
	struct coexist_decision decision;
	struct coexist_policy policy;

	coexist_document_texts_init_scope(mailbox, "mailbox", &scopes[0]);
	coexist_document_texts_init_scope(domain, "domain", &scopes[2]);
	coexist_document_texts_init_scope(everybody, "default", &scopes[3]);
	coexist_policy_merge(scopes, SCOPES, NULL, NULL, &policy);
	coexist_policy_decide(&policy, &login, &decision);
	site->refused += decision.refusal != COEXIST_REFUSAL_NONE;
}

static void login_run(struct site *site, enum work work, unsigned int number)
{
	unsigned int m = number % N_ELEMENTS(mailbox_texts);
	unsigned int d = number / N_ELEMENTS(mailbox_texts) %
		N_ELEMENTS(domain_texts);
	unsigned int e = number / N_ELEMENTS(mailbox_texts) /
		N_ELEMENTS(domain_texts) % N_ELEMENTS(default_texts);
	g_autoptr(coexist_document_texts) mailbox = NULL;
	g_autoptr(coexist_document_texts) domain = NULL;
	g_autoptr(coexist_document_texts) everybody = NULL;

	if (work != MERGE)
		mailbox = parse(mailbox_texts[m]);
	if (work == PARSE_ALL) {
		domain = parse(domain_texts[d]);
		everybody = parse(default_texts[e]);
	}
	decide(site, number,
	       work != MERGE ? mailbox : site->mailboxes[m],
	       work == PARSE_ALL ? domain : site->domains[d],
	       work == PARSE_ALL ? everybody : site->defaults[e]);
}

static double cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static enum work work_find(const char *name)
{
	if (strcmp(name, "parse-all") == 0)
		return PARSE_ALL;
	if (strcmp(name, "parse-one") == 0)
		return PARSE_ONE;
	if (strcmp(name, "merge") == 0)
		return MERGE;
	errx(64, "no such work: %s", name);
}

int main(int argc, char *argv[])
{
	struct site site = { .refused = 0 };
	unsigned int i, count;
	enum work work;
	double start;

	if (argc != 3)
		errx(64, "usage: decide parse-all|parse-one|merge COUNT");
	lib_init();
	work = work_find(argv[1]);
	count = (unsigned int)atoi(argv[2]);
	parse_each(mailbox_texts, N_ELEMENTS(mailbox_texts), site.mailboxes);
	parse_each(domain_texts, N_ELEMENTS(domain_texts), site.domains);
	parse_each(default_texts, N_ELEMENTS(default_texts), site.defaults);
	(void)net_addr2ip("192.0.2.17", &site.addresses[0]);
	(void)net_addr2ip("2001:db8:1::25", &site.addresses[1]);

	start = cpu_now();
	for (i = 0; i < count; i++)
		login_run(&site, work, i);
	printf("%.9f\n", cpu_now() - start);

	if (site.refused == 0 || site.refused == count)
		errx(1, "%u of %u were refused", site.refused, count);
	free_each(site.mailboxes, N_ELEMENTS(mailbox_texts));
	free_each(site.domains, N_ELEMENTS(domain_texts));
	free_each(site.defaults, N_ELEMENTS(default_texts));
	lib_deinit();
	return 0;
}
