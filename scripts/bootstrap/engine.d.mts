export interface EngineEnvironment {
  readonly VALKEY_BUNDLE_DOCKER: string;
  readonly DOCKER_HOST?: string;
}

export function findEngine(env: NodeJS.ProcessEnv): EngineEnvironment | undefined;
