/**
 * Kubernetes' expansion of `$(NAME)` in command, args and env: a known name gives its value, an unknown one stays as it is written, `$$` is
 * one `$` and begins nothing (k8s.io/kubernetes third_party/forked/golang/expansion).
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (written, name?: string) =>
    name === undefined ? '$' : (variables.get(name) ?? written),
  );
}
