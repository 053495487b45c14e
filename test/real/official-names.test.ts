import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { images } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { standIns } from '../support/valkey-modules.ts';

/* What the images valkey/valkey, valkey/valkey-bundle and redis have, docs/drop-in.md: names, paths, and who may use them. */

const containers = useContainers();

const launcher = '/usr/local/libexec/valkey/valkey-bundle';
const server = '/usr/local/libexec/valkey/valkey-server';
/** Where each name in /usr/local/bin leads. */
const names: Readonly<Record<string, string>> = {
  'docker-entrypoint.sh': launcher,
  'bundle-docker-entrypoint.sh': launcher,
  ...Object.fromEntries(
    ['valkey', 'redis'].flatMap((brand) => [
      [`${brand}-server`, launcher],
      [`${brand}-sentinel`, launcher],
      [`${brand}-check-aof`, server],
      [`${brand}-check-rdb`, server],
      [`${brand}-cli`, '/usr/bin/valkey-cli'],
      [`${brand}-benchmark`, '/usr/bin/valkey-benchmark'],
    ]),
  ),
};

/** Prints where each of them leads, or an empty line. */
const lead = `cd /usr/local/bin && for name in ${Object.keys(names).join(' ')}; do
  echo "$(test -x $name && readlink -f $name)"
done`;
/** Makes of the image what `make install` and upstream's Dockerfile leave: everything in /usr/local/bin, one binary with links to it. */
const likeUpstream = `cd /usr/local/bin && mv valkey-bundle /tmp/launcher && rm * &&
  mv ${server} /usr/bin/valkey-cli /usr/bin/valkey-benchmark . && rm /usr/bin/valkey-* &&
  for name in sentinel check-aof check-rdb; do ln -s valkey-server valkey-$name; done &&
  echo '#!/bin/sh' >docker-entrypoint.sh && chmod 755 docker-entrypoint.sh`;

async function shell(script: string, user = '0:0'): Promise<string> {
  const { stdout } = await containers.run({ image: images.local, user, entrypoint: ['sh', '-c', script] });
  return stdout.trim();
}

describe('every name of the official images', () => {
  it('leads to its program, by the path that it has there', async () => {
    expect((await shell(lead)).split('\n')).toEqual(Object.values(names));
  });

  it('is there, too, on a base that is laid out as upstream’s, and after layout.sh has run again', async () => {
    const container = await containers.make({
      image: images.local,
      user: '0:0',
      entrypoint: [
        'sh',
        '-c',
        `${likeUpstream} && sh /layout.sh && mv /tmp/launcher ${launcher} && sh /layout.sh && ${lead}`,
      ],
      files: { '/layout.sh': await readFile('docker/layout.sh', 'utf8') },
    });
    await container.start();
    expect(await container.ended()).toBe(0);
    const own = Object.values(names).map((target) => target.replace('/usr/bin', '/usr/local/bin'));
    const { stdout } = await container.output();
    expect(stdout.trim().split('\n')).toEqual(own);
  });
});

const options = ['valkey-server', '--loglevel', 'verbose'];

describe('the entrypoint of an official image', () => {
  it.each([
    ['docker-entrypoint.sh as --entrypoint', { entrypoint: ['docker-entrypoint.sh'], command: options }],
    ['bundle-docker-entrypoint.sh as --entrypoint', { entrypoint: ['bundle-docker-entrypoint.sh'], command: options }],
    ['its path, with an option', { entrypoint: ['/usr/local/bin/docker-entrypoint.sh'], command: options.slice(1) }],
    ['docker-entrypoint.sh as a command', { command: ['docker-entrypoint.sh', ...options] }],
    ['docker-entrypoint.sh as a command, as root', { user: 'root', command: ['docker-entrypoint.sh', ...options] }],
  ])('%s, starts the server with every module, and VALKEY_EXTRA_FLAGS once', async (_, wish) => {
    const running = await containers.serve({ ...wish, env: { VALKEY_EXTRA_FLAGS: '--save "60 1"' } });
    expect(await running.modules()).toEqual(standIns);
    expect(await running.config('loglevel')).toEqual({ loglevel: 'verbose' });
    // Said twice, it would be "60 1 60 1".
    expect(await running.config('save')).toEqual({ save: '60 1' });
  });
});

describe('the folder /run/valkey', () => {
  it('belongs to valkey and is open to everybody', async () => {
    expect(await shell('stat -c "%u:%g %a" /run/valkey')).toBe('999:999 1777');
  });

  it.each([
    ['the image’s user', {}],
    ['the image’s user, on a volume', { volumes: ['/run/valkey'] }],
    ['any other user, on a volume', { user: '1234:1234', volumes: ['/run/valkey'] }],
    ['root, on a volume', { user: 'root', volumes: ['/run/valkey'] }],
  ])('takes the socket of %s', async (_, wish) => {
    const running = await containers.serve({ ...wish, command: ['--unixsocket', '/run/valkey/valkey.sock'] });
    expect(await running.container.read('valkey-cli', '-s', '/run/valkey/valkey.sock', 'PING')).toBe('PONG\n');
  });
});

describe('files of the image', () => {
  it('in /etc/valkey are read under any uid', async () => {
    const running = await containers.serve({
      user: '1000:1000',
      command: ['/etc/valkey/valkey.conf'],
      files: { '/etc/valkey/valkey.conf': 'loglevel verbose\n' },
    });
    expect(await running.config('loglevel')).toEqual({ loglevel: 'verbose' });
  });

  it('are closed to others only where Debian keeps secrets or its package manager works', async () => {
    const narrow = await shell('find / -xdev \\( -type d ! -perm -005 -o -type f ! -perm -004 \\) -print');
    const kept =
      /^\/(root$|etc\/(g?shadow-?$|\.pwd\.lock$|security\/opasswd$)|var\/(cache|lib)\/(apt|debconf|dpkg|ldconfig))/;
    expect(narrow.split('\n').filter((path) => !kept.test(path))).toEqual([]);
  });
});

describe('what tools look for', () => {
  let version = '';
  beforeAll(async () => {
    version = /v=(\S+)/.exec(await shell('valkey-server --version'))?.[1] ?? 'none';
  });

  it('VALKEY_VERSION is the server’s version', async () => {
    expect(await shell('echo "$VALKEY_VERSION"')).toBe(version);
  });

  it('/usr/local/valkey.spdx.json names the server’s version, readable by everybody', async () => {
    const document: unknown = JSON.parse(await shell('cat /usr/local/valkey.spdx.json', '1234:1234'));
    expect(document).toMatchObject({
      spdxVersion: 'SPDX-2.3',
      packages: [{ name: 'valkey-server', versionInfo: version }],
    });
  });
});
