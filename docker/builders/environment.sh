# Read by every builder: settings that make the same source give the same bytes, and the limits of this run. The arguments of the
# builder get {jobs} filled in. The limits come as a secret, because a secret is no part of what a step is cached under:
# jobs, the first processor, and whether the compiler's cache may be used.
set -eu

JOBS=$(nproc) FIRST_CPU=0 COMPILER_CACHE=on
# shellcheck disable=SC2034 # script.sh uses FIRST_CPU
[ ! -r /run/secrets/jobs ] || read -r JOBS FIRST_CPU COMPILER_CACHE </run/secrets/jobs

export LC_ALL=C TZ=UTC ZERO_AR_DATE=1
export CFLAGS="${CFLAGS-} -ffile-prefix-map=/src=."
export CXXFLAGS="${CXXFLAGS-} -ffile-prefix-map=/src=."
# The variable would replace flags that a module has in a configuration of its own; the paths are the same in every build anyway.
[ -e .cargo/config.toml ] ||
  export RUSTFLAGS="${RUSTFLAGS-} --remap-path-prefix=/src=. --remap-path-prefix=/var/cache/cargo=cargo"

export PATH="/usr/lib/ccache:/usr/local/cargo/bin:$PATH"
# A compiler is known by what it is: reinstalling it changes its time.
export CCACHE_DIR=/var/cache/ccache CCACHE_COMPILERCHECK=content CCACHE_MAXSIZE=5G
[ "$COMPILER_CACHE" = on ] || export CCACHE_DISABLE=1
export CARGO_HOME=/var/cache/cargo RUSTUP_HOME=/usr/local/rustup CARGO_INCREMENTAL=0

# What each tool reads where nobody tells it otherwise.
export CMAKE_BUILD_PARALLEL_LEVEL="$JOBS" CARGO_BUILD_JOBS="$JOBS" MAKEFLAGS="-j$JOBS"

with_jobs() { printf %s "$1" | sed "s/{jobs}/$JOBS/g"; }
for name in ${VARIABLES_WITH_JOBS-}; do
  eval "value=\$$name"
  # shellcheck disable=SC2154 # the line above sets it
  export "$name=$(with_jobs "$value")"
done
for argument; do
  shift
  set -- "$@" "$(with_jobs "$argument")"
done

# Takes the artifact out of the tree. 66 says that the build ended well and left no such file.
keep_artifact() {
  if [ ! -f "$MODULE_ARTIFACT" ]; then
    echo "the build left no file $MODULE_ARTIFACT in $PWD; shared libraries that it left:" >&2
    find . -name '*.so' -type f >&2
    exit 66
  fi
  mkdir -p /out
  cp "$MODULE_ARTIFACT" "/out/$MODULE_FILE"
  if [ -f Cargo.lock ]; then cp Cargo.lock /out/Cargo.lock; fi
}
