/* See the contract in quota-contents.h. */

#include "lib.h"
#include "quota-contents.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-search.h"
#include "mail-search-build.h"
#include "mail-storage-private.h"
#include "mailbox-list-iter.h"
#include "str.h"
#include "unichar.h"
#include "compat-mailbox.h"

#define DOWNLOADED_KEYWORD "$POP3Downloaded"
#define LARGEST_COUNT 5
/* in characters */
#define NAME_MAX_LENGTH 60
#define ELLIPSIS "\xE2\x80\xA6"

struct folder {
	const char *name;
	uint64_t size;
};
ARRAY_DEFINE_TYPE(folder, struct folder);

const char *coexist_quota_size_format(uint64_t size)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	unsigned int i;

	/* two digits at least, so that no decimal point is needed */
	for (i = 0; size >= 10 * 1024 && i + 1 < N_ELEMENTS(units); i++)
		size /= 1024;
	return t_strdup_printf("%"PRIu64" %s", size, units[i]);
}

static int folder_size_cmp(const struct folder *a, const struct folder *b)
{
	return a->size < b->size ? 1 : a->size > b->size ? -1 : 0;
}

/* Returns the name as a person can read it, whatever a client called it. */
static const char *name_describe(const char *name)
{
	string_t *valid = t_str_new(128);
	size_t end;

	if (!uni_utf8_get_valid_data((const unsigned char *)name, strlen(name),
				     valid))
		name = str_c(valid);
	if (uni_utf8_strlen(name) <= NAME_MAX_LENGTH)
		return name;
	for (end = strlen(name);
	     uni_utf8_strlen_n(name, end) >= NAME_MAX_LENGTH;) {
		do {
			end--;
		} while (((unsigned char)name[end] & 0xC0) == 0x80);
	}
	return t_strconcat(t_strndup(name, end), ELLIPSIS, NULL);
}

static void folders_describe(const struct folder *folders, unsigned int count,
			     struct coexist_quota_contents *contents)
{
	struct coexist_notice_row *rows;
	string_t *str = t_str_new(128);
	unsigned int i;

	rows = t_new(struct coexist_notice_row, LARGEST_COUNT);
	for (i = 0; i < count && i < LARGEST_COUNT && folders[i].size > 0; i++) {
		rows[i].name = name_describe(folders[i].name);
		rows[i].value = coexist_quota_size_format(folders[i].size);
		str_printfa(str, "%s%s %s", i == 0 ? "" : ", ", rows[i].name,
			    rows[i].value);
	}
	contents->folders = str_c(str);
	contents->rows = rows;
	contents->rows_count = i;
}

/* Returns FALSE if it can't be known. */
static bool folder_size(struct mailbox *box, uint64_t *size_r)
{
	struct mailbox_metadata metadata;

	if (mailbox_get_metadata(box, MAILBOX_METADATA_VIRTUAL_SIZE,
				 &metadata) < 0)
		return FALSE;
	*size_r = metadata.virtual_size;
	return TRUE;
}

static bool
folder_is(struct mailbox *box, const char *special_use, const char *name)
{
	return box->set != NULL && coexist_mailbox_is_for(box->set, special_use) ?
		TRUE : strcmp(mailbox_get_name(box), name) == 0;
}

static void
folder_add(struct mail_namespace *ns, const char *name,
	   ARRAY_TYPE(folder) *folders, struct coexist_quota_contents *contents)
{
	struct mailbox *box = mailbox_alloc(ns->list, name,
					    MAILBOX_FLAG_READONLY);
	struct folder folder = { .name = t_strdup(name) };

	if (folder_size(box, &folder.size)) {
		array_push_back(folders, &folder);
		if (folder_is(box, "\\Trash", "Trash"))
			contents->trash += folder.size;
		if (folder_is(box, "\\Junk", "Junk"))
			contents->junk += folder.size;
	}
	mailbox_free(&box);
}

static void
folders_get(struct mail_user *user, struct coexist_quota_contents *contents)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	ARRAY_TYPE(folder) folders;

	t_array_init(&folders, 32);
	iter = mailbox_list_iter_init(ns->list, t_strconcat(ns->prefix, "*",
							    NULL),
				      MAILBOX_LIST_ITER_SKIP_ALIASES);
	while ((info = mailbox_list_iter_next(iter)) != NULL) {
		if ((info->flags & (MAILBOX_NOSELECT |
				    MAILBOX_NONEXISTENT)) == 0)
			folder_add(ns, info->vname, &folders, contents);
	}
	(void)mailbox_list_iter_deinit(&iter);
	array_sort(&folders, folder_size_cmp);
	folders_describe(array_front(&folders), array_count(&folders),
			 contents);
}

static struct mail_search_args *downloaded_search(struct mailbox *box)
{
	struct mail_search_args *args = mail_search_build_init();

	mail_search_build_add(args, SEARCH_KEYWORDS)->value.str =
		p_strdup(args->pool, DOWNLOADED_KEYWORD);
	mail_search_args_init(args, box, /*change_uidset=*/FALSE, NULL);
	return args;
}

static void
downloaded_count(struct mailbox *box, struct coexist_quota_contents *contents)
{
	struct mailbox_transaction_context *t;
	struct mail_search_args *args = downloaded_search(box);
	struct mail_search_context *search;
	struct mail *mail;
	uoff_t size;

	t = mailbox_transaction_begin(box, 0, "coexist quota notice");
	search = mailbox_search_init(t, args, NULL, MAIL_FETCH_VIRTUAL_SIZE,
				     NULL);
	mail_search_args_unref(&args);
	while (mailbox_search_next(search, &mail)) {
		contents->downloaded++;
		if (mail_get_virtual_size(mail, &size) == 0)
			contents->downloaded_size += size;
	}
	(void)mailbox_search_deinit(&search);
	(void)mailbox_transaction_commit(&t);
}

static void
downloaded_get(struct mail_user *user, struct coexist_quota_contents *contents)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, "INBOX",
					    MAILBOX_FLAG_READONLY);

	if (mailbox_sync(box, 0) == 0)
		downloaded_count(box, contents);
	mailbox_free(&box);
}

void coexist_quota_contents_get(struct mail_user *user,
				struct coexist_quota_contents *contents_r)
{
	i_zero(contents_r);
	folders_get(user, contents_r);
	downloaded_get(user, contents_r);
}
