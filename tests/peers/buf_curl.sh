#!/usr/bin/env bash
# What somebody does with `buf curl` and three addresses: look around, read, enter a petition, take it out, make a mistake.
# Every schema comes from the server's reflection, also the one that error details are decoded with.
#
# usage: buf_curl.sh GATEWAY STATISTICS AWARDS     (each HOST:PORT; needs jq; $BUF if buf is not on PATH)
set -euo pipefail

gateway=$1 statistics=$2 awards=$3
buf=${BUF:-buf}
petitions=$gateway/thidua.statistics.v1.PetitionService
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# call ADDRESS[/SERVICE/METHOD] [REQUEST-JSON | FLAG]…
call() {
    local address=$1
    shift
    "$buf" curl --http2-prior-knowledge --protocol grpc "$@" "http://$address"
}

# expect WHAT FOUND EXPECTED
expect() {
    [[ $2 == "$3" ]] || { printf 'FAIL  %s: found %s, expected %s\n' "$1" "$2" "$3" >&2; exit 1; }
}

pass() {
    printf 'ok    buf curl %s\n' "$1"
}

for expected in "$gateway thidua.reports.v1.BlocReportService" "$gateway thidua.awards.v1.BlocService" \
    "$gateway thidua.statistics.v1.PetitionService" "$statistics thidua.statistics.v1.PetitionService" \
    "$awards thidua.awards.v1.BlocService" "$gateway thidua.journal.v1.JournalService" \
    "$statistics thidua.journal.v1.JournalService" "$awards thidua.journal.v1.JournalService"; do
    read -r address service <<<"$expected"
    for reflection in grpc-v1 grpc-v1alpha; do
        found=$(call "$address" --list-services --reflect-protocol "$reflection" | grep -Fx "$service" || true)
        expect "service at $address by $reflection" "$found" "$service"
    done
done
pass 'lists the services of the three addresses, by reflection v1 and v1alpha'

for address in "$gateway" "$statistics"; do
    found=$(call "$address/thidua.statistics.v1.DirectoryService/ListUnits" |
        jq -r '.units[] | select(.name == "units/bo-chi-huy-quan-su-tinh").displayName')
    expect "a unit at $address" "$found" 'Bộ Chỉ huy Quân sự tỉnh'
done
pass 'reads units'

found=$(call "$gateway/thidua.reports.v1.BlocReportService/GenerateBlocReport" \
    -d '{"bloc": "blocs/noi-chinh-bac-ninh", "year": 2023}' |
    jq -r '.figures[] | select(.measure == "inspections.economic_amount").phrase.vi')
expect 'wording of the amount' "$found" 'gần 43,6 tỷ đồng'
pass 'generates the report'

created=$(call "$petitions/CreatePetition" -d '{"parent": "units/thanh-tra-tinh", "petition": {
    "kind": "PETITION_KIND_COMPLAINT", "receivedDate": {"year": 2023, "month": 6, "day": 1}}}')
name=$(jq -r .name <<<"$created")
expect 'signers, if none are given' "$(jq -r .signerCount <<<"$created")" 1
request=$(jq '{name, etag}' <<<"$created")
expect 'answer to the deletion' "$(call "$petitions/DeletePetition" -d "$request" | jq -c .)" '{}'
code=0
call "$petitions/GetPetition" -d "{\"name\": \"$name\"}" >/dev/null 2>"$scratch/error" || code=$?
# buf exits with the gRPC code times 8; 5 is NOT_FOUND.
expect 'exit code for a petition that is gone' "$code" 40
pass 'creates and deletes a petition'

code=0
call "$petitions/CreatePetition" -d '{"parent": "units/thanh-tra-tinh", "petition": {
    "kind": 99, "receivedDate": {"year": 2023, "month": 2, "day": 30}}}' >/dev/null 2>"$scratch/error" || code=$?
expect 'exit code for a bad petition' "$code" 24 # 3, INVALID_ARGUMENT
expect 'code of a bad petition' "$(jq -r .code "$scratch/error")" invalid_argument

# buf curl prints details undecoded, so their schema is fetched as any other: by reflection, whose files are put together
# into a descriptor set with one field, as google.protobuf.FileDescriptorSet has it.
echo 'syntax = "proto3"; message DescriptorSet { repeated bytes file = 1; }' >"$scratch/set.proto"
call "$gateway/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" -d '
    {"fileContainingSymbol": "google.protobuf.Duration"} {"fileContainingSymbol": "google.rpc.BadRequest"}' |
    jq -s '{file: [.[].fileDescriptorResponse.fileDescriptorProto[]]}' >"$scratch/set.json"
"$buf" convert "$scratch/set.proto" --type DescriptorSet --from "$scratch/set.json" --to "$scratch/set.binpb"
jq -r '.details[] | select(.type == "google.rpc.BadRequest").value | . + "=" * ((4 - length % 4) % 4)' \
    "$scratch/error" | base64 -d >"$scratch/detail.binpb"
detail=$("$buf" convert "$scratch/set.binpb" --type google.rpc.BadRequest --from "$scratch/detail.binpb" --to -#format=json)
jq . <<<"$detail"
expect 'fields of a bad petition' "$(jq -r '[.fieldViolations[].field] | sort | join(" ")' <<<"$detail")" \
    'petition.kind petition.received_date'
pass 'shows what is wrong with a bad petition'
