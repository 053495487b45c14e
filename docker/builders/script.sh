#!/bin/sh
# script.sh COMMAND...: whatever the module's own build is. It may take every processor that it sees, so it sees only its share.
. /build/environment.sh
cpus=$(awk -v first="$FIRST_CPU" -v count="$JOBS" '
  $1 == "Cpus_allowed_list:" {
    total = 0
    ranges = split($2, range, ",")
    for (i = 1; i <= ranges; i++) {
      ends = split(range[i], end, "-")
      for (cpu = end[1]; cpu <= end[ends]; cpu++) allowed[total++] = cpu
    }
    if (count > total) count = total
    for (i = 0; i < count; i++) printf "%s%d", i ? "," : "", allowed[(first + i) % total]
  }' /proc/self/status)
taskset --cpu-list "$cpus" "$@"
keep_artifact
