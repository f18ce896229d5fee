/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-marker.h. */

#include "lib.h"
#include "admin-marker.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "policy-document.h"
#include "policy-store-admin.h"
#include "store-seen.h"

#include <sysexits.h>

static int marker_write(const struct coexist_admin *admin)
{
	g_autoptr(coexist_document) marker = coexist_document_new();
	g_autofree char *text = NULL;
	const char *error;

	coexist_admin_note_change(admin, marker);
	text = coexist_document_to_text(marker);
	if (coexist_store_write_text(admin->store, COEXIST_STORE_KEY_MARKER,
				     text, &error) < 0) {
		coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
		return -1;
	}
	coexist_store_note_seen();
	return 0;
}

static int
marker_get(const struct coexist_admin *admin, bool is_new_on_purpose)
{
	const char *text, *error;

	switch (coexist_store_read_text(admin->store, COEXIST_STORE_KEY_MARKER,
					&text, &error)) {
	case COEXIST_STORE_FOUND:
		coexist_store_note_seen();
		return 0;
	case COEXIST_STORE_NOT_FOUND:
		if (is_new_on_purpose || !coexist_store_was_seen())
			return marker_write(admin);
		error = COEXIST_STORE_REMEDY_MARKER;
		break;
	case COEXIST_STORE_GARBAGE:
		return marker_write(admin);
	case COEXIST_STORE_FAILED:
		break;
	}
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s", error);
	return -1;
}

int coexist_admin_marker_check(const struct coexist_admin *admin)
{
	const char *text, *error;

	if (!coexist_store_was_seen() ||
	    coexist_store_read_text(admin->store, COEXIST_STORE_KEY_MARKER,
				    &text, &error) != COEXIST_STORE_NOT_FOUND)
		return 0;
	coexist_admin_fail(admin, EX_TEMPFAIL, "%s",
			   COEXIST_STORE_REMEDY_MARKER);
	return -1;
}

int coexist_admin_marker_need(const struct coexist_admin *admin)
{
	return marker_get(admin, /*is_new_on_purpose=*/FALSE);
}

int coexist_admin_marker_make(const struct coexist_admin *admin)
{
	return marker_get(admin, /*is_new_on_purpose=*/TRUE);
}
