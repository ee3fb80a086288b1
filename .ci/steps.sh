# The steps of .ci/run that are more than one command. Sourced, not run.

TIMES="" POSTGRES="" CLUSTER=""

step() {
    local name=$1 begun=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    TIMES+=$(printf '%5d s  %s' $((SECONDS - begun)) "$name")$'\n'
}

install_packages() {
    if [ "$(id -u)" != 0 ]; then
        echo "Missing here, and only root can install it: $*" >&2
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

system_packages() {
    local missing=()
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    command -v chromium chromium-browser google-chrome-stable google-chrome >/dev/null || missing+=(chromium)
    command -v xgettext >/dev/null || missing+=(gettext)
    command -v fc-list >/dev/null || missing+=(fontconfig)
    { fc-list :lang=zh 2>/dev/null || true; } | grep -q . || missing+=(fonts-noto-cjk)
    if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi
}

# The same way as everybody: manage.py makes .venv, unless an active environment has the packages.
python_packages() {
    python3 manage.py test --version
    if [ -d .venv ]; then export PATH="$PWD/.venv/bin:$PATH"; fi
}

# In a process of its own, so that its folder is gone whether the check passes or not.
with_production_values() (
    folder=$(mktemp -d)
    trap 'rm -r "$folder"' EXIT
    values=$(python3 -c 'from jinxian import environment; print(*environment.demo_secrets())')
    # shellcheck disable=SC2086 — three words, one per variable
    env $values ENV_FILE= DEBUG=false HTTPS=true ALLOWED_HOSTS=jinxian.example.org \
        DATABASE_URL="sqlite:///$folder/empty.sqlite3" "$@"
)

# A server on this machine that lets us in and lets us make databases; otherwise one of our own for as long as we run.
find_postgres() {
    local server="postgres://$(id -un)@127.0.0.1:5432"
    if may_create_databases "$server/postgres"; then
        echo "The one on port 5432"
    else
        start_cluster
        server="postgres://jinxian@127.0.0.1:$CLUSTER_PORT"
    fi
    POSTGRES="$server/jinxian_$$"
}

may_create_databases() {
    python3 - "$1" <<'PYTHON' 2>/dev/null
import sys
import psycopg
with psycopg.connect(sys.argv[1], connect_timeout=3) as server:
    question = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    sys.exit(not server.execute(question).fetchone()[0])
PYTHON
}

start_cluster() {
    local programs
    programs=$(postgres_programs)
    if [ -z "$programs" ]; then
        install_packages postgresql
        programs=$(postgres_programs)
    fi
    CLUSTER=$(mktemp -d)
    CLUSTER_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    PG_CTL=("$programs/pg_ctl" -D "$CLUSTER/data")
    if [ "$(id -u)" = 0 ]; then
        # PostgreSQL refuses to run as root; its package brings the user postgres.
        chown postgres "$CLUSTER"
        PG_CTL=(runuser -u postgres -- "${PG_CTL[@]}")
    fi
    trap stop_cluster EXIT
    local options="-p $CLUSTER_PORT -k $CLUSTER -c listen_addresses=127.0.0.1 -c fsync=off"
    (
        cd /
        "${PG_CTL[@]}" initdb -s -o "-A trust -U jinxian -E UTF8 --locale=C.UTF-8"
        "${PG_CTL[@]}" -s -w -l "$CLUSTER/log" -o "$options" start
    )
    echo "Our own on port $CLUSTER_PORT"
}

stop_cluster() {
    (cd / && "${PG_CTL[@]}" -s -m immediate stop) || true
    rm -rf "$CLUSTER"
}

postgres_programs() {
    local found
    found=$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1 || true)
    if [ -n "$found" ]; then dirname "$found"; fi
}
