/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_CHANNELS_H
#define COEXIST_QUOTA_CHANNELS_H

#include "quota-notice.h"

/* Channels of quota notices: the ways in which the owner of a mailbox is told. */

/* Tells a notice by each channel of the policy's quota_warn_channels, and sends
   the event coexist_quota_notice for each that did not fail. Returns what this has
   put into the mailbox. That the owner was told is remembered before: a channel that
   fails is not asked again, so that no failure becomes a storm. */
struct coexist_quota_added
coexist_quota_tell(const struct coexist_quota_notice *notice);

#endif
