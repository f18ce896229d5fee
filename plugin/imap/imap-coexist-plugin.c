/* lib25_imap_coexist_plugin: what an IMAP session tells its client. */

#include "imap-common.h"
#include "imap-coexist-plugin.h"
#include "mail-user.h"
#include "ostream.h"
#include "compat-version.h"
#include "session-guard.h"
#include "imap-alert.h"

#include <sys/socket.h>

const char *imap_coexist_plugin_version = DOVECOT_ABI_VERSION;
const char *imap_coexist_plugin_dependencies[] = { "coexist", NULL };
const char imap_coexist_plugin_binary_dependency[] = "imap";

static struct module *imap_coexist_module;
static imap_client_created_func_t *next_hook_client_created;

/* Says why. The session ends by itself as soon as it has looked for the input
   that came with the login, because its output is closed; ending it here would
   crash Dovecot. Whatever else it wants to say is not sent: some of it goes
   through the output, an internal error past it. */
static void refuse(struct client *client, const char *reason)
{
	client_send_line(client, t_strconcat("* BYE ", reason, NULL));
	(void)o_stream_flush(client->output);
	o_stream_close(client->output);
	(void)shutdown(client->fd_out, SHUT_WR);
	/* One that wakes up from hibernation would look for no input: the guard
	   ends it. */
	if (!client->user->session_restored) {
		client->disconnect_reason =
			coexist_guard_take_over(client->user);
	}
}

static void imap_coexist_client_created(struct client **client)
{
	const char *reason;

	if (mail_user_is_plugin_loaded((*client)->user, imap_coexist_module)) {
		reason = coexist_guard_get_reason((*client)->user);
		if (reason != NULL)
			refuse(*client, reason);
		else
			imap_alert_create(*client);
	}
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

void imap_coexist_plugin_init(struct module *module)
{
	imap_coexist_module = module;
	next_hook_client_created =
		imap_client_created_hook_set(imap_coexist_client_created);
}

void imap_coexist_plugin_deinit(void)
{
	(void)imap_client_created_hook_set(next_hook_client_created);
}
