import { chooseProjects, wantsEngine } from './test-projects.mjs';

/** Verbs that always run containers. */
const withContainers = [
  'start',
  'image',
  'parity',
  'test-full',
  'bench',
  'build',
  'verify',
  'verify-staged',
  'publish',
  'release',
];

/** With these a verb only says what it would do, or how it is called. */
const onlyTalks = ['--help', '-h', '--dry-run'];

/**
 * What a verb wants of a Docker engine. `start`: one is started if none answers; `find`: there is work only if one
 * answers; `none`: it is not looked for.
 */
export function engineNeed(verb, args) {
  const talks = args.some((arg) => onlyTalks.includes(arg));
  if (verb === 'publish' && !args.includes('--stage')) return 'none';
  if (withContainers.includes(verb)) return talks ? 'none' : 'start';
  if (verb === 'stop') return talks ? 'none' : 'find';
  if (verb === 'test') return !talks && wantsEngine(chooseProjects(wordsOf(args))) ? 'start' : 'none';
  return 'none';
}

function wordsOf(args) {
  return args.filter((arg) => !arg.startsWith('-'));
}
