# `. /tools/environment.sh` before a module's own build: settings that make the same source give the same bytes, and the limits of this run.
# The limits come as a secret, because a secret is no part of what a step is cached under: jobs, the first processor, and whether the
# compiler's cache may be used. Without it a build takes every processor.
set -eu

JOBS=$(nproc) FIRST_CPU=0 COMPILER_CACHE=on
[ ! -r /run/secrets/jobs ] || read -r JOBS FIRST_CPU COMPILER_CACHE </run/secrets/jobs

export LC_ALL=C TZ=UTC ZERO_AR_DATE=1

# Every compiler runs through ccache and takes the place of the tree out of what it writes. A script in front of it, and not CFLAGS: some builds
# take a CFLAGS that is set in the place of their own flags (json's), others set it anew for what they build on the way (search's).
compilers=/tmp/compilers
mkdir -p "$compilers"
for name in cc c++ clang clang++ $(ls /usr/lib/ccache); do
  [ -x "/usr/bin/$name" ] || continue
  printf '#!/bin/sh\nexec ccache /usr/bin/%s "$@" -ffile-prefix-map=/src=.\n' "$name" >"$compilers/$name"
  chmod 0755 "$compilers/$name"
done
# The variable would replace flags that a module has in a configuration of its own; the paths are the same in every build anyway.
[ -e .cargo/config.toml ] ||
  export RUSTFLAGS="${RUSTFLAGS-} --remap-path-prefix=/src=. --remap-path-prefix=/.cargo/vendor=crates"

export PATH="$compilers:/usr/local/cargo/bin:$PATH"
# A compiler is known by what it is: reinstalling it changes its time.
export CCACHE_DIR=/var/cache/ccache CCACHE_COMPILERCHECK=content CCACHE_MAXSIZE=5G
[ "$COMPILER_CACHE" = on ] || export CCACHE_DISABLE=1
export CARGO_HOME=/tmp/cargo RUSTUP_HOME=/usr/local/rustup CARGO_INCREMENTAL=0

# A build asks for nothing that the lock does not name. git: tools/gitconfig leads every clone of a dependency, and of its submodules, to what
# npm run fetch has pinned, and all else to nowhere. Other programs: a proxy that does not exist.
export GIT_CONFIG_GLOBAL=/tools/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
nowhere=http://no-network-in-a-build.invalid:9
export http_proxy=$nowhere https_proxy=$nowhere ftp_proxy=$nowhere all_proxy=$nowhere HTTPS_PROXY=$nowhere ALL_PROXY=$nowhere
export no_proxy=localhost,127.0.0.1,::1

# ref_of NAME: the tag or branch that the lock has for the dependency NAME.
ref_of() {
  head=$(git --git-dir="/dependencies/$1.git" symbolic-ref HEAD)
  echo "${head#refs/heads/}"
}

# A build may swallow what git says (search's does) and go on without it: git's own trace is read when the step ends, whichever way.
# 66 (EX_NOINPUT) and a code of docs/pipeline-problems.md: what the pipeline reports.
export GIT_TRACE2=/tmp/git-trace2
name_clones() {
  status=$?
  clones=$(sed -n "s|^.* error '\(/no-such-dependency/\)\{0,1\}\(.*\)' does not appear to be a git repository$|\2|p" "$GIT_TRACE2" 2>/dev/null | sort -u)
  rm -rf "$GIT_TRACE2" "$compilers"
  [ -n "$clones" ] || exit "$status"
  printf '%s\n' "$clones" | sed 's|.*|VP321 the build asks for &, which is not among its dependencies|'
  exit 66
}
trap name_clones EXIT

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
