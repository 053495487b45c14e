/** Verbs that always run containers. */
const containerVerbs = ['start', 'image', 'parity', 'test-full', 'bench', 'build', 'verify', 'release'];

/** With these a verb only says what it would do, or how it is called. */
const helps = ['--help', '-h'];
const onlyTalks = [...helps, '--dry-run'];

/**
 * A verb's need of a Docker engine. `start`: one is started if none answers; `find`: there is work only if one
 * answers; `none`: it is not looked for.
 */
export function engineNeed(verb, args) {
  const talks = args.some((arg) => onlyTalks.includes(arg));
  // Also with --dry-run: what there is to push is asked of the engine.
  if (verb === 'publish')
    return args.includes('--stage') && !args.some((arg) => helps.includes(arg)) ? 'start' : 'none';
  if (containerVerbs.includes(verb)) return talks ? 'none' : 'start';
  if (verb === 'stop') return talks ? 'none' : 'find';
  if (verb === 'test') return !talks && wantsEngine(chooseProjects(wordsOf(args))) ? 'start' : 'none';
  return 'none';
}

function wordsOf(args) {
  return args.filter((arg) => !arg.startsWith('-'));
}

/** The projects of vitest.config.ts that start no container, and where their test files are. */
const withoutContainers = { unit: 'test/unit/', golden: 'test/golden/' };
const withContainers = { real: 'test/real/', kube: 'test/kube/', full: 'test/full/' };
const folders = { ...withoutContainers, ...withContainers };

export const allProjects = Object.keys(folders);

/**
 * The projects that `npm test` runs for its words, which are names of projects, or begin the paths of test files. Names
 * count before paths; without either it is all but `full`. A path that begins in no project's folder may be in any.
 */
export function chooseProjects(words) {
  const named = words.filter((word) => !word.includes('/'));
  if (named.length > 0) return named;
  if (words.length === 0) return allProjects.filter((project) => project !== 'full');
  const meant = words.map((path) => allProjects.filter((project) => meets(path, folders[project])));
  return meant.some((projects) => projects.length === 0) ? allProjects : [...new Set(meant.flat())];
}

/** True if one of the projects starts containers. */
export function wantsEngine(projects) {
  return projects.some((project) => !(project in withoutContainers));
}

function meets(path, folder) {
  return path.startsWith(folder) || folder.startsWith(path);
}
