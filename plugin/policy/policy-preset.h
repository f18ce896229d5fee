/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_PRESET_H
#define COEXIST_POLICY_PRESET_H

#include "coexist/policy-keys.h"

/* Presets: named bundles of policy values. Plain C without allocations, because
   the session processes use them too. */

/* Returns the preset's text for the key, or NULL if the preset does not name
   the key. The text may be empty: then the preset wants an empty value. */
const char *coexist_preset_get(enum coexist_preset preset,
			       enum coexist_key key);

/* Returns the preset's name as in the preset key. */
const char *coexist_preset_name(enum coexist_preset preset);

#endif
