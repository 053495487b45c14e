/* Answers of a server to a probe, as they come over the wire, or with a `!` in front where there is none. */

export const info = (state: string, nodes: number, { assigned = 16384, failed = 0 } = {}): string =>
  `$cluster_state:${state}\r\ncluster_slots_assigned:${assigned}\r\ncluster_slots_fail:${failed}\r\ncluster_known_nodes:${nodes}\r\n`;
export const disabled = '-ERR This instance has cluster support disabled';
export const denied = "-NOPERM User default has no permissions to run the 'cluster|info' command";

interface Case {
  readonly ping: string;
  /** It serves commands. */
  readonly healthy: boolean;
  /** What --alive says. */
  readonly alive: string;
}

export const answers: readonly Case[] = [
  { ping: '+PONG', healthy: true, alive: 'alive' },
  { ping: '-NOAUTH Authentication required.', healthy: true, alive: 'alive' },
  { ping: '-WRONGPASS invalid username-password pair or user is disabled.', healthy: true, alive: 'alive' },
  { ping: "-NOPERM User default has no permissions to run the 'ping' command", healthy: true, alive: 'alive' },
  { ping: "-ERR unknown command 'PING', with args beginning with: ", healthy: true, alive: 'alive' },
  { ping: '-DENIED Running in protected mode', healthy: true, alive: 'alive' },
  { ping: '-ERR max number of clients reached', healthy: false, alive: 'alive' },
  { ping: '-ERR max number of clients + cluster connections reached', healthy: false, alive: 'alive' },
  { ping: '-LOADING Valkey is loading the dataset in memory', healthy: false, alive: 'alive (loading)' },
  { ping: '-BUSY Valkey is busy running a script.', healthy: false, alive: 'alive' },
  { ping: '-MASTERDOWN Link with PRIMARY is down', healthy: false, alive: 'alive' },
  { ping: '-MISCONF Errors writing to the AOF file: No space left on device', healthy: false, alive: 'alive' },
  { ping: '!Connection refused', healthy: false, alive: 'VB602' },
];
