#!/bin/sh
# Moves the real valkey-server out of PATH, and puts links to the launcher (/usr/local/bin/valkey-bundle, which comes with a
# later layer) at every path where the server was. Safe to run again: what is moved already stays.
set -eu

libexec=/usr/local/libexec/valkey
real=$libexec/valkey-server
launcher=/usr/local/bin/valkey-bundle
mkdir -p "$libexec" /usr/local/bin /usr/local/share/valkey-bundle /usr/lib/valkey

if [ ! -e "$real" ]; then
  # Debian's /usr/bin/valkey-server is a link to valkey-check-rdb, or is missing where only valkey-tools is installed.
  found=$(command -v valkey-server || command -v valkey-check-rdb) || {
    echo "layout.sh: neither valkey-server nor valkey-check-rdb is on PATH ($PATH): is this a Valkey base?" >&2
    exit 1
  }
  original=$(readlink -f "$found")
  mv "$original" "$real"

  # One binary serves several names: it looks at argv[0]. Packagers ship the names as links or as copies.
  for dir in /usr/bin /usr/local/bin; do
    for name in valkey-server redis-server valkey-sentinel valkey-check-rdb valkey-check-aof \
      redis-sentinel redis-check-rdb redis-check-aof; do
      path=$dir/$name
      [ -e "$path" ] || [ -L "$path" ] || continue
      if [ -e "$path" ] && ! cmp -s "$path" "$real"; then continue; fi
      case $name in
      *-server) ln -sf "$launcher" "$path" ;;
      *) ln -sf "$real" "$path" ;;
      esac
    done
  done
  # The moved file's own name.
  case ${original##*/} in
  *-server) ln -sf "$launcher" "$original" ;;
  *) ln -sf "$real" "$original" ;;
  esac
fi

for name in bundle-docker-entrypoint valkey-server redis-server; do ln -sf valkey-bundle "/usr/local/bin/$name"; done
[ -d /usr/bin ] && ln -sf "$launcher" /usr/bin/valkey-server

# The names that a drop-in for Redis or the official image is called by.
for name in valkey-sentinel redis-sentinel redis-check-rdb redis-check-aof; do
  command -v "$name" >/dev/null || ln -s "$real" "/usr/local/bin/$name"
done
for tool in cli benchmark; do
  command -v "redis-$tool" >/dev/null || ln -s "$(command -v "valkey-$tool")" "/usr/local/bin/redis-$tool"
done

# Anyone may write here: the server may run under a uid that the image does not know.
for dir in /data /run/valkey-bundle; do
  mkdir -p "$dir"
  chmod 1777 "$dir"
done
chown 999:999 /data
