import type { CataloguePage } from './page.ts';

/** VB5xx: the start itself. VB6xx: the tool. VB9xx: ourselves. */
export const startEntries = {
  VB501: {
    title: 'program not found',
    severity: 'error',
    exitCode: 127,
    meaning: 'The program to start does not exist, or is not on PATH.',
    fix: 'Check the first word of the command.',
  },
  VB502: {
    title: 'program cannot be executed',
    severity: 'error',
    exitCode: 126,
    meaning: 'The program exists, but this user may not execute it, or it is not a program for this machine.',
    fix: 'Check its mode, its first line and its architecture.',
  },
  VB503: {
    title: 'effective configuration cannot be written',
    severity: 'error',
    exitCode: 73,
    meaning: 'The start needs a file of its own, and none of /run/valkey-bundle, /dev/shm and /tmp can take it.',
    fix: 'Mount a tmpfs on /run/valkey-bundle, or change the configuration as the other messages say so that no file is needed.',
  },
  VB504: {
    title: 'server runs on an effective configuration',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The load lines of your configuration had to change, so the server reads a copy. CONFIG REWRITE fails on it, loudly, because the next start would lose what it wrote.',
    fix: 'Put the load lines shown by `valkey-bundle plan` into your configuration: then no copy is needed.',
  },
  VB505: {
    title: 'user does not exist',
    severity: 'error',
    exitCode: 67,
    meaning: 'The container runs as root, and the user that the server should run as is not in /etc/passwd.',
    fix: 'Use the image unchanged, or run it with --user.',
  },
  VB506: {
    title: 'privileges cannot be dropped',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The container runs as root without the capability to change its user. The server goes on as root, without capabilities.',
    fix: 'Run the container with --user 999:999, or give it CAP_SETUID and CAP_SETGID.',
  },
  VB507: {
    title: 'data directory cannot be written',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The server will not be able to save: snapshots and the append-only file need a writable working directory.',
    fix: 'Give the directory to the user of the container (chown), run once with --user root, or use a named volume.',
  },
  VB508: {
    title: 'ownership of the data directory could not be changed',
    severity: 'warning',
    exitCode: 0,
    meaning: 'A file of the data directory belongs to another user and could not be given to the server.',
    fix: 'Change the owner on the host, or give the container CAP_CHOWN.',
  },
  VB509: {
    title: 'server may not read its configuration',
    severity: 'error',
    exitCode: 77,
    meaning: 'The file was readable as root, but not for the user that the server runs as.',
    fix: 'Make the file readable for that user: chmod 0644, or chown.',
  },
  VB510: {
    title: 'protected mode is off and there is no password',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'Whoever reaches the port owns the data. The image turns protected mode off so that a published port works.',
    fix: 'Set VALKEY_PASSWORD_FILE or VALKEY_PASSWORD, or publish the port on 127.0.0.1 only.',
  },
  VB511: {
    title: 'bundle.json cannot be used',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The file that says what the image holds is missing or damaged: image defaults and module versions are not known.',
    fix: 'Use the image unchanged. On a host this is normal.',
  },
  VB512: {
    title: 'data directory is left as it is',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The working directory of the server is a directory of the system; its files are not given to the server.',
    fix: 'Use a directory of its own for the data: `dir /data`.',
  },
  VB513: {
    title: 'server goes to the background',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'With `daemonize yes` the first process of the container ends at once, with exit code 0, and the container with it.',
    fix: 'Remove the directive (packaged configurations have it), or add `--daemonize no` to the command.',
  },
  VB514: {
    title: 'password would have no effect, and the server would be open',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A password is given, but an ACL rule or an empty requirepass lets everybody in without it. An ACL file that does not name the user default sets it to nopass, and requirepass is not kept.',
    fix: 'Give the user default a password where the message says, or remove the variable to start without one.',
  },
  VB515: {
    title: 'sentinel cannot write its configuration',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A sentinel keeps what it learns in its configuration file: it ends where it may not write the file, and forgets where it cannot put a new one in its place, as over a file that is mounted by itself.',
    fix: 'Put the file into a folder that the server may write: mount the folder rather than the file, owned by uid 999, or copy the file to /data before the start.',
  },
  VB516: {
    title: 'log goes to a file',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'With `logfile` the server writes its log to a file inside the container; `docker logs` and `kubectl logs` show nothing of it.',
    fix: 'Remove the directive (packaged configurations have it), or add `--logfile ""` to the command.',
  },
  VB517: {
    title: 'server listens on loopback alone',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A container has a loopback interface of its own, so nobody outside of it (or of its pod) reaches the server, through a published port either.',
    fix: 'Remove the directive (packaged configurations have it), or add `--bind "* -::*"` to the command. In a pod whose other containers are the only clients, nothing is to be done.',
  },
  VB518: {
    title: 'option is one word',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'An argument that does not begin with -- is one word to the server, also with blanks in it. At the beginning of a line it is the name of a directive, which does not exist, so the server ends.',
    fix: 'Put -- in front of it.',
  },
  VB525: {
    title: 'append-only files are not read',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The data directory has append-only files, and without `appendonly yes` the server reads its RDB file alone: it starts with older data, or with none.',
    fix: 'Add `--appendonly yes` (images of bitnami have it by default). Where the RDB file is the newer one, take the append-only files away.',
  },
  VB526: {
    title: 'RDB file is not read',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'With `appendonly yes` the server reads append-only files alone, and there are none: it starts empty, and the next save replaces the RDB file.',
    fix: 'Stop it at once. Start without `appendonly yes`, run `valkey-cli CONFIG SET appendonly yes`, wait until `aof_rewrite_in_progress` of INFO is 0; from then on start with it.',
  },
  VB601: {
    title: 'wrong command line for valkey-bundle',
    severity: 'error',
    exitCode: 64,
    meaning: 'The tool has no such command or option.',
    fix: 'valkey-bundle help lists the commands.',
  },
  VB602: {
    title: 'server does not answer',
    severity: 'error',
    exitCode: 1,
    meaning:
      'The health check asked the server with PING (and CLUSTER INFO), and got no answer or the error of one that serves nobody now.',
    fix: 'Look at the log of the container.',
  },
  VB603: {
    title: 'node has not joined a cluster',
    severity: 'error',
    exitCode: 1,
    meaning: 'The health check was asked for a joined node (--joined), and the server knows no node but itself.',
    fix: 'Form the cluster: valkey-bundle cluster ensure.',
  },
  VB901: {
    title: 'defect of the entrypoint',
    severity: 'error',
    exitCode: 70,
    meaning: 'Something happened that the entrypoint did not foresee. Nothing was started.',
    fix: 'Please report it with the output of DEBUG=1. To go on meanwhile, start /usr/local/libexec/valkey/valkey-server itself.',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
