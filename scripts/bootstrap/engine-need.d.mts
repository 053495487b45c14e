export function engineNeed(verb: string, args: readonly string[]): 'start' | 'find' | 'none';
