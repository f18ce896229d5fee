/* The result of a run of retention: see retention-private.h. */

#include "lib.h"
#include "retention-private.h"
#include "array.h"
#include "mail-storage-private.h"

void coexist_result_add(struct coexist_retention *ret, struct mail *mail,
			uint32_t downloaded)
{
	struct coexist_retention_result *result = ret->result;
	uoff_t size;

	if (mail_get_physical_size(mail, &size) == 0)
		result->size += size;
	if (result->oldest == 0 || downloaded < result->oldest)
		result->oldest = downloaded;
	seq_range_array_add(&result->uids, mail->uid);
	result->expired++;
	if (coexist_retention_is_moving(ret))
		result->moved++;
}

void coexist_result_take_back(struct coexist_retention_result *result,
			      const struct coexist_retention_result *before,
			      const ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t uid;

	array_foreach_elem(uids, uid) {
		seq_range_array_remove(&result->uids, uid);
	}
	result->expired = before->expired;
	result->moved = before->moved;
	result->size = before->size;
	result->oldest = before->oldest;
}

void coexist_result_wait(struct coexist_retention *ret, uint64_t until)
{
	struct coexist_retention_result *result = ret->result;

	array_clear(&result->uids);
	result->expired = result->moved = 0;
	result->size = 0;
	result->oldest = 0;
	result->waiting = array_count(&ret->due);
	result->until = (time_t)until;
}

void coexist_retention_result_free(struct coexist_retention_result *result)
{
	if (array_is_created(&result->uids))
		array_free(&result->uids);
}
