# SPDX-License-Identifier: LGPL-2.1-or-later
"""The few options of curl that pages use, for a machine that has none."""

SCRIPT = '''#!/usr/bin/python3
import getopt
import socket
import sys
import urllib.parse
options, [url] = getopt.gnu_getopt(sys.argv[1:], "sH:d:w:")
words = dict(options)
url = urllib.parse.urlsplit(url)
body = words["-d"].encode()
lines = [f"POST {url.path} HTTP/1.1", f"Host: {url.netloc}", f"Content-Length: {len(body)}",
         *(value for name, value in options if name == "-H"), "", ""]
with socket.create_connection((url.hostname, url.port), timeout=60) as client:
    client.sendall("\\r\\n".join(lines).encode() + body)   # at once, as curl does
    reply = client.makefile("rb")
    status = reply.readline().split()[1].decode()
    headers = dict(line.decode().strip().lower().split(": ", 1)
                   for line in iter(reply.readline, b"\\r\\n"))
    if status != "200":
        text = b""      # which may have no length, and no end
    elif "content-length" in headers:
        text = reply.read(int(headers["content-length"]))
    else:
        text = b"".join(reply.read(int(size, 16)) + reply.readline()
                        for size in iter(reply.readline, b"0\\r\\n"))
print(text.decode().replace("\\r\\n", ""), end=words.get("-w", "").replace("%{http_code}", status))
'''

POP3_SCRIPT = '''#!/usr/bin/python3
import poplib
import sys
import urllib.parse
user, password = sys.argv[sys.argv.index("--user") + 1].split(":")
url = urllib.parse.urlsplit(sys.argv[-1])
client = poplib.POP3(url.hostname, url.port, timeout=60)
try:
    client.user(user)
    client.pass_(password)
except poplib.error_proto as error:
    print("<", error.args[0].decode(), file=sys.stderr)
    sys.exit(67)
'''
