import { asBytes, type Bytes, pathOf } from '../bytes.ts';
import { frame } from '../code-frame.ts';
import { type Details, refuse } from '../diagnostics.ts';
import type { Host, Machine, ModuleFiles } from '../host.ts';
import { absolute } from '../path.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Module } from './discover.ts';
import type { WantedLoad } from './merge.ts';

/**
 * Checks one module file that will be loaded, cheaply: it is there, readable, has an execute bit as the server demands (module.c,
 * moduleLoad), and is a shared object for this machine. Refuses VB302 to VB307.
 */
export function checkModuleFile(
  files: ModuleFiles,
  machine: Machine,
  path: string,
  module: Module | null,
  by: Details,
): void {
  const found = files.inspect(path);
  switch (found.kind) {
    case 'missing':
      throw refuse('VB302', `${withoutSecrets(path)} does not exist`, by);
    case 'directory':
      throw refuse('VB305', `${path} is a directory`, by);
    case 'unreadable':
      throw refuse('VB303', `${withoutSecrets(path)} cannot be read: ${found.why}`, by);
    case 'file':
      break;
  }
  if ((found.mode & 0o111) === 0) {
    const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
    throw refuse('VB304', `${path} has mode ${mode}: nobody may execute it`, { ...by, hint: `chmod 0755 ${path}` });
  }
  checkElf(path, found.head, machine.arch, by);
  checkProcessor(path, machine, module, by);
}

/**
 * Asks, with the server's own rights, whether it may read each module that it will load: root read them all. A name without a slash is
 * looked up by dlopen, in the system's library path. Refuses VB303.
 */
export function checkModuleAccess(
  host: Pick<Host, 'mayRead'>,
  loads: readonly WantedLoad[],
  cwd: string,
  who: string,
): void {
  for (const load of loads) {
    const path = absolute(pathOf(load.path), cwd);
    if (!load.path.includes('/') || host.mayRead(path)) continue;
    throw refuse('VB303', `${path} cannot be read by ${who}`, placeOfLoad(load));
  }
}

/** Where a load is asked for: the user's line, or the module's file in the module directory. */
export function placeOfLoad({ line, module }: WantedLoad): Details {
  if (line === null) return { at: { kind: 'directory', path: module.path } };
  // The excerpt only where somebody shows it: every start asks for places.
  return {
    at: line.at,
    get frame() {
      return frame(line.directive.line.text);
    },
  };
}

function checkElf(path: string, head: Bytes, arch: string, by: Details): void {
  if (head.length === 0) throw refuse('VB305', `${path} is empty`, by);
  if (!head.startsWith('\x7fELF')) throw refuse('VB305', `${path} is not an ELF file: it begins with ${hex(head)}`, by);
  if (head.length < 20 || head.charCodeAt(4) !== ELF_64_BIT)
    throw refuse('VB305', `${path} is not a 64-bit ELF file`, by);
  const machine = head.charCodeAt(18) | (head.charCodeAt(19) << 8);
  const wanted = ELF_MACHINES[arch];
  if (wanted !== undefined && machine !== wanted) {
    const name = Object.entries(ELF_MACHINES).find(([, number]) => number === machine)?.[0] ?? `ELF machine ${machine}`;
    throw refuse('VB306', `${path} was built for ${name}, and this is ${arch}`, by);
  }
  if (head.charCodeAt(16) !== ELF_SHARED_OBJECT)
    throw refuse('VB305', `${path} is an ELF file, but no shared object`, by);
}

/** e_ident[EI_CLASS], e_type and e_machine of the ELF header (elf(5)). */
const ELF_64_BIT = 2;
const ELF_SHARED_OBJECT = 3;
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

function hex(head: Bytes): string {
  return [...asBytes(head.slice(0, 4))].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

function checkProcessor(path: string, machine: Machine, module: Module | null, by: Details): void {
  const needed = module?.manifest?.requires.cpu?.[machine.arch === 'arm64' ? 'arm64' : 'x64'] ?? [];
  if (needed.length === 0) return;
  const offered = machine.cpuFlags();
  const missing = offered.size === 0 ? [] : needed.filter((flag) => !offered.has(flag));
  if (missing.length > 0) {
    throw refuse('VB307', `${path} needs ${missing.join(', ')}, which this processor does not offer`, {
      ...by,
      hint: `Run on a newer processor, or leave the module out: VALKEY_MODULES=-${module?.name ?? ''}`,
    });
  }
}
