import type { ContainerWish } from '../containers.ts';
import type { Group } from '../lab.ts';
import { layout } from '../layout.ts';
import { require, requireSame } from '../outcome.ts';
import { checkServer, type Server } from '../server.ts';

interface Way {
  readonly name: string;
  readonly wish: ContainerWish;
  readonly uid: number;
}

/** A folder of the operator's is all that can be written there. */
const writable = { '/data': 'mode=1777', '/tmp': 'mode=1777', '/run/valkey-bundle': 'mode=1777' };

const ways: readonly Way[] = [
  { name: 'user: started as root, the server drops to valkey', wish: { user: '0:0' }, uid: layout.uid },
  { name: 'user: an arbitrary uid', wish: { user: '1234:0' }, uid: 1234 },
  { name: 'user: a read-only root file system', wish: { readOnly: true, tmpfs: writable }, uid: layout.uid },
  {
    name: 'command: valkey-server in the place of ENTRYPOINT loads the modules, too',
    wish: { entrypoint: ['valkey-server'], command: ['--port', '6379'] },
    uid: layout.uid,
  },
];

/** The ways in which the image is started elsewhere: each runs the real server, as the right user, with every module. */
export const users: readonly Group[] = ways.map(
  ({ name, wish, uid }): Group =>
    (lab) =>
      checkServer(lab, name, wish, async (server) => {
        await requireOwner(server, uid);
        const loaded = (await server.modules()).map((module) => module.name).sort();
        requireSame('MODULE LIST', loaded, lab.subject.expected.manifests.map(({ loadName }) => loadName).sort());
        requireSame('the reply to SAVE', await server.cli('SAVE'), 'OK');
        return `uid ${uid}, ${loaded.length} modules`;
      }),
);

/** Process 1 is the real server, and real, effective, saved and file system uid are the wanted one. */
async function requireOwner(server: Server, uid: number): Promise<void> {
  const status = await server.read(['cat', '/proc/1/status'], String(uid));
  const uids = /^Uid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  require(uids.length === 4 && uids.every((each) => each === String(uid)), () =>
    `process 1 has the uids ${uids.join(', ')}, wanted ${uid}`);
  const executable = (await server.read(['readlink', '/proc/1/exe'], String(uid))).trim();
  requireSame('the executable of process 1', executable, layout.server);
}
