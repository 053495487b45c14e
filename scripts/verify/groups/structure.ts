import type { Recorder } from '../recorder.ts';
import { bundleRules, readBundle } from '../structure/bundle-rules.ts';
import { configRules } from '../structure/config-rules.ts';
import type { ImageFacts } from '../structure/facts.ts';
import { fileRules } from '../structure/file-rules.ts';
import { checkSbom } from '../structure/sbom-rule.ts';
import type { Subject } from '../subject.ts';

/** What can be seen without a server: files, configuration, labels, bundle.json, list of components. Gives what bundle.json says. */
export async function checkStructure(
  recorder: Recorder,
  facts: ImageFacts,
  subject: Omit<Subject, 'bundle'>,
): Promise<Subject> {
  let bundle: Subject['bundle'] = null;
  await recorder.check('bundle.json: is valid', () => {
    bundle = readBundle(facts.bundle);
    return `version ${bundle.version}`;
  });
  const whole: Subject = { ...subject, bundle };
  for (const [name, rule] of Object.entries(fileRules)) await recorder.check(name, () => rule(facts, subject.expected));
  for (const [name, rule] of Object.entries(configRules)) await recorder.check(name, () => rule(whole));
  const { bundle: valid } = whole;
  if (valid !== null) {
    for (const [name, rule] of Object.entries(bundleRules))
      await recorder.check(name, () => rule({ ...whole, bundle: valid }));
  }
  await recorder.check('sbom: is valid and names what bundle.json names', () => checkSbom(facts, whole));
  return whole;
}
