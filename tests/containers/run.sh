#!/usr/bin/env bash
# The containers as they are shipped, under a real engine: builds the images, starts docker-compose.yml on embedded stores and
# on PostgreSQL, drives the main journey from outside, kills and restarts every container, and checks that the data is there.
#
# usage: run.sh PATH/TO/thidua [CACHE]     (root; $PYTHON with tests/peers/requirements.txt installed)
# Where no engine runs, Debian's is installed and started on CACHE. Where no registry is reached, base images are made with
# debootstrap, once, and the toolchain of this machine.
set -euo pipefail

thidua=$(realpath "$1")
cache=${2:-${TMPDIR:-/tmp}/thidua-containers}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
project=thidua-test
scratch=$(mktemp -d)
engine=
mkdir -p "$cache"

compose() { docker-compose -p "$project" -f "$root/docker-compose.yml" --env-file "$root/.env" --project-directory "$root" "$@"; }

cleanup() {
    if docker info >/dev/null 2>&1; then
        for profile in embedded postgres; do compose --profile "$profile" down -v >/dev/null 2>&1 || true; done
    fi
    if [[ -n $engine ]]; then
        kill -TERM "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
    fi
    # The engine leaves a mount behind.
    umount -l "$scratch"/exec/netns/* 2>/dev/null || true
    rm -rf "$scratch" || true
}
trap cleanup EXIT

fail() {
    printf 'FAIL  %s\n' "$1" >&2
    compose --profile "${profile:-embedded}" logs --tail=20 >&2 2>/dev/null || true
    exit 1
}

# Runs a command until it succeeds; 60 seconds at most.
until_done() {
    local what=$1
    shift
    for _ in {1..300}; do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    fail "$what: still not after 60 seconds"
}

echo '== the engine'
if ! command -v dockerd >/dev/null || ! command -v docker-compose >/dev/null || ! command -v debootstrap >/dev/null; then
    apt-get update -q >/dev/null
    apt-get install -y -q --no-install-recommends docker.io docker-compose debootstrap >/dev/null
fi
if ! docker info >/dev/null 2>&1; then
    export DOCKER_HOST="unix://$scratch/docker.sock"
    dockerd --data-root "$cache/docker" --exec-root "$scratch/exec" --pidfile "$scratch/docker.pid" -H "$DOCKER_HOST" \
        >"$scratch/dockerd.log" 2>&1 &
    engine=$!
    for _ in {1..150}; do
        ! docker info >/dev/null 2>&1 || break
        kill -0 "$engine" 2>/dev/null || { cat "$scratch/dockerd.log" >&2; exit 1; }
        sleep 0.2
    done
fi
docker version --format 'ok    Docker {{.Server.Version}}, '"$(docker-compose version --short | sed 's/^/docker-compose /')"

echo '== the images'
rust_image=rust:1.95-bookworm
if ! docker image inspect "$rust_image" >/dev/null 2>&1 && ! timeout 20 docker pull -q "$rust_image" >/dev/null 2>&1; then
    rust_image=thidua-stand-in/rust
    export THIDUA_POSTGRES_IMAGE=thidua-stand-in/postgres
    if ! docker image inspect thidua-stand-in/debian >/dev/null 2>&1; then
        debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev bookworm "$scratch/debian" >/dev/null
        cp /etc/ssl/certs/ca-certificates.crt "$scratch/debian/etc/ssl/certs/"
        # So that packages come from where this machine has them from.
        cp -r /etc/apt/sources.list* "$scratch/debian/etc/apt/" 2>/dev/null || true
        tar -C "$scratch/debian" -c . | docker import - thidua-stand-in/debian >/dev/null
        rm -rf "$scratch/debian"
    fi
    if ! docker image inspect "$rust_image" >/dev/null 2>&1; then
        mkdir -p "$scratch/rust/usr/local/rust"
        tar -C "$(rustc --print sysroot)" --exclude=lib/rustlib/src -c bin lib | tar -C "$scratch/rust/usr/local/rust" -x
        printf 'FROM thidua-stand-in/debian\nCOPY usr /usr\nENV PATH=/usr/local/rust/bin:/usr/local/bin:/usr/bin:/bin\n' \
            >"$scratch/rust/Dockerfile"
        docker build -q -t "$rust_image" "$scratch/rust" >/dev/null
        rm -rf "$scratch/rust"
    fi
    if ! docker image inspect "$THIDUA_POSTGRES_IMAGE" >/dev/null 2>&1; then
        docker build -q --network=host -t "$THIDUA_POSTGRES_IMAGE" -f "$here/postgres.Dockerfile" "$here" >/dev/null
    fi
    echo "ok    no registry here: base images of debootstrap and this machine's toolchain"
fi
for program in statistics awards gateway thidua; do
    image=thidua-$program
    [[ $program != thidua ]] || image=thidua
    docker build --network=host --build-arg RUST_IMAGE="$rust_image" --build-arg PROGRAM="$program" \
        -f "$root/services/Dockerfile" -t "$image" "$root" >"$scratch/build.log" 2>&1 || { tail -40 "$scratch/build.log" >&2; exit 1; }
    docker image inspect -f "ok    $image {{.Size}} bytes" "$image"
done
[[ -z $engine ]] || docker image prune -f >/dev/null
compose config -q

# The eight phrases of the newspaper report.
check_report() {
    "$thidua" report >"$scratch/report" || return 1
    for phrase in '128 cuộc' '441' 'gần 43,6 tỷ đồng' '9 vụ việc' '3.704 lượt' '5.767 người' '3.868' '88,1%'; do
        grep -q "$phrase" "$scratch/report" || return 1
    done
}

containers() { compose --profile "$profile" ps -q; }

running_again() { [[ $(docker inspect -f '{{.State.Running}} {{.State.Pid}}' "$1") == "true "* ]] && [[ $(docker inspect -f '{{.State.Pid}}' "$1") != "$2" ]]; }

healthy() { [[ $(docker inspect -f '{{.State.Health.Status}}' "$1") == healthy ]]; }

for profile in embedded postgres; do
    echo "== docker-compose, profile $profile"
    compose --profile "$profile" up -d --no-build >/dev/null 2>&1 || fail 'it does not start'
    compose run --rm example >/dev/null 2>&1 || fail 'the example is not loaded'
    check_report || fail "the report lacks a phrase: $(cat "$scratch/report")"
    echo 'ok    started in order, the example loaded by one command, the report has every figure'
    "$python" "$root/tests/peers/journey.py" --gateway 127.0.0.1:8080 >"$scratch/journey" || { cat "$scratch/journey"; fail 'the journey'; }
    echo "ok    the journey from outside: $(tail -n 1 "$scratch/journey")"
    for container in $(containers); do
        name=$(docker inspect -f '{{.Name}}' "$container")
        case $name in *_postgres_*) continue ;; esac
        found=$(docker inspect -f '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Memory}}' "$container")
        [[ $found == '65532:65532 true [ALL] 1073741824' ]] || fail "$name: $found"
        docker logs "$container" 2>&1 | grep -q 'callers are believed without authentication' || fail "$name does not warn"
    done
    echo 'ok    not root, read-only, no capabilities, limited memory; each warns that it trusts its network'
    heads=$("$thidua" journal verify)
    for container in $(containers); do
        pid=$(docker inspect -f '{{.State.Pid}}' "$container")
        kill -KILL "$pid"
        until_done "$(docker inspect -f '{{.Name}}' "$container") runs again" running_again "$container" "$pid"
        until_done "$(docker inspect -f '{{.Name}}' "$container") is healthy" healthy "$container"
    done
    until_done 'the report after every container was killed' check_report
    [[ $("$thidua" journal verify) == "$heads" ]] || fail 'the journals changed when containers were killed'
    echo 'ok    every container killed (SIGKILL), started again by its restart policy, nothing lost'
    compose --profile "$profile" stop >/dev/null 2>&1
    for container in $(compose --profile "$profile" ps -a -q); do
        code=$(docker inspect -f '{{.State.ExitCode}}' "$container")
        [[ $code == 0 ]] || fail "$(docker inspect -f '{{.Name}}' "$container") ends with exit code $code when stopped"
    done
    compose --profile "$profile" down >/dev/null 2>&1
    compose --profile "$profile" up -d --no-build >/dev/null 2>&1 || fail 'it does not start again'
    until_done 'the report after new containers' check_report
    [[ $("$thidua" journal verify) == "$heads" ]] || fail 'the journals changed over new containers'
    echo 'ok    stopped with exit code 0; new containers on the same volumes have the same journals'
    compose --profile "$profile" down -v >/dev/null 2>&1
done
echo 'all containers passed'
