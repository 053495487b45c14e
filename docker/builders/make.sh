#!/bin/sh
# make.sh TARGET-OR-VARIABLE...
. /build/environment.sh
make "-j$JOBS" "$@"
keep_artifact
