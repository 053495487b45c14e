# `. /tools/environment.sh` before a module's own build: settings that make the same source give the same bytes, and the limits of this run.
# The limits come as a secret, because a secret is no part of what a step is cached under: jobs, the first processor, and whether the
# compiler's cache may be used. Without it a build takes every processor.
set -eu

JOBS=$(nproc) FIRST_CPU=0 COMPILER_CACHE=on
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

# Leads every clone of a dependency, and of its submodules, to the pinned repositories: npm run fetch writes it.
[ ! -e /dependencies/gitconfig ] || export GIT_CONFIG_GLOBAL=/dependencies/gitconfig

# What each tool reads where nobody tells it otherwise. A build that takes every processor that it sees, sees only its share.
export JOBS CMAKE_BUILD_PARALLEL_LEVEL="$JOBS" CARGO_BUILD_JOBS="$JOBS" MAKEFLAGS="-j$JOBS"
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
taskset --cpu-list --pid "$cpus" $$ >/dev/null
