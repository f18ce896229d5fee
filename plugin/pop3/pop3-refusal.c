/* See the contract in pop3-refusal.h. */

#include "pop3-common.h"
#include "pop3-refusal.h"
#include "ostream.h"
#include "ostream-null.h"

void pop3_refuse(struct client *client, const char *reason)
{
	client_send_line(client, "-ERR %s", reason);
	(void)o_stream_flush(client->output);
	o_stream_unref(&client->output);
	client->output = o_stream_create_null();
}
