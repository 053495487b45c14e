import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Files, tarOf } from './docker-container.ts';

/** A repository of a test registry, spoken to by bare requests: tests look at it past the code that they are about. */
export interface RawRepository {
  /** An image of a few files, put there without an engine; the digest of its manifest. */
  putImage(architecture: string, labels?: Readonly<Record<string, string>>, files?: Files): Promise<SeededImage>;
  put(reference: string, mediaType: string, body: string): Promise<void>;
  /** Exact bytes behind a tag or digest; null if there is none. */
  bytes(reference: string): Promise<Buffer | null>;
  digest(reference: string): Promise<string | null>;
  tags(): Promise<string[]>;
}

export interface SeededImage {
  readonly digest: string;
  readonly layer: string;
}

export interface RawUser {
  readonly username: string;
  readonly password: string;
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
};

export function rawRepository(host: string, name: string, user?: RawUser): RawRepository {
  const authorization = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, `http://${host}/v2/${name}/`), {
      ...init,
      headers: { ...init.headers, ...(authorization === undefined ? {} : { authorization }) },
    });
  const putBlob = async (body: Buffer): Promise<{ digest: string; size: number }> => {
    const digest = digestOf(body);
    const started = await expect(201, 202)(await send('blobs/uploads/', { method: 'POST' }));
    const upload = new URL(started.headers.get('location') ?? '', `http://${host}`);
    upload.searchParams.set('digest', digest);
    await expect(201)(await send(upload.href, { method: 'PUT', body: new Uint8Array(body) }));
    return { digest, size: body.length };
  };
  const put = async (reference: string, mediaType: string, body: string): Promise<void> => {
    const headers = { 'content-type': mediaType };
    await expect(201)(await send(`manifests/${reference}`, { method: 'PUT', headers, body }));
  };
  const bytes = async (reference: string): Promise<Buffer | null> => {
    const headers = { accept: Object.values(types).join(', ') };
    const response = await send(`manifests/${reference}`, { headers });
    if (response.status === 404) return null;
    return Buffer.from(await (await expect(200)(response)).arrayBuffer());
  };
  /** The images of one repository share their only layer where its files are of no importance. */
  let shared: ReturnType<typeof putLayer> | undefined;
  const putLayer = async (files: Files) => {
    const tar = tarOf(files);
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...(await putBlob(gzipSync(tar))) };
    return { layer, diffId: digestOf(tar) };
  };
  return {
    put,
    bytes,
    async digest(reference) {
      const found = await bytes(reference);
      return found && digestOf(found);
    },
    async tags() {
      const response = await send('tags/list');
      if (response.status === 404) return [];
      const list: unknown = await response.json();
      const tags = typeof list === 'object' && list !== null && 'tags' in list ? list.tags : null;
      return Array.isArray(tags) ? tags.map(String).sort() : [];
    },
    async putImage(architecture, labels = {}, files) {
      shared ??= putLayer({ '/content': name });
      const { layer, diffId } = await (files === undefined ? shared : putLayer(files));
      // The comment makes every image one of its own.
      const image = { architecture, os: 'linux', config: { Labels: labels }, history: [{ comment: randomUUID() }] };
      const config = Buffer.from(JSON.stringify({ ...image, rootfs: { type: 'layers', diff_ids: [diffId] } }));
      const described = { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await putBlob(config)) };
      const manifest = { schemaVersion: 2, mediaType: types.manifest, config: described, layers: [layer] };
      const body = JSON.stringify(manifest);
      const digest = digestOf(Buffer.from(body));
      await put(digest, types.manifest, body);
      return { digest, layer: layer.digest };
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function expect(...statuses: readonly number[]) {
  return async (response: Response): Promise<Response> => {
    if (statuses.includes(response.status)) return response;
    throw new Error(`${response.url} answers ${response.status}: ${await response.text()}`);
  };
}
