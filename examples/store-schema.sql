-- The policy documents in SQL. A row is a document; the table for everybody
-- has one row, whose name is 'coexist'.

CREATE TABLE coexist_default (
  name VARCHAR(200) NOT NULL PRIMARY KEY,
  document TEXT NOT NULL
);
CREATE TABLE coexist_domain (
  name VARCHAR(200) NOT NULL PRIMARY KEY,
  document TEXT NOT NULL
);
CREATE TABLE coexist_mailbox (
  name VARCHAR(200) NOT NULL PRIMARY KEY,
  document TEXT NOT NULL
);

-- By this row, logins know that a table without their mailbox has not lost it.
INSERT INTO coexist_mailbox VALUES ('coexist-store@invalid', '[policy]');
