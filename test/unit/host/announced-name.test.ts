import { describe, expect, it } from 'vitest';
import { bundle } from '../../support/fake-image.ts';
import { start, tool } from '../../support/fake-start.ts';

const cluster = ['--cluster-enabled', 'yes'];
const fullName = 'valkey-1.valkey-headless.shop.svc.cluster.local';
/** As the kubelet writes it. */
const hosts = (...own: string[]) =>
  ['# Kubernetes-managed hosts file.', '127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost', ...own, ''].join('\n');
const line = `10.1.2.3\t${fullName}\tvalkey-1`;
const pod = { hostName: 'valkey-1', addresses: ['10.1.2.3', 'fd00::3'], files: { '/etc/hosts': hosts(line) } };

type Image = NonNullable<Parameters<typeof start>[2]>;
function announced(image: Image = {}, command = cluster, env = {}): string[] {
  const argv = start(command, env, { ...pod, ...image }).exec?.argv ?? [];
  return argv.filter((element) => element.startsWith('--cluster-announce-hostname'));
}

describe('a pod in cluster mode announces the full name that /etc/hosts gives it', () => {
  it('as one option before those of the user', () => {
    const { exec } = start(cluster, {}, pod);
    const option = `--cluster-announce-hostname ${fullName}`;
    expect(announced()).toEqual([option]);
    expect(exec?.argv.indexOf(option)).toBeLessThan(exec?.argv.indexOf('--cluster-enabled') ?? 0);
  });
  it.each([
    ['whatever the case of the name', { hostName: 'Valkey-1' }],
    ['where the host name is the full one', { hostName: fullName }],
    ['by an IPv6 address', { files: { '/etc/hosts': hosts(line.replace('10.1.2.3', 'fd00::3')) } }],
    ['once where it has two addresses', { files: { '/etc/hosts': hosts(line, line.replace('10.1.2.3', 'fd00::3')) } }],
  ])('%s', (_, image) => expect(announced(image)).toEqual([`--cluster-announce-hostname ${fullName}`]));
  it('and says from where', () => {
    expect(start(cluster, { DEBUG: '1' }, pod).stderr).toContain(
      `cluster-announce-hostname ${fullName}  <- /etc/hosts:4`,
    );
    const { stdout } = tool(['plan', '--json', '--', 'valkey-server', ...cluster], {}, pod);
    expect(JSON.parse(stdout)).toMatchObject({
      directives: [{ text: `cluster-announce-hostname ${fullName}`, source: '/etc/hosts:4' }],
    });
  });
});

describe('no name is announced', () => {
  it('without cluster mode', () => expect(announced({}, [])).toEqual([]));
  it.each([
    ['without /etc/hosts', { files: {} }],
    ['where the line is that of another address', { addresses: ['10.1.2.4'] }],
    ['where the line is that of another host', { hostName: 'valkey-2' }],
    ['where the name begins with that of another host', { hostName: 'valkey' }],
    ['where there is only the short name', { files: { '/etc/hosts': hosts('10.1.2.3\tvalkey-1') } }],
    ['where the name has one dot', { files: { '/etc/hosts': hosts('10.1.2.3\tvalkey-1.local\tvalkey-1') } }],
    ['where the line is a comment', { files: { '/etc/hosts': hosts(`# ${line}`) } }],
    ['where the server would not take it', { files: { '/etc/hosts': hosts('10.1.2.3 valkey-1.a_b.c valkey-1') } }],
    [
      'where it is longer than the server takes',
      { files: { '/etc/hosts': hosts(`10.1.2.3 valkey-1.${'a'.repeat(250)}.c valkey-1`) } },
    ],
  ])('%s', (_, image) => expect(announced(image)).toEqual([]));
  it('beside one of the command line, of VALKEY_EXTRA_FLAGS, of the file or of an include, nor beside an empty one', () => {
    const own = 'cluster-announce-hostname mine';
    const files = { ...pod.files, '/etc/a.conf': `${own}\n`, '/etc/b.conf': 'include /etc/a.conf\n' };
    expect(announced({}, [...cluster, '--cluster-announce-hostname', 'mine'])).toEqual(['--cluster-announce-hostname']);
    expect(announced({}, cluster, { VALKEY_EXTRA_FLAGS: `"--${own}"` })).toEqual([`--${own}`]);
    expect(announced({ files }, ['/etc/a.conf', ...cluster])).toEqual([]);
    expect(announced({ files }, ['/etc/b.conf', ...cluster])).toEqual([]);
    expect(announced({}, [...cluster, '--cluster-announce-hostname ""'])).toEqual(['--cluster-announce-hostname ""']);
  });
  it('beside one of the image', () => {
    const image = { moduleArgs: [], directives: [{ name: 'cluster-announce-hostname', value: 'of-the-image' }] };
    expect(announced({ bundle: { ...bundle, defaults: image } })).toEqual(['--cluster-announce-hostname of-the-image']);
  });
});
