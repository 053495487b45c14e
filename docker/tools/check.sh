#!/bin/sh
# check.sh FILE: would the server load /out/FILE in this base? It runs in the bare base, with what finish.sh wrote beside the module.
# Prints a line `<code> <sentence>` for each reason why not, with a code of docs/pipeline-problems.md, and ends with 66 (EX_NOINPUT).
set -eu
export LC_ALL=C
module=/out/$1
readelf=/out/readelf.txt
refused=
refuse() {
  echo "$1 $2"
  refused=yes
}
field() { sed -n "s/^ *$1: *//p" "$readelf" | head -n 1; }
machine() { od -A n -t u2 -j 18 -N 2 "$1" | tr -d ' '; }

case $(field Type) in
DYN*) ;;
*)
  refuse VP307 "$1 is not a shared library: readelf calls its type '$(field Type)'"
  exit 66
  ;;
esac
if [ "$(machine "$module")" != "$(machine /bin/sh)" ]; then
  refuse VP303 "$1 is made for $(field Machine), which is not what this image is for"
  exit 66
fi
grep -Eq ' (FUNC|NOTYPE) +(GLOBAL|WEAK) +DEFAULT +[0-9]+ (ValkeyModule|RedisModule)_OnLoad$' "$readelf" ||
  refuse VP304 "$1 exports neither ValkeyModule_OnLoad nor RedisModule_OnLoad"

ldd "$module" >/tmp/ldd 2>&1 || unreadable=yes
for library in $(sed -n 's/^\t*\([^ ]*\) => not found.*/\1/p' /tmp/ldd | sort -u); do
  refuse VP305 "$1 needs $library, which the base does not have"
done
sed -n "s/.*: \(.*\): version \`\(.*\)' not found.*/\2 of \1/p" /tmp/ldd | sort -u >/tmp/versions
while read -r version; do
  refuse VP306 "$1 needs $version, and the library in the base has no such version"
done </tmp/versions
[ -n "$refused" ] || [ -z "${unreadable-}" ] || refuse VP307 "$1 cannot be read by the dynamic linker: $(tail -n 1 /tmp/ldd)"
[ -z "$refused" ] || exit 66
