import { layout } from '../layout.ts';
import { CheckFailed, require, requireSame } from '../outcome.ts';
import type { Expected } from '../subject.ts';
import type { FileFact, ImageFacts } from './facts.ts';

type Rule = (facts: ImageFacts, expected: Expected) => string;

/** What has to stand where, by the name of the check. Each gives what was seen, or throws CheckFailed. */
export const fileRules: Readonly<Record<string, Rule>> = {
  'structure: exactly the modules of the line are there': ({ files }, { manifests }) => {
    const wanted = manifests.map(({ file }) => `${layout.modules}/${file}`).sort();
    const there = [...files.keys()].filter((path) => path.startsWith(`${layout.modules}/`)).sort();
    requireSame(`what is in ${layout.modules}`, there, wanted);
    return wanted.join(', ');
  },
  'structure: modules have mode 0755 and belong to root': ({ files }, { manifests }) => {
    for (const { file } of manifests) requireFile(files, `${layout.modules}/${file}`, '755');
    return `${manifests.length} modules`;
  },
  'structure: the launcher has its names, on every folder of PATH': ({ files, leadsTo }) => {
    requireFile(files, layout.launcher, '755');
    requireFile(files, layout.tool, '755');
    for (const name of layout.launcherNames) {
      const path = `/usr/local/bin/${name}`;
      requireSame(`what ${path} leads to`, leadsTo.get(path), layout.launcher);
    }
    for (const [path, target] of leadsTo) requireSame(`what ${path} leads to`, target, layout.launcher);
    return [...leadsTo.keys()].join(', ');
  },
  'structure: the real server stands outside of PATH': ({ files }) => {
    requireFile(files, layout.server, '755');
    return layout.server;
  },
  'structure: data and run directories are open to every uid': ({ files }) => {
    for (const path of layout.openFolders) {
      const found = files.get(path) ?? missing(path);
      requireSame(`type and mode of ${path}`, [found.type, found.mode], ['d', '1777']);
    }
    return layout.openFolders.join(', ');
  },
  'structure: no build tools are left': ({ tools }) => {
    require(tools.length === 0, () => `found ${tools.join(', ')}`);
    return `none of ${layout.buildTools.length}`;
  },
  'doctor: finds nothing wrong': ({ doctor }) => {
    require(doctor.exitCode === 0, () => `exit code ${doctor.exitCode}: ${oneLine(doctor.text)}`);
    return `${doctor.text.split('\n').length} lines`;
  },
};

function requireFile(files: ImageFacts['files'], path: string, mode: string): void {
  const { type, mode: has, uid, gid } = files.get(path) ?? missing(path);
  requireSame(`type, mode and owner of ${path}`, [type, has, uid, gid], ['f', mode, 0, 0]);
}

function missing(path: string): FileFact {
  throw new CheckFailed(`${path} is missing`);
}

function oneLine(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('ok '))
    .join(' | ');
}
