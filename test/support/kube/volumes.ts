import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { outputOf } from '../../../scripts/lib/engine.ts';
import { type Files, tarOf } from '../docker-container.ts';
import { engine, images, label, requireImage } from '../docker-engine.ts';
import type { Manifest } from './manifest.ts';
import type { Volume } from './schema.ts';

/** Makes volumes of the engine and lays out what is in them, with a container that never starts. */
export async function makeVolumes(contents: Readonly<Record<string, Files>>): Promise<void> {
  const names = Object.keys(contents);
  if (names.length === 0) return;
  for (const name of names) await engine.createVolume({ Name: name, Labels: label });
  await requireImage(images.test);
  const helper = await engine.createContainer({
    Image: images.test,
    Labels: label,
    HostConfig: { Mounts: names.map((name) => volumeMount(name, `/volumes/${name}`, false)), NetworkMode: 'none' },
  });
  try {
    const files = names.flatMap((name) =>
      Object.entries(contents[name] ?? {}).map(([path, file]) => [join(name, path), file]),
    );
    await helper.putArchive(tarOf(Object.fromEntries(files)), { path: '/volumes' });
  } finally {
    await helper.remove({ force: true });
  }
}

/** `NoCopy`: what the image has at that path does not come along, as in Kubernetes. */
export function volumeMount(source: string, target: string, readOnly: boolean): Docker.MountSettings {
  return { Type: 'volume', Source: source, Target: target, ReadOnly: readOnly, VolumeOptions: noCopy };
}

const noCopy = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } };

/** An empty claim, as fsGroup leaves it: root's, and the group may write. */
export function claimFiles(fsGroup: number): Files {
  return { '.': { directory: true, mode: 0o2775, gid: fsGroup } };
}

/**
 * A ConfigMap or Secret as the kubelet lays it out: each key is a link into `..data`, itself a link to a folder that an
 * update would swap. fsGroup makes the files the group's and lets it read. Throws where there is no such object.
 */
export function keyFiles(
  keys: ReadonlyMap<string, Buffer>,
  mode: number,
  fsGroup: number,
  folder = '..2026_01_01_00_00_00.1',
): Files {
  const files: Record<string, Files[string]> = {
    '.': { directory: true, mode: 0o2777, gid: fsGroup },
    [folder]: { directory: true, mode: 0o2755, gid: fsGroup },
    '..data': { linkTo: folder },
  };
  for (const [key, text] of keys) {
    files[`${folder}/${key}`] = { text, mode: mode | 0o440, gid: fsGroup };
    files[key] = { linkTo: `..data/${key}` };
  }
  return files;
}

/**
 * Lays other keys out in a volume that is in use, as the kubelet does: a folder of its own, then the link to it in
 * place of the former one. A volume that has those keys already is left as it is.
 */
export async function swapKeys(
  volume: string,
  keys: ReadonlyMap<string, Buffer>,
  mode: number,
  fsGroup: number,
): Promise<void> {
  const folder = `..next.${randomUUID()}`;
  const files = Object.entries(keyFiles(keys, mode, fsGroup, folder)).filter(([path]) => path.startsWith(folder));
  const script = `cd /data
    if diff -r ..data ${folder}; then rm -r ${folder}; exit; fi
    old=$(readlink ..data)
    ln -s ${folder} ..data_tmp
    mv -T ..data_tmp ..data
    rm -r "$old"`;
  await onVolume(volume, script, Object.fromEntries(files));
}

/** False for an object that is gone. */
export function isThere(volume: Volume, { configMaps, secrets }: Pick<Manifest, 'configMaps' | 'secrets'>): boolean {
  if ('emptyDir' in volume || 'persistentVolumeClaim' in volume) return true;
  return 'secret' in volume ? secrets.has(volume.secret.secretName) : configMaps.has(volume.configMap.name);
}

/** The keys and the mode of a volume that has keys; undefined for any other. Throws where there is no such object. */
export function keysOfVolume(
  volume: Volume,
  { configMaps, secrets }: Pick<Manifest, 'configMaps' | 'secrets'>,
): { readonly keys: ReadonlyMap<string, Buffer>; readonly mode: number } | undefined {
  if ('emptyDir' in volume || 'persistentVolumeClaim' in volume) return undefined;
  const isSecret = 'secret' in volume;
  const name = isSecret ? volume.secret.secretName : volume.configMap.name;
  const keys = (isSecret ? secrets : configMaps).get(name);
  if (keys === undefined) throw new Error(`there is no ${isSecret ? 'Secret' : 'ConfigMap'} ${name}`);
  return { keys, mode: (isSecret ? volume.secret.defaultMode : volume.configMap.defaultMode) ?? 0o644 };
}

/** Runs a shell script on a volume, mounted as /data and with these files added, and returns what it printed. */
export async function onVolume(volume: string, script: string, files: Files = {}): Promise<string> {
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    User: '0:0',
    Entrypoint: ['sh', '-ec', script],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { Mounts: [volumeMount(volume, '/data', false)], NetworkMode: 'none' },
  });
  try {
    await container.putArchive(tarOf(files), { path: '/data' });
    await container.start();
    await container.wait();
    const { State } = await container.inspect();
    const { stdout, stderr } = await outputOf(container);
    if (State.ExitCode !== 0) throw new Error(`${script} ended with ${State.ExitCode}: ${stderr}${stdout}`);
    return stdout;
  } finally {
    await container.remove({ force: true });
  }
}
