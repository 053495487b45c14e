#!/bin/sh
# cmake.sh OPTION...: configures in the folder build of the working directory, and builds the default target.
. /build/environment.sh
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "$@"
cmake --build build --parallel "$JOBS"
keep_artifact
