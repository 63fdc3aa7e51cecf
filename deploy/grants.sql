-- What the application's account may do. Run in the database as its owner, before the first migration or after any:
--   psql -v ON_ERROR_STOP=1 -d ke_hoach -U ke_hoach_owner -f deploy/grants.sql
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ke_hoach_app;
-- TRUNCATE goes past triggers that look at rows, TRIGGER could take them off: nobody but the owner has either.
REVOKE TRUNCATE, TRIGGER, REFERENCES ON ALL TABLES IN SCHEMA public FROM PUBLIC, ke_hoach_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ke_hoach_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ke_hoach_app;
-- Tables that later migrations make.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ke_hoach_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ke_hoach_app;
