/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in event-category.h. */

#include "lib.h"
#include "event-category.h"
#include "lib-event.h"

struct event_category coexist_event_category = {
	.name = "coexist"
};
