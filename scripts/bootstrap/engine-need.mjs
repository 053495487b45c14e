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

/** The test projects that start no container. */
const withoutContainers = ['unit', 'golden', 'host', 'matrix'];

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
  if (verb === 'test') return onlyPureTests(args) ? 'none' : 'start';
  return 'none';
}

function onlyPureTests(args) {
  const projects = args.filter((arg) => !arg.startsWith('-'));
  return projects.length > 0 && projects.every((project) => withoutContainers.includes(project));
}
