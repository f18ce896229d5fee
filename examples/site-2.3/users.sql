-- The users' table, as panels have it, and two mailboxes to try it with:
--   sqlite3 /etc/dovecot/users.sqlite </etc/dovecot/users.sql
CREATE TABLE mailbox (
	-- what the person logs in with
	username TEXT PRIMARY KEY,
	-- made by `doveadm pw`
	password TEXT NOT NULL,
	-- the size of the mailbox in bytes
	quota INTEGER NOT NULL DEFAULT 1073741824,
	-- 0: no POP3; 1: nobody has said no
	enablepop3 INTEGER NOT NULL DEFAULT 1
);

-- Their password is "change-me".
INSERT INTO mailbox (username, password) VALUES ('ana@example.org', '{PLAIN}change-me');
INSERT INTO mailbox (username, password) VALUES ('jo@example.org', '{PLAIN}change-me');
