#!/usr/bin/env bash
# Real peers against a real binary: Python gRPC, buf, SDMX, and a journal verified without thidua; then a restart.
#
# usage: run.sh PATH/TO/thidua     ($PYTHON with requirements.txt installed; $BUF if buf is not on PATH; needs jq)
set -euo pipefail

thidua=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
export BUF=${BUF:-buf}
scratch=$(mktemp -d)
server=

cleanup() {
    if [[ -n $server ]]; then
        kill -KILL "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap cleanup EXIT

fail() {
    printf 'FAIL  %s\n' "$1" >&2
    [[ ! -s $scratch/stderr ]] || sed 's/^/      server: /' "$scratch/stderr" >&2
    exit 1
}

# Three ports that nobody listens on. Below 32768, where Linux takes the ports of outgoing connections from, so that they
# stay free until the server binds them, also after the restart.
free_ports() {
    "$python" - <<'PYTHON'
import random
import socket

free = []
for port in random.sample(range(20000, 32000), 100):
    with socket.socket() as attempt:
        if len(free) < 3 and attempt.connect_ex(("127.0.0.1", port)) != 0:
            free.append(port)
print(*free)
PYTHON
}

# Starts the server on the store of this run and returns once it serves; 60 seconds at most.
start() {
    "$thidua" --data "$scratch/data" --listen "$gateway" --statistics-listen "$statistics" --awards-listen "$awards" \
        >"$scratch/stdout" 2>"$scratch/stderr" &
    server=$!
    for _ in {1..600}; do
        ! grep -q '^Serving at' "$scratch/stdout" || return 0
        kill -0 "$server" 2>/dev/null || fail 'the server ended before it served'
        sleep 0.1
    done
    fail 'the server does not serve after 60 seconds'
}

# Asks the server to end and expects exit code 0; 30 seconds at most.
stop() {
    local code=0
    kill -TERM "$server"
    for _ in {1..300}; do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$server" 2>/dev/null || fail 'the server does not end 30 seconds after SIGTERM'
    wait "$server" || code=$?
    server=
    [[ $code == 0 ]] || fail "the server ended with exit code $code after SIGTERM"
}

read -r gateway_port statistics_port awards_port < <(free_ports)
gateway=127.0.0.1:$gateway_port statistics=127.0.0.1:$statistics_port awards=127.0.0.1:$awards_port

start
echo '== Python, by reflection alone'
"$python" "$here/journey.py" --gateway "$gateway" --statistics "$statistics" --awards "$awards"

echo '== buf curl'
"$here/buf_curl.sh" "$gateway" "$statistics" "$awards"

echo '== SDMX: sdmx1, pandas, and the schemas of the standard'
"$python" "$here/sdmx.py" --gateway "$gateway"

echo '== the journals, verified by thidua, and offline from an export'
heads=$("$thidua" journal verify --address "http://$gateway")
echo "$heads"
for journal in statistics awards; do
    "$thidua" journal export --journal "$journal" --address "http://$gateway" >"$scratch/$journal.jsonl"
    found=$("$python" "$here/verify_journal.py" "$scratch/$journal.jsonl") || fail "the export of $journal does not verify"
    expected=$(sed -n "s|^journals/$journal: valid up to revision \(.*\), head|valid: \1 entries, head|p" <<<"$heads")
    [[ $found == "$expected" ]] || fail "the export of $journal: found $found, expected $expected"
    echo "ok    $journal offline: $found"
done
# The year in which the seventh unit was founded: one byte.
sed '7s/1997/1998/' "$scratch/statistics.jsonl" >"$scratch/changed.jsonl"
! cmp -s "$scratch/statistics.jsonl" "$scratch/changed.jsonl" || fail 'the export to be falsified was not changed'
! "$python" "$here/verify_journal.py" "$scratch/changed.jsonl" 2>"$scratch/finding" || fail 'a falsified export verifies'
grep -q '^invalid: revision 7 ' "$scratch/finding" || fail "a falsified export: $(cat "$scratch/finding")"
echo "ok    with one byte changed: $(cat "$scratch/finding")"

! "$python" "$here/verify_journal.py" /dev/null 2>"$scratch/finding" || fail 'an export without an entry verifies'
echo "ok    without an entry: $(cat "$scratch/finding")"

echo '== a restart'
stop
echo 'ok    SIGTERM ends it with exit code 0'
start
again=$("$thidua" journal verify --address "http://$gateway")
[[ $again == "$heads" ]] || fail "the journals changed over the restart: $again"
echo 'ok    started again on the same data, it has the same journals and loads nothing twice'
stop
echo 'all peers passed'
