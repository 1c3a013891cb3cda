-- The four roles of a server of your own. Once, as a superuser, in the database of the product; again does no harm:
--   createdb --owner postgres --template template0 --encoding UTF8 --locale-provider builtin --locale C.UTF-8 kexin
--   psql --dbname kexin --set ON_ERROR_STOP=1 --file roles.sql
-- Then set passwords (psql: \password kexin) or let pg_hba.conf ask for certificates.
--
--   kexin         owns tables and functions; `kexin migrate` signs in as this role, nothing else does
--   kexin_app     web server and worker: reads and writes rows; no DDL; the audit can be appended to, never changed
--   kexin_portal  the portal of customers: reads what rooms show, writes what customers leave; no sign-ins, no audit to read
--   kexin_report  reports: reads business tables, changes nothing, sees no sign-ins, sessions or tokens
--
-- What kexin_app, kexin_portal and kexin_report may do with each table is granted by `kexin migrate` (kexin/project/grants.sql).

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['kexin', 'kexin_app', 'kexin_portal', 'kexin_report'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', wanted);
    END IF;
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO kexin', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO kexin_app', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO kexin_portal, kexin_report', current_database());
END
$$;

ALTER SCHEMA public OWNER TO pg_database_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kexin_app, kexin_portal, kexin_report;
ALTER ROLE kexin_report SET default_transaction_read_only = on;
ALTER ROLE kexin_report SET statement_timeout = '10min';
ALTER ROLE kexin_portal SET statement_timeout = '30s';
