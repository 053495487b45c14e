#!/bin/sh
# cargo.sh FLAG...: cargo build with these flags.
. /build/environment.sh
cargo build "$@"
keep_artifact
