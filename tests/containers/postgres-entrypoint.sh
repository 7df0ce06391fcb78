#!/bin/sh
# Makes the cluster at the first start, runs the scripts of /docker-entrypoint-initdb.d, then serves.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    password=$(mktemp)
    printf '%s' "$POSTGRES_PASSWORD" > "$password"
    initdb --username=postgres --pwfile="$password" --auth-host=scram-sha-256 --auth-local=trust -D "$PGDATA" > /dev/null
    rm "$password"
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    pg_ctl -w -D "$PGDATA" -o "-c listen_addresses='' -k /tmp" start > /dev/null
    for script in /docker-entrypoint-initdb.d/*.sql; do
        psql -h /tmp -U postgres -v ON_ERROR_STOP=1 -q -f "$script"
    done
    pg_ctl -w -m fast -D "$PGDATA" stop > /dev/null
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -k /tmp
