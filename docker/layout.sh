#!/bin/sh
# Moves the real valkey-server out of PATH, and puts links to the launcher (beside the moved server, where a later layer puts it) at every
# path where the server was. Safe to run again: what is moved already stays.
set -eu

libexec=/usr/local/libexec/valkey
real=$libexec/valkey-server
launcher=$libexec/valkey-bundle
mkdir -p "$libexec" /usr/local/bin /usr/local/share/valkey-bundle /usr/lib/valkey

perl -e 1 || {
  echo "layout.sh: perl does not run, and the health check is written in it: is perl-base of this Debian base missing?" >&2
  exit 1
}

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
      *-server | *-sentinel) ln -sf "$launcher" "$path" ;;
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

# The official images' entrypoints are scripts that would hand VALKEY_EXTRA_FLAGS to a launcher that reads them itself: over theirs, too.
for name in bundle-docker-entrypoint bundle-docker-entrypoint.sh docker-entrypoint docker-entrypoint.sh \
  valkey-server redis-server valkey-sentinel redis-sentinel; do
  ln -sf "$launcher" "/usr/local/bin/$name"
done
[ -d /usr/bin ] && ln -sf "$launcher" /usr/bin/valkey-server

# The official images have all their names in /usr/local/bin, and whoever uses them may give the path: docs/drop-in.md.
for brand in valkey redis; do
  for name in check-rdb check-aof; do
    path=/usr/local/bin/$brand-$name
    [ -e "$path" ] || ln -sf "$real" "$path"
  done
  for name in cli benchmark; do
    path=/usr/local/bin/$brand-$name
    [ -e "$path" ] || ln -sf "$(readlink -f "$(command -v "valkey-$name")")" "$path"
  done
done

# Anyone may write here: the server may run under a uid that the image does not know.
for dir in /data /run/valkey /run/valkey-bundle; do
  mkdir -p "$dir"
  chmod 1777 "$dir"
done
chown 999:999 /data /run/valkey

# Debian's package closes it to others, but a file that is mounted there is read under any uid.
[ ! -d /etc/valkey ] || chmod -R u=rwX,g=rX,o=rX,g-s /etc/valkey
