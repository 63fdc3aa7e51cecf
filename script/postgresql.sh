# shellcheck shell=bash
# To be sourced: a PostgreSQL to throw away. `start_postgresql FOLDER [-c setting=value …]` prints nothing and exports PGUSER;
# the cluster listens on the socket in FOLDER/postgresql, whose path must be short: 107 letters. `create_database NAME`
# makes an empty one; `stop_postgresql` kills it all.

postgresql=
as_owner=(env)

# PostgreSQL refuses to run as root, and its owner may not enter the folder that we are in.
pg_command() { (cd "$postgresql" && "${as_owner[@]}" "$(pg_folder)/$1" --pgdata="$postgresql/data" "${@:2}"); }
pg_folder() { printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1; }

start_postgresql() {
  local folder=$1
  shift
  postgresql=$folder/postgresql
  mkdir -m 700 "$postgresql"
  if ((EUID == 0)); then
    as_owner=(runuser -u postgres --)
    chmod 711 "$folder"
    chown postgres "$postgresql"
  fi
  pg_command initdb --username=tests --auth=trust --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu \
    --icu-locale=vi-VN --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log"; return 1; }
  # Pages cost as deploy/roles.sql says.
  pg_command pg_ctl start --wait --silent --log="$postgresql/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$postgresql -c max_connections=300 -c random_page_cost=1.1 $*" ||
    { cat "$postgresql/log"; return 1; }
  export PGUSER=tests
}

create_database() { (cd / && "${as_owner[@]}" "$(pg_folder)/createdb" --host="$postgresql" --username=tests "$1"); }

stop_postgresql() {
  [[ -z $postgresql || ! -e $postgresql/data/postmaster.pid ]] || pg_command pg_ctl stop --mode immediate --silent
}
