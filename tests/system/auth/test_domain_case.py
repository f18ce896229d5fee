# SPDX-License-Identifier: LGPL-2.1-or-later
"""A domain is the same in any letter case, also where user names are not."""

import poplib

import pytest

from instance import Instance


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Instance(tmp_path_factory.mktemp("domain"), gate={},
                  users={"Ana@Example.ORG": {}},
                  conf23="auth_username_format = %u\n",
                  conf24="auth_username_format = %{user}\n") as dc:
        yield dc


def test_the_domains_document_is_found_for_a_login_in_upper_case(server):
    server.store.put("domain/example.org", pop3_access="deny")
    with pytest.raises(poplib.error_proto, match="SYS/PERM"):
        server.pop3("Ana@Example.ORG")
