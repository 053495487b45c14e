import { chooseProjects, wantsEngine } from './test-projects.mjs';

/** Verbs that always run containers. */
const withContainers = ['start', 'image', 'parity', 'test-full', 'bench', 'build', 'verify', 'release'];

/** With these a verb only says what it would do, or how it is called. */
const helps = ['--help', '-h'];
const onlyTalks = [...helps, '--dry-run'];

/**
 * What a verb wants of a Docker engine. `start`: one is started if none answers; `find`: there is work only if one
 * answers; `none`: it is not looked for.
 */
export function engineNeed(verb, args) {
  const talks = args.some((arg) => onlyTalks.includes(arg));
  // Also with --dry-run: what there is to push is asked of the engine.
  if (verb === 'publish')
    return args.includes('--stage') && !args.some((arg) => helps.includes(arg)) ? 'start' : 'none';
  if (withContainers.includes(verb)) return talks ? 'none' : 'start';
  if (verb === 'stop') return talks ? 'none' : 'find';
  if (verb === 'test') return !talks && wantsEngine(chooseProjects(wordsOf(args))) ? 'start' : 'none';
  return 'none';
}

function wordsOf(args) {
  return args.filter((arg) => !arg.startsWith('-'));
}
