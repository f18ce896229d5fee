#ifndef COEXIST_QUOTA_TEXT_H
#define COEXIST_QUOTA_TEXT_H

#include "notice.h"
#include "notice-template.h"

struct coexist_quota_contents;
struct coexist_quota_notice;

/* What a notice can say: which of the texts it is, and their variables. It must
   stay where it is, and is valid as long as the data stack frame. */
struct coexist_quota_text {
	struct coexist_notice notice;
	struct coexist_notice_variable variables[16];
};

/* The contents are NULL if nobody has looked into them. */
void coexist_quota_text_init(struct coexist_quota_text *text_r,
			     const struct coexist_quota_notice *notice,
			     const struct coexist_quota_contents *contents);

#endif
