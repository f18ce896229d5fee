# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example site on a Debian, and whether its mail flows."""

import poplib
import subprocess

from packages import TOP, git

ANA, JO = "ana@example.org", "jo@example.org"
PASSWORD = "change-me"
DENIED = "Este buzon tiene POP3 desactivado. Consulte al administrador."
OURS = "dovecot-coexist.conf*"
DOVECOT = "dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-sqlite"


def lay_site(debian, series):
    """Lay the example site over Dovecot's configuration, without what is ours."""
    example = TOP / f"examples/site-{series}"
    for path in sorted(example.rglob("*.*")):
        if path.is_file() and not path.match(OURS):
            debian.write(f"etc/dovecot/{path.relative_to(example)}", path.read_text())


def make_site(debian, series):
    """Install Dovecot with users in SQL."""
    debian.run("apt-get update")
    debian.run(f"apt-get install {DOVECOT}")
    debian.run("useradd --system --home-dir /srv/vmail --create-home vmail")
    lay_site(debian, series)
    debian.write("etc/dovecot/local.conf", "log_path = /var/log/dovecot.log\n")
    debian.run("sqlite3 /etc/dovecot/users.sqlite </etc/dovecot/users.sql")
    debian.service("stop")


def put_ours_in_force(debian, package):
    """Install a package and configure it as the example site does; POP3 is off for ana."""
    install(debian, package)
    debian.run("cp /usr/share/doc/dovecot-coexist/examples/"
               f"site-$(dovecot --version | cut -c1-3)/{OURS} /etc/dovecot/")
    debian.run("dovecot-coexist on")
    debian.run(f"doveadm coexist policy set -u {ANA} pop3_access=deny")


def install(debian, package):
    """Install a package of ours from a file."""
    target = f"root/{package.name}"
    (debian.root / target).write_bytes(package.read_bytes())
    return debian.run(f"apt-get install ./{package.name}")


def assert_stock(debian, step):
    """Nothing of ours is in force, and mail flows."""
    assert refusal(debian, ANA) is None, step
    assert_mail_flows(debian, step)


def copy_sources(debian):
    """Put the checkout where the administrator has unpacked it."""
    (debian.root / "root/src").mkdir()
    names = git("ls-files", "-co", "--exclude-standard")
    subprocess.run(f"tar -C {TOP} -T - -cf - | tar -C {debian.root}/root/src -xf -", shell=True,
                   input=names, text=True, check=True)


def message(subject, size=100):
    return f"From: a@example.org\nSubject: {subject}\n\n" + ("x" * 70 + "\n") * (size // 71 + 1)


def refusal(debian, user=ANA):
    """Return what a POP3 client reads that is refused, or None."""
    try:
        debian.pop3(user, PASSWORD).quit()
    except poplib.error_proto as error:
        return error.args[0].decode()
    return None


def is_in_force(debian):
    """Return whether policies are obeyed, as a client of ana sees it."""
    return refusal(debian) == f"-ERR [SYS/PERM] {DENIED}"


def assert_mail_flows(debian, step):
    """Both ways of delivery arrive, and IMAP and POP3 show it to jo."""
    for way, deliver in (("lmtp", debian.deliver), ("lda", debian.deliver_by_lda)):
        deliver(JO, message(f"{way} {step}"))
    imap = debian.imap(JO, PASSWORD)
    [found] = imap.search(None, "SUBJECT", f'"{step}"')[1]
    assert len(found.split()) == 2, step
    imap.logout()
    pop = debian.pop3(JO, PASSWORD)
    assert step in b"\n".join(pop.top(pop.stat()[0], 0)[1]).decode(), step
    pop.quit()
