#!/usr/bin/env python3
"""Verifies an exported journal (`thidua journal export --journal NAME`) offline, from a file or standard input.

Written from the definition in proto/thidua/journal/v1/journal_entry.proto alone: an export proves itself without thidua.
"""

import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def microseconds(instant):
    # Integers only: a float of seconds no longer holds every microsecond of this century.
    read = datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return (read - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def hash_of(entry):
    lines = [entry["previousHash"], entry["revision"], microseconds(entry["commitTime"])]
    lines += [entry.get(key, "") for key in ("caller", "method", "requestId", "requestHash")]
    lines.append(sha256(entry.get("outcome", "")))
    for change in sorted(entry.get("changes", []), key=lambda change: change["name"].encode()):
        lines.append(f'{change["name"]} {"-" if change.get("deleted") else sha256(change["body"])}')
    return sha256("\n".join(map(str, lines)))


def main():
    head, count = "0" * 64, 0
    with open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer as export:
        for count, line in enumerate(export, start=1):
            try:
                entry = json.loads(line)
                if int(entry["revision"]) != count:
                    return f"invalid: revision {count} is missing, {entry['revision']} stands in its place"
                if entry["previousHash"] != head:
                    return f"invalid: revision {count} does not follow from the entry before"
                if entry["hash"] != hash_of(entry):
                    return f"invalid: revision {count} does not have the hash of its content"
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                return f"invalid: revision {count} is not an entry ({problem!r})"
            head = entry["hash"]
    if count == 0:
        # Nothing to verify is no verified journal: the export was cut off, or written elsewhere.
        return "invalid: there is no entry"
    print(f"valid: {count} entries, head {head}")


if __name__ == "__main__":
    sys.exit(main())
