/* Which address lies in which networks. */

#include "policy-network.h"

#include "network-rows.h"

static void test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(network_rows); i++) {
		const struct network_row *row = &network_rows[i];
		g_autoptr(GInetAddress) address =
			coexist_address_parse(row->address);

		g_test_message("%s in %s", row->address == NULL ? "(null)" :
			       row->address, row->networks);
		g_assert_true((address == NULL) == (row->address == NULL));
		g_assert_true(coexist_network_list_contains(row->networks,
							    address) ==
			      row->inside);
	}
}

static void test_address(void)
{
	static const char *const wrong[] = {
		NULL, "", "localhost", "192.0.2", "192.0.2.256", "192.0.2.1/32",
		"2001:db8", "192.0.2.1 ",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("%s", wrong[i] == NULL ? "(null)" : wrong[i]);
		g_assert_null(coexist_address_parse(wrong[i]));
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/network/rows", test_rows);
	g_test_add_func("/network/address", test_address);
	return g_test_run();
}
