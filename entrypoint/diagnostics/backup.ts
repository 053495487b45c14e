import type { CataloguePage } from './page.ts';

/** VB77x: `cluster backup` and `cluster restore`. */
export const backupEntries = {
  VB771: {
    title: 'cluster cannot be backed up now',
    severity: 'error',
    exitCode: 75,
    meaning:
      'A shard does not answer, slots have no owner or two, or slots are or were on their way from one node to another: keys would be missing from a backup, or be in it twice. No backup was made.',
    fix: 'Wait until `valkey-bundle cluster check` is green, and run it again.',
  },
  VB772: {
    title: 'shard was not handed over',
    severity: 'error',
    exitCode: 75,
    meaning:
      '`valkey-cli --rdb` did not get the whole file of a shard. What was there of this backup was removed; earlier ones are as they were.',
    fix: 'Look at the node’s log (its memory and disk while it saves), and run it again. The user needs +sync, +psync and +replconf.',
  },
  VB773: {
    title: 'file of a backup is damaged',
    severity: 'error',
    exitCode: 1,
    meaning:
      'valkey-check-rdb does not accept the file of a shard, or it is missing, or its size or its digest is not the one in backup.json. `backup` removed what it had made; `restore` changed nothing.',
    fix: 'Use another backup. If a fresh one is damaged, look at the disk under it.',
  },
  VB774: {
    title: 'directory of backups cannot be used',
    severity: 'error',
    exitCode: 73,
    meaning:
      'A directory or file could not be read or written: it is missing, the disk is full, or the user may not. A backup that was begun was removed; earlier ones are as they were.',
    fix: 'Make the directory, give it to the user of the command (uid 999 in the image), and see that there is room for one more backup than --keep says.',
  },
  VB775: {
    title: 'not a backup',
    severity: 'error',
    exitCode: 66,
    meaning: 'The directory that --from names has no backup.json that could be read. Nothing was changed.',
    fix: 'Name the directory of one backup, such as /backup/20261129T145512Z.',
  },
  VB776: {
    title: 'too few nodes for the backup',
    severity: 'error',
    exitCode: 1,
    meaning:
      'Each shard of a backup is restored to a node of its own, and --nodes names fewer nodes than it has shards. Nothing was changed.',
    fix: 'Restore to as many nodes as the backup has shards. A smaller cluster is made from that one: move slots away with `valkey-cli --cluster reshard`, then `del-node`.',
  },
  VB777: {
    title: 'image does not fit the backup',
    severity: 'error',
    exitCode: 78,
    meaning:
      'The server of the image is of an older line than the one that the backup comes from, or the configuration does not load a module that was loaded there. A server without the module ends while it loads the module’s data. Nothing was changed.',
    fix: 'Restore with an image that has the modules that backup.json names, and a server of the same line or a later one.',
  },
  VB778: {
    title: 'data directory is in use',
    severity: 'error',
    exitCode: 1,
    meaning:
      'The data directory holds the data or the nodes.conf of a node, and not from this backup. It is never overwritten. Nothing was changed.',
    fix: 'Restore to empty data directories. On Kubernetes: delete the claims of the nodes first, if their data may go.',
  },
  VB779: {
    title: 'data directory cannot be written',
    severity: 'error',
    exitCode: 73,
    meaning:
      'The files of a shard could not be put into the data directory: the disk is full, or the user may not write there. The same command begins anew.',
    fix: 'Give the data directory to the user of the command, with room for the file of the shard and for what the node will write.',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
