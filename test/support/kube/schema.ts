import { z } from 'zod';

/*
 * What the harness runs of each kind: every field here has an effect, and is read by the part named beside it. Fields
 * without one stand in not-run.ts. A field that is in neither fails the test that renders it.
 */

const strings = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), namespace: z.string().optional() });

/** environment.ts */
const variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.union([
      z.strictObject({
        fieldRef: z.strictObject({
          apiVersion: z.literal('v1').optional(),
          fieldPath: z.enum(['metadata.name', 'metadata.namespace', 'spec.nodeName', 'status.podIP']),
        }),
      }),
      z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
    ]),
  }),
]);

/** probe.ts */
const probe = z.strictObject({
  exec: z.strictObject({ command: z.array(z.string()).min(1) }),
  initialDelaySeconds: z.int().optional(),
  periodSeconds: z.int().optional(),
  timeoutSeconds: z.int().optional(),
  successThreshold: z.int().optional(),
  failureThreshold: z.int().optional(),
});

/** create-pod.ts */
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(variable).optional(),
  // service-names.ts: a service's targetPort must be one of them.
  ports: z
    .array(z.strictObject({ name: z.string(), containerPort: z.int(), protocol: z.literal('TCP').optional() }))
    .optional(),
  resources: z
    .strictObject({ limits: z.strictObject({ memory: z.string(), cpu: z.string().optional() }).optional() })
    .optional(),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  securityContext: z
    .strictObject({
      allowPrivilegeEscalation: z.literal(false),
      readOnlyRootFilesystem: z.boolean(),
      capabilities: z.strictObject({ drop: z.array(z.string()) }),
    })
    .optional(),
  volumeMounts: z
    .array(
      z.strictObject({
        name: z.string(),
        mountPath: z.string(),
        readOnly: z.boolean().optional(),
        subPath: z.string().optional(),
      }),
    )
    .optional(),
});

/** volumes.ts */
const volume = z.union([
  z.strictObject({
    name: z.string(),
    configMap: z.strictObject({ name: z.string(), defaultMode: z.int().optional() }),
  }),
  z.strictObject({
    name: z.string(),
    secret: z.strictObject({ secretName: z.string(), defaultMode: z.int().optional() }),
  }),
  z.strictObject({
    name: z.string(),
    emptyDir: z.strictObject({ medium: z.literal('Memory').optional(), sizeLimit: z.string().optional() }),
  }),
  z.strictObject({
    name: z.string(),
    persistentVolumeClaim: z.strictObject({ claimName: z.string(), readOnly: z.literal(true).optional() }),
  }),
]);

const podTemplate = z.strictObject({
  metadata: z.strictObject({ labels: strings }),
  spec: z.strictObject({
    // Both only as false: nothing mounts a token here, and nothing sets variables of services.
    automountServiceAccountToken: z.literal(false),
    enableServiceLinks: z.literal(false),
    restartPolicy: z.enum(['Always', 'Never']).optional(),
    terminationGracePeriodSeconds: z.int().optional(),
    securityContext: z.strictObject({
      runAsNonRoot: z.literal(true).optional(),
      runAsUser: z.int(),
      runAsGroup: z.int(),
      fsGroup: z.int(),
      seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
    }),
    // One after the other, each to its end.
    initContainers: z.array(container).optional(),
    containers: z.array(container).min(1),
    volumes: z.array(volume).optional(),
  }),
});

/** job.ts */
const failurePolicy = z.strictObject({
  rules: z.array(
    z.strictObject({
      action: z.literal('FailJob'),
      onExitCodes: z.strictObject({
        containerName: z.string(),
        operator: z.literal('In'),
        values: z.array(z.int().positive()),
      }),
    }),
  ),
});

const jobSpec = z.strictObject({
  backoffLimit: z.int(),
  podFailurePolicy: failurePolicy.optional(),
  template: podTemplate,
});

export const kinds = {
  Namespace: z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata }),
  ConfigMap: z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('ConfigMap'), metadata, data: strings }),
  Secret: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Secret'),
    metadata,
    type: z.enum(['Opaque', 'kubernetes.io/tls']),
    data: strings,
  }),
  /** service-names.ts */
  Service: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      clusterIP: z.literal('None').optional(),
      publishNotReadyAddresses: z.boolean().optional(),
      selector: strings,
      ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })),
    }),
  }),
  /** stateful-set.ts */
  StatefulSet: z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('StatefulSet'),
    metadata,
    spec: z.strictObject({
      replicas: z.int(),
      serviceName: z.string(),
      podManagementPolicy: z.literal('Parallel'),
      selector: z.strictObject({ matchLabels: strings }),
      template: podTemplate,
      volumeClaimTemplates: z
        .array(z.strictObject({ metadata: z.strictObject({ name: z.string() }), spec: z.strictObject({}) }))
        .optional(),
    }),
  }),
  /** job.ts */
  Job: z.strictObject({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('Job'),
    metadata,
    spec: jobSpec,
  }),
  /** job.ts: run where a test says so, as `kubectl create job --from=cronjob/<name>` does. */
  CronJob: z.strictObject({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('CronJob'),
    metadata,
    spec: z.strictObject({ jobTemplate: z.strictObject({ spec: jobSpec }) }),
  }),
  /** volumes.ts */
  PersistentVolumeClaim: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('PersistentVolumeClaim'),
    metadata,
    spec: z.strictObject({}),
  }),
  PodDisruptionBudget: z.strictObject({
    apiVersion: z.literal('policy/v1'),
    kind: z.literal('PodDisruptionBudget'),
    metadata,
  }),
  NetworkPolicy: z.strictObject({
    apiVersion: z.literal('networking.k8s.io/v1'),
    kind: z.literal('NetworkPolicy'),
    metadata,
  }),
  PodMonitor: z.strictObject({
    apiVersion: z.literal('monitoring.coreos.com/v1'),
    kind: z.literal('PodMonitor'),
    metadata,
  }),
  PrometheusRule: z.strictObject({
    apiVersion: z.literal('monitoring.coreos.com/v1'),
    kind: z.literal('PrometheusRule'),
    metadata,
  }),
} as const;

export type Container = z.infer<typeof container>;
export type PodTemplate = z.infer<typeof podTemplate>;
export type Probe = z.infer<typeof probe>;
export type Volume = z.infer<typeof volume>;
export type Service = z.infer<typeof kinds.Service>;
export type StatefulSet = z.infer<typeof kinds.StatefulSet>;
export type Job = z.infer<typeof kinds.Job>;
export type CronJob = z.infer<typeof kinds.CronJob>;
export type PersistentVolumeClaim = z.infer<typeof kinds.PersistentVolumeClaim>;
