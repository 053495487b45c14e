import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ArchiveLine, ArchiveModule } from './base-line.ts';
import type { Deb } from './debian.ts';

/**
 * Lays out the files that the base gets beside its packages: /usr/lib/valkey/<name>.so and each module's copyright file.
 * The packages are unpacked rather than installed, because redis-redisearch depends on a whole second server.
 */
export async function layOverlay(
  line: ArchiveLine,
  debs: Readonly<Record<string, Deb>>,
  folder: string,
): Promise<void> {
  for (const [name, module] of Object.entries(line.modules)) {
    const deb = debs[name];
    if (deb) await layModule(name, module, deb, folder);
  }
}

async function layModule(name: string, module: ArchiveModule, deb: Deb, folder: string): Promise<void> {
  const unpacked = `${deb.path}.unpacked`;
  await execa('dpkg-deb', ['--extract', deb.path, unpacked]);

  const file = join(folder, 'usr/lib/valkey', `${name}.so`);
  await copyInto(join(unpacked, module.file), file);
  // Stripping comes first: patchelf moves sections to where strip would not expect them.
  await execa('strip', ['--strip-unneeded', file]);
  for (const library of module.addNeeded) await execa('patchelf', ['--add-needed', library, file]);
  // The server refuses a module that is not executable, as redis-module-knot ships it.
  await chmod(file, 0o755);

  const copyright = `usr/share/doc/${deb.package}/copyright`;
  await copyInto(join(unpacked, copyright), join(folder, copyright));
}

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
