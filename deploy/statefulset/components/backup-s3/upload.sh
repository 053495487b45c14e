# Uploads the backup in /collected, compares it with what arrived, and removes older ones beyond KEEP. backup.json is uploaded last: without it a
# folder is no backup.
set -eu
name=$(ls /collected)
echo "uploading $name to $TARGET"
rclone copy --exclude backup.json "/collected/$name" "$TARGET/$name"
rclone check --one-way --exclude backup.json "/collected/$name" "$TARGET/$name"
rclone copyto "/collected/$name/backup.json" "$TARGET/$name/backup.json"
echo "ok: $TARGET/$name"

# Whatever fails here ends the script: a list that is not whole must not decide what goes.
complete=$(rclone lsf --recursive --files-only --include '/*/backup.json' "$TARGET")
# What else lies there is neither counted nor removed.
kept=$(printf '%s\n' "$complete" | sed 's|/backup.json$||' | grep -E '^[0-9]{8}T[0-9]{6}Z$' | sort -r | head -n "$KEEP")
folders=$(rclone lsf --dirs-only "$TARGET")
for folder in $(printf '%s\n' "$folders" | sed 's|/$||' | grep -E '^[0-9]{8}T[0-9]{6}Z$' || true); do
  if printf '%s\n' "$kept" | grep -qx "$folder"; then continue; fi
  # The folder of a later run, which may be at work.
  if [ "$(printf '%s\n' "$folder" "$name" | sort | tail -n 1)" = "$folder" ]; then continue; fi
  rclone deletefile "$TARGET/$folder/backup.json" || [ "$?" -eq 4 ]
  rclone purge "$TARGET/$folder"
  echo "removed $folder: $KEEP are kept"
done
