import { execa } from 'execa';
import { paths } from './image-paths.ts';

/** Its value is a commit, with `-dirty` behind it where the files were others. */
const revisionLabel = 'org.opencontainers.image.revision';

/** The label that says which commit an image was built from; none outside a git checkout. */
export async function revision(): Promise<Readonly<Record<string, string>>> {
  const described = await execa('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
    cwd: paths.root,
    reject: false,
  });
  return described.exitCode === 0 ? { [revisionLabel]: described.stdout.trim() } : {};
}
