export function engineNeed(verb: string, args: readonly string[]): 'start' | 'find' | 'none';
export const allProjects: readonly string[];
export function chooseProjects(words: readonly string[]): string[];
export function wantsEngine(projects: readonly string[]): boolean;
