import type { ModuleBuild } from '../../modules/schema.ts';

/** What docker/builders/<builder>.sh runs in the module's working directory: for plans and build.json. */
export function buildCommand({ builder, args }: ModuleBuild): string[] {
  switch (builder) {
    case 'cmake':
      return [
        ...['cmake', '-S', '.', '-B', 'build', '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', ...args],
        ...['&&', 'cmake', '--build', 'build'],
      ];
    case 'cargo':
      return ['cargo', 'build', ...args];
    case 'make':
      return ['make', ...args];
    case 'script':
      return [...args];
  }
}
