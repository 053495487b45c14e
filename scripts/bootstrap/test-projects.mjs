/** The projects of vitest.config.ts that start no container, and where their test files are. */
const withoutContainers = { unit: 'test/unit/', golden: 'test/golden/' };
const withContainers = { real: 'test/real/', kube: 'test/kube/', full: 'test/full/' };
const folders = { ...withoutContainers, ...withContainers };

export const allProjects = Object.keys(folders);

/**
 * The projects that `npm test` runs for its words, which are names of projects, or begin the paths of test files. Names count before paths;
 * without either it is all but `full`. A path that begins in no project's folder may be in any.
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
