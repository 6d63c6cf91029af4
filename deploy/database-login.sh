#!/bin/sh
# Makes the login that the processes use. It owns nothing and may bypass nothing: it is a member of the roles behind
# which row-level security stands (migrations 0001 and 0005), which it may become. May be run again; it then renews
# the password. psql takes PGHOST, PGUSER, PGPASSWORD and PGDATABASE from the environment.
set -eu

PGPASSWORD=$(cat "$PGPASSWORD_FILE")
export PGPASSWORD
LOGIN_PASSWORD=$(cat "$LOGIN_PASSWORD_FILE")

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set login_password="$LOGIN_PASSWORD" <<'SQL'
select format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', name)
  from unnest(array['holdfast_app', 'holdfast_search', 'holdfast_system', 'holdfast_log']) as name
 where not exists (select from pg_roles where rolname = name) \gexec
select 'create role holdfast login nosuperuser nobypassrls nocreatedb nocreaterole noinherit'
 where not exists (select from pg_roles where rolname = 'holdfast') \gexec
-- No log of the server may hold the password: neither of statements nor of failed ones.
set log_statement = 'none';
set log_min_error_statement = 'panic';
set password_encryption = 'scram-sha-256';
alter role holdfast password :'login_password';
grant holdfast_app, holdfast_system, holdfast_log to holdfast;
SQL
