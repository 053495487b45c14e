import type { CataloguePage } from './page.ts';

/** Findings of `valkey-bundle doctor` about a server that runs, and about its machine. */
export const serverEntries = {
  VB801: {
    title: 'the server does not have the modules of its start',
    severity: 'error',
    exitCode: 1,
    meaning:
      'MODULE LIST lacks a module that the start loaded, or has it with other arguments: it was unloaded, or loaded anew by hand.',
    fix: 'Restart the server; `valkey-bundle plan` shows where each argument comes from.',
  },
  VB802: {
    title: 'a module that the start did not load',
    severity: 'warning',
    exitCode: 0,
    meaning: 'Somebody loaded it by MODULE LOAD. It is gone after the next start.',
    fix: 'Put its file into MODULE_DIR, or a loadmodule line into the configuration.',
  },
  VB803: {
    title: 'anybody who reaches the server may do everything',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The user `default` needs no password and has every right, and the server listens on more than loopback.',
    fix: 'Set VALKEY_PASSWORD_FILE or VALKEY_PASSWORD, or publish the port on 127.0.0.1 only.',
  },
  VB804: {
    title: 'maxmemory is more than the container may use',
    severity: 'error',
    exitCode: 1,
    meaning: 'The kernel ends the server at the limit, long before it would begin to refuse writes or to evict keys.',
    fix: 'Set maxmemory to half of the limit where the server saves, to three quarters where it does not; or raise the limit.',
  },
  VB805: {
    title: 'memory has a limit, and maxmemory is not set',
    severity: 'warning',
    exitCode: 0,
    meaning: 'A server that is full is ended by the kernel, in the place of refusing writes or evicting keys.',
    fix: 'Set maxmemory to half of the limit where the server saves, to three quarters where it does not.',
  },
  VB806: {
    title: 'a save may need more memory than there is',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'While it saves, the server keeps a copy of every page that is written meanwhile: up to as much again as its data. maxmemory is more than half of the limit.',
    fix: 'Set maxmemory to half of the limit, or raise the limit.',
  },
  VB807: {
    title: 'the kernel may refuse memory for a save',
    severity: 'warning',
    exitCode: 0,
    meaning: 'vm.overcommit_memory is not 1, so a save (a fork) of a large server can fail although memory is there.',
    fix: 'On the machine, not in the container: sysctl vm.overcommit_memory=1, and the same in /etc/sysctl.d.',
  },
  VB808: {
    title: 'transparent huge pages are on',
    severity: 'warning',
    exitCode: 0,
    meaning: 'They make a save copy two megabytes for each byte that changes, and delays with it.',
    fix: 'On the machine: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; or leave `disable-thp yes` as it is.',
  },
  VB809: {
    title: 'fewer clients than wanted',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The server lowered maxclients at its start, because it may not open as many files.',
    fix: 'Raise the limit of open files: docker run --ulimit nofile=..., or that of the container runtime.',
  },
  VB810: {
    title: 'the queue of new connections is cut',
    severity: 'warning',
    exitCode: 0,
    meaning: 'net.core.somaxconn is smaller than tcp-backlog: in a rush, new connections are dropped.',
    fix: 'docker run --sysctl net.core.somaxconn=...; on Kubernetes securityContext.sysctls, where that is allowed.',
  },
  VB811: {
    title: 'the server does not get its data onto the disk',
    severity: 'error',
    exitCode: 1,
    meaning:
      'The last save, the last rewrite of the AOF or the last write to it failed. What was written since is in memory alone.',
    fix: 'Look for the reason in the log: no space, no permission, no memory for the fork. Then BGSAVE or BGREWRITEAOF.',
  },
  VB812: {
    title: 'one node that is away takes every key along',
    severity: 'warning',
    exitCode: 0,
    meaning: 'cluster-require-full-coverage is yes: while a slot has no node, the whole cluster refuses commands.',
    fix: 'Leave the directive away, so that the image sets it to no, unless all or nothing is what you want.',
  },
  VB813: {
    title: 'the server does not answer',
    severity: 'error',
    exitCode: 75,
    meaning:
      'A server was started here, and nothing could be asked of it: no connection, a wrong password, or it loads its data.',
    fix: 'With NOAUTH or WRONGPASS: the password is no longer that of the start, so restart with the new one. Else the log says more.',
  },
  VB814: {
    title: 'the server does not let us ask',
    severity: 'error',
    exitCode: 75,
    meaning: 'A question was refused, so what it would have shown is not known. It is not taken for well.',
    fix: 'Ask as a user who may: doctor needs INFO, CONFIG GET, MODULE LIST and ACL GETUSER.',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
