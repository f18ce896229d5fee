#ifndef NETWORK_ROWS_H
#define NETWORK_ROWS_H

/* Which address lies in which networks: one table for all our matchers, that of
   the gate and doveadm (GLib) and that of the sessions (Dovecot's library). */

struct network_row {
	const char *networks;
	/* NULL for a client without an address */
	const char *address;
	bool inside;
};

static const struct network_row network_rows[] = {
	/* a single address */
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.0", false },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "2001:db8::1", "2001:db8::1", true },
	{ "2001:db8::1", "2001:0DB8:0:0::0001", true },
	{ "2001:db8::1", "2001:db8::2", false },
	/* both ends of a range, at and off a byte's border */
	{ "192.0.2.0/24", "192.0.1.255", false },
	{ "192.0.2.0/24", "192.0.2.0", true },
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "192.0.2.128/25", "192.0.2.128", true },
	{ "172.16.0.0/12", "172.15.255.255", false },
	{ "172.16.0.0/12", "172.16.0.0", true },
	{ "172.16.0.0/12", "172.31.255.255", true },
	{ "172.16.0.0/12", "172.32.0.0", false },
	{ "2001:db8::/33", "2001:db8:7fff:ffff::", true },
	{ "2001:db8::/33", "2001:db8:8000::", false },
	{ "2001:db8::/127", "2001:db8::1", true },
	{ "2001:db8::/127", "2001:db8::2", false },
	/* the shortest and the longest prefix */
	{ "192.0.2.1/32", "192.0.2.1", true },
	{ "192.0.2.1/32", "192.0.2.0", false },
	{ "192.0.2.0/31", "192.0.2.1", true },
	{ "0.0.0.0/0", "255.255.255.255", true },
	{ "128.0.0.0/1", "127.255.255.255", false },
	{ "128.0.0.0/1", "128.0.0.0", true },
	{ "2001:db8::1/128", "2001:db8::1", true },
	{ "2001:db8::1/128", "2001:db8::", false },
	{ "::/0", "2001:db8::1", true },
	/* bits behind the prefix do not matter */
	{ "192.0.2.1/24", "192.0.2.200", true },
	{ "192.0.2.1/24", "192.0.3.1", false },
	{ "192.0.2.255/25", "192.0.2.128", true },
	{ "192.0.2.255/25", "192.0.2.127", false },
	{ "2001:db8::ffff/112", "2001:db8::1", true },
	{ "192.0.2.1/0", "198.51.100.1", true },
	/* one family is not the other */
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "192.0.2.1", false },
	{ "::c000:201", "192.0.2.1", false },
	/* IPv4-mapped is IPv4 */
	{ "192.0.2.0/24", "::ffff:192.0.2.1", true },
	{ "192.0.2.0/24", "::ffff:192.0.3.1", false },
	{ "192.0.2.0/24", "::ffff:c000:201", true },
	{ "0.0.0.0/0", "::ffff:192.0.2.1", true },
	{ "::/0", "::ffff:192.0.2.1", false },
	{ "::ffff:192.0.2.0/120", "192.0.2.1", true },
	{ "::ffff:192.0.2.0/120", "192.0.3.1", false },
	{ "::ffff:192.0.2.0/120", "::ffff:192.0.2.1", true },
	{ "::ffff:192.0.2.1", "192.0.2.1", true },
	{ "::ffff:192.0.2.1", "192.0.2.2", false },
	{ "::ffff:192.0.2.77/120", "192.0.2.1", true },
	{ "::ffff:0.0.0.0/96", "192.0.2.1", true },
	/* wider than the mapped addresses: an IPv6 network */
	{ "::ffff:0.0.0.0/95", "192.0.2.1", false },
	{ "::ffff:0.0.0.0/95", "::ffff:192.0.2.1", false },
	{ "::ffff:0.0.0.0/95", "::fffe:192.0.2.1", true },
	/* lists */
	{ "10.0.0.0/8 192.0.2.1", "192.0.2.1", true },
	{ "10.0.0.0/8,192.0.2.1", "192.0.2.1", true },
	{ " 10.0.0.0/8 ,\t192.0.2.1, ", "192.0.2.1", true },
	{ "10.0.0.0/8 192.0.2.1", "10.255.255.255", true },
	{ "10.0.0.0/8 192.0.2.1", "192.0.2.2", false },
	{ "10.0.0.0/8 2001:db8::/32", "2001:db8::1", true },
	{ "", "192.0.2.1", false },
	{ " , ", "192.0.2.1", false },
	/* what is no network contains nothing and hides nothing */
	{ "x", "192.0.2.1", false },
	{ "x 192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.0/33", "192.0.2.0", false },
	{ "2001:db8::/129", "2001:db8::", false },
	{ "192.0.2.0/", "192.0.2.0", false },
	{ "192.0.2.0/x", "192.0.2.0", false },
	{ "192.0.2.0/24x", "192.0.2.0", false },
	{ "192.0.2.0/-1", "192.0.2.0", false },
	{ "192.0.2.0/24/24", "192.0.2.0", false },
	{ "192.0.2", "192.0.2.0", false },
	{ "192.0.2.256", "192.0.2.0", false },
	{ "/24", "192.0.2.0", false },
	{ "/", "192.0.2.0", false },
	{ "localhost", "127.0.0.1", false },
	/* a UNIX socket */
	{ "0.0.0.0/0 ::/0", NULL, false }
};

#endif
