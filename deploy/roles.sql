-- Two accounts of PostgreSQL: the owner makes and alters tables, the application only reads and writes rows.
-- So nothing that reaches the database through the application can drop or suspend the triggers that keep the logs
-- and the published versions. Run once as superuser:  psql -v ON_ERROR_STOP=1 -f deploy/roles.sql
-- then give both a password:  \password ke_hoach_owner   \password ke_hoach_app
CREATE ROLE ke_hoach_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE ke_hoach_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE ke_hoach OWNER ke_hoach_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER icu ICU_LOCALE 'vi-VN' LOCALE 'C.UTF-8';
-- On the disks of today a page elsewhere costs hardly more than the next one; with PostgreSQL's own figure, made for
-- turning disks, it reads whole tables where an index would do. Take this line out where the disk does turn.
ALTER DATABASE ke_hoach SET random_page_cost = 1.1;
-- A client that went away, or sleeps within a transaction, holds its locks no longer than this; no work of ours pauses so
-- long. The keepalives find a machine that was switched off; through a Unix socket they mean nothing.
ALTER ROLE ke_hoach_app SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE ke_hoach_app SET tcp_keepalives_idle = 60;
ALTER ROLE ke_hoach_app SET tcp_keepalives_interval = 10;
ALTER ROLE ke_hoach_app SET tcp_keepalives_count = 6;
ALTER ROLE ke_hoach_owner SET tcp_keepalives_idle = 60;
ALTER ROLE ke_hoach_owner SET tcp_keepalives_interval = 10;
ALTER ROLE ke_hoach_owner SET tcp_keepalives_count = 6;
REVOKE ALL ON DATABASE ke_hoach FROM PUBLIC;
GRANT CONNECT ON DATABASE ke_hoach TO ke_hoach_app;
