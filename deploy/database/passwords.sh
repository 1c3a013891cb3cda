#!/bin/sh
# Gives the four roles their passwords from the secrets of deploy/compose.yaml; runs once, when the database is made.
set -eu
for pair in kexin:owner kexin_app:app kexin_portal:portal kexin_report:report; do
    role=${pair%%:*} file=/run/secrets/${pair##*:}
    psql --username postgres --dbname kexin --set ON_ERROR_STOP=1 --set "role=$role" --set "password=$(cat "$file")" <<'SQL'
ALTER ROLE :"role" PASSWORD :'password';
SQL
done
