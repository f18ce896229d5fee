-- What PostfixAdmin's form sets for dovecot-coexist, in MariaDB and PostgreSQL: run this in
-- PostfixAdmin's database. NULL and empty say nothing: in the mailbox the domain's column
-- decides, and where that says nothing, the policy's documents.
ALTER TABLE mailbox ADD COLUMN x_coexist_pop3_access VARCHAR(8);
ALTER TABLE mailbox ADD COLUMN x_coexist_imap_access VARCHAR(8);
ALTER TABLE mailbox ADD COLUMN x_coexist_submission_access VARCHAR(8);
ALTER TABLE mailbox ADD COLUMN x_coexist_pop3_delete VARCHAR(8);
ALTER TABLE mailbox ADD COLUMN x_coexist_pop3_keep_days VARCHAR(8);
ALTER TABLE domain ADD COLUMN x_coexist_pop3_access VARCHAR(8);
ALTER TABLE domain ADD COLUMN x_coexist_imap_access VARCHAR(8);
ALTER TABLE domain ADD COLUMN x_coexist_submission_access VARCHAR(8);
ALTER TABLE domain ADD COLUMN x_coexist_pop3_delete VARCHAR(8);
ALTER TABLE domain ADD COLUMN x_coexist_pop3_keep_days VARCHAR(8);
