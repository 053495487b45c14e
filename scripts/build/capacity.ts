import { availableParallelism, totalmem } from 'node:os';
import { execa } from 'execa';
import { dockerClient } from '../lib/engine.ts';
import type { Capacity } from './schedule.ts';

/** Part of the memory that builds may take: the engine, the linker and the rest of the machine need some. */
const usable = 0.85;

/** What the machine of the engine has, as the engine says: it may be a virtual machine, or somewhere else. Where none answers: this machine. */
export async function engineCapacity(): Promise<Capacity> {
  try {
    const { stdout } = await execa(dockerClient(), ['info', '--format', '{{.NCPU}} {{.MemTotal}}'], {
      stdin: 'ignore',
    });
    const [cores = 0, bytes = 0] = stdout.trim().split(' ').map(Number);
    if (cores > 0 && bytes > 0) return { cores, memory: mebibytes(bytes) };
  } catch {
    // A plan needs no engine.
  }
  return { cores: availableParallelism(), memory: mebibytes(totalmem()) };
}

function mebibytes(bytes: number): number {
  return Math.floor((bytes * usable) / 1024 ** 2);
}
