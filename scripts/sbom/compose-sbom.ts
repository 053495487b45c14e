import { Enums, Models } from '@cyclonedx/cyclonedx-library';
import { baseComponents } from './base-components.ts';
import { type ComponentFacts, componentOf } from './component.ts';
import type { SbomInputs } from './inputs.ts';
import { builtComponents, packagedComponents } from './module-components.ts';
import { genericPurl } from './purl.ts';

/** The document of one line and architecture: what the image is, what is in it, and what came in through what. */
export function composeSbom(inputs: SbomInputs): Models.Bom {
  const { line, architecture, epoch, entrypoint } = inputs;
  const known = new Map<string, Models.Component>();
  const add = (facts: ComponentFacts): Models.Component => {
    const component = known.get(facts.key) ?? componentOf(facts);
    known.set(facts.key, component);
    return component;
  };
  const addUnder = (top: ComponentFacts, parts: readonly ComponentFacts[]): Models.Component => {
    const component = add(top);
    // In the order of their keys: the document must not depend on the order in which things were found.
    for (const part of parts.toSorted(byKey)) component.dependencies.add(add(part).bomRef);
    return component;
  };

  const image = componentOf({
    key: 'image',
    type: 'container',
    name: 'valkey-bundle',
    version: inputs.base.valkey,
    properties: { architecture, line },
  });
  const { image: base, parts } = baseComponents(inputs);
  const tops = [
    addUnder(base, parts),
    addUnder(program(entrypoint), [runtime(entrypoint)]),
    ...inputs.modules
      .map((entry) => (entry.kind === 'built' ? builtComponents(entry) : packagedComponents(entry, architecture)))
      .map(({ module, parts }) => addUnder(module, parts)),
  ];
  for (const { bomRef } of tops) image.dependencies.add(bomRef);

  const tool = componentOf({
    key: 'tool',
    type: 'application',
    name: 'valkey-bundle sbom',
    version: entrypoint.version,
  });
  return new Models.Bom({
    metadata: new Models.Metadata({
      ...(epoch === null ? {} : { timestamp: new Date(epoch * 1000) }),
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
      tools: new Models.Tools({ components: new Models.ComponentRepository([tool]) }),
      component: image,
    }),
    components: new Models.ComponentRepository(known.values()),
  });
}

/** npm packages only build the program: none of them is in it, and Node is all that it carries. */
function program({ version }: SbomInputs['entrypoint']): ComponentFacts {
  const description = 'The entrypoint: one executable, made of this project and the Node runtime alone';
  return {
    key: 'entrypoint',
    type: 'application',
    name: 'bundle-docker-entrypoint',
    version,
    licence: 'BSD-3-Clause',
    description,
    properties: { file: '/usr/local/libexec/valkey/valkey-bundle', pinned: 'true' },
  };
}

function runtime({ node }: SbomInputs['entrypoint']): ComponentFacts {
  const purl = genericPurl('node', node);
  const cpe = `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*` as const;
  return {
    key: purl,
    type: 'platform',
    name: 'node',
    version: node,
    purl,
    cpe,
    licence: 'MIT',
    properties: { pinned: 'true' },
  };
}

function byKey(a: ComponentFacts, b: ComponentFacts): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
