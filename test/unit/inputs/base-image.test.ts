import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { resolveBaseImage } from '../../../scripts/inputs/base-image.ts';
import { shortPatience } from '../../support/git-remote-workspace.ts';
import { problemOf } from '../../support/problem-of.ts';

it.each([
  ['refuses', 401, 'VP207', 1],
  ['is out of order', 503, 'VP206', 2],
  ['has no such repository', 404, 'VP203', 1],
] as const)('a registry that %s (%i) is %s', async (_, status, code, times) => {
  let asked = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('/manifests/')) asked += 1;
    response.writeHead(status).end();
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  const image = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}/valkey/valkey`;
  const wanted = { kind: 'image', image, tag: '9.0.4', reference: `${image}:9.0.4` } as const;
  const remote = { patience: shortPatience, aborted: new AbortController().signal, report: () => {} };
  try {
    const problem = await problemOf(resolveBaseImage(wanted, ['amd64'], remote));
    expect([problem.code, asked]).toEqual([code, times]);
    expect(problem.message).toContain(image);
  } finally {
    server.close();
  }
});
