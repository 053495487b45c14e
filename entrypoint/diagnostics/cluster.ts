import type { CataloguePage } from './page.ts';

/**
 * VB7xx: the cluster. VB70x, VB71x and VB76x: `cluster ensure`. VB72x: `check`. VB73x: `verify-coordinator`. VB75x:
 * healing at a start.
 */
export const clusterEntries = {
  VB701: {
    title: 'too few nodes',
    severity: 'error',
    exitCode: 1,
    meaning: 'A cluster needs three primaries, and as many replicas for each as --replicas says. Nothing was changed.',
    fix: 'Name all nodes in --nodes, at least three.',
  },
  VB702: {
    title: 'one node named twice',
    severity: 'error',
    exitCode: 1,
    meaning: 'Two of the names in --nodes lead to the same node. Nothing was changed.',
    fix: 'Name each node once. In a StatefulSet that is <pod>.<headless service>, not the service itself.',
  },
  VB703: {
    title: 'host name does not resolve',
    severity: 'error',
    exitCode: 75,
    meaning: 'A node’s host name had no address until the time was up. Nothing was changed.',
    fix: 'Check the name. In Kubernetes a pod’s name resolves once it has an address, and the headless service needs publishNotReadyAddresses.',
  },
  VB704: {
    title: 'node does not answer',
    severity: 'error',
    exitCode: 75,
    meaning: 'A node refused connections, said nothing or was still loading its data when the time was up.',
    fix: 'Look at the node’s log; give it more time with --timeout.',
  },
  VB705: {
    title: 'password missing or wrong',
    severity: 'error',
    exitCode: 1,
    meaning:
      'A node does not accept the user or the password, or wants a password and got none, or has none although one was given. Nothing was changed.',
    fix: 'Give the password with --password-file, VALKEY_PASSWORD_FILE or VALKEY_PASSWORD; all nodes must have the same.',
  },
  VB706: {
    title: 'node runs without cluster mode',
    severity: 'error',
    exitCode: 1,
    meaning:
      'A node is a server of its own: its configuration does not say `cluster-enabled yes`. Nothing was changed.',
    fix: 'Put `cluster-enabled yes` into its configuration and start it again.',
  },
  VB707: {
    title: 'node belongs to another cluster',
    severity: 'error',
    exitCode: 1,
    meaning:
      'The named nodes are of two clusters that do not know each other. They are never joined. Nothing was changed.',
    fix: 'Name the nodes of one cluster. To give a node up to another one, empty it first: FLUSHALL and CLUSTER RESET on it.',
  },
  VB708: {
    title: 'node holds data',
    severity: 'error',
    exitCode: 1,
    meaning: 'A node that is in no cluster has keys. In a cluster they would be out of place. Nothing was changed.',
    fix: 'Start the node with an empty data directory, or FLUSHALL and CLUSTER RESET it if its data may go.',
  },
  VB709: {
    title: 'slots without an owner',
    severity: 'error',
    exitCode: 1,
    meaning:
      'No node owns some of the hash slots, and a node holds keys or is not among those named: giving them out could hide keys for good. Nothing was changed.',
    fix: 'Bring the missing nodes back and name them. If their data is lost for good: valkey-cli --cluster fix.',
  },
  VB711: {
    title: 'nodes do not agree in time',
    severity: 'error',
    exitCode: 75,
    meaning: 'The nodes answer, but they do not all reach each other or do not see the same cluster.',
    fix: 'Check that every node reaches every other one on the client port and on the cluster bus (port + 10000).',
  },
  VB712: {
    title: 'another run is at work',
    severity: 'error',
    exitCode: 75,
    meaning: 'Another `cluster ensure` holds the lock on a node, and did not finish in time.',
    fix: 'Wait for it. A run that died loses its lock within 20 seconds.',
  },
  VB713: {
    title: 'lock lost',
    severity: 'error',
    exitCode: 75,
    meaning:
      'The connection that holds the lock on a node was closed, so another run may be at work: this one has stopped.',
    fix: 'Run it again: it goes on where it stopped.',
  },
  VB714: {
    title: 'valkey-cli did not succeed',
    severity: 'error',
    exitCode: 75,
    meaning:
      'valkey-cli --cluster, which does the work, ended with an error, and what it printed stands above; or a node did not hand over the keys of a slot whose move was cut off.',
    fix: 'Correct what it says, and run the command again: it goes on where it stopped.',
  },
  VB716: {
    title: 'unexpected answer of a node',
    severity: 'error',
    exitCode: 1,
    meaning:
      'What answers there is not a Valkey server, or it refuses a command that is needed: the user may not run it (NOPERM), or the server has it under another name.',
    fix: 'Check host and port, and what the user may do (+@admin, +@read, cluster, info, client, config|get; `ensure`: the key {valkey-bundle}:cluster-ensure, too).',
  },
  VB717: {
    title: 'TLS file cannot be used',
    severity: 'error',
    exitCode: 66,
    meaning:
      'A file of --cacert, --cert, --key or of VALKEY_TLS_CA_CERT_FILE, VALKEY_TLS_CERT_FILE, VALKEY_TLS_KEY_FILE is missing, unreadable or not PEM; or a certificate is given without its key. No node was asked.',
    fix: 'Name files that the user of the command may read; certificate and key go together.',
  },
  VB718: {
    title: 'no TLS with a node',
    severity: 'error',
    exitCode: 78,
    meaning:
      'A node’s certificate is not one of the authority that was named, or has expired; or the node does not accept ours, or the lack of one; or a key does not fit its certificate; or no TLS is spoken at that port. Time does not fix it, so it is not waited for. Nothing was changed.',
    fix: 'Name the authority that signed the node’s certificate (--cacert, VALKEY_TLS_CA_CERT_FILE), and a certificate with its key that the node accepts (--cert, --key).',
  },
  VB719: {
    title: 'two servers with one node id',
    severity: 'error',
    exitCode: 1,
    meaning:
      'Two servers at two addresses say that they are the same node: one of them was started on a copy of the other one’s data directory, with its nodes.conf. The others take now the one for it, now the other. Nothing was changed.',
    fix: 'Stop the copy, and start it without nodes.conf (and without data, if it is to join as a new node).',
  },
  VB720: {
    title: 'cluster is not as it should be',
    severity: 'error',
    exitCode: 1,
    meaning:
      'A check of the cluster failed, and its line says which node and what; or `health --cluster-ok` asked a node that does not say cluster_state:ok, or says that slots are not served.',
    fix: 'Correct what the failed lines name. `valkey-bundle cluster ensure` joins, repairs and balances.',
  },
  VB721: {
    title: 'nothing listens on a bus port',
    severity: 'error',
    exitCode: 75,
    meaning:
      'The nodes do not reach each other, and where one of them says that its cluster bus is, connections are refused: `cluster-announce-bus-port`, `cluster-port` or a published port is another one than the server listens on.',
    fix: 'Announce the bus port at which the node can be reached (port + 10000 unless cluster-port says otherwise), or announce none.',
  },
  VB731: {
    title: 'search is missing on a node',
    severity: 'error',
    exitCode: 1,
    meaning: 'A node does not know the commands of the search module.',
    fix: 'Load the module on every node: `valkey-bundle cluster check` shows the differences.',
  },
  VB732: {
    title: 'index does not reach every node',
    severity: 'error',
    exitCode: 1,
    meaning:
      'An index made on one node did not appear on another one: the coordinator is off there, or cannot be reached.',
    fix: 'Load search with --use-coordinator on every node, and let the nodes reach each other at port + 20294.',
  },
  VB733: {
    title: 'query misses documents of another shard',
    severity: 'error',
    exitCode: 1,
    meaning: 'A KNN query sent to one node did not find the documents that other shards hold.',
    fix: 'Let the nodes reach each other at port + 20294, the coordinator’s port.',
  },
  VB734: {
    title: 'traces of the check are left',
    severity: 'warning',
    exitCode: 0,
    meaning: 'The index or the documents of the check could not be removed. The documents expire by themselves.',
    fix: 'FT.DROPINDEX the index that the message names.',
  },
  VB735: {
    title: 'search is a stand-in',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'The module is the stand-in of the tests, which keeps names of indexes and cannot search: only the index half was checked.',
    fix: 'Run it on an image with the real module.',
  },
  VB751: {
    title: 'addresses of nodes refreshed',
    severity: 'notice',
    exitCode: 0,
    meaning:
      'The host names recorded in nodes.conf lead to other addresses than those recorded, so these were replaced before the server started. Its own one is taken out where the node has it no more and announces none: the other nodes tell it.',
    fix: 'Nothing to do. The former file stands beside it, as nodes.conf.before-refresh.',
  },
  VB752: {
    title: 'addresses of other nodes not refreshed',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'nodes.conf is damaged, cannot be read or could not be replaced. It was left as it is, and the start goes on.',
    fix: 'If the node does not find its cluster: valkey-bundle cluster ensure, with the names of all nodes.',
  },
  VB753: {
    title: 'nodes.conf is in use',
    severity: 'warning',
    exitCode: 0,
    meaning: 'Another server seems to run on the same data directory, so nodes.conf was left alone.',
    fix: 'Give every node a data directory of its own.',
  },
  VB754: {
    title: 'no other node found yet',
    severity: 'notice',
    exitCode: 0,
    meaning:
      'This node has another address than before, none of the others listens where it was, and their names still lead there. The name server may keep old answers, so they are asked for again before the server starts.',
    fix: 'Nothing to do: the start goes on as soon as one is found, and in any case when the time is up.',
  },
  VB755: {
    title: 'no other node found',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'This node has another address than before, and until the time was up none of the others listened where it was, nor did a name lead elsewhere. The start goes on.',
    fix: 'If the cluster stays down once all nodes run: valkey-bundle cluster ensure, with the names of all nodes (on Kubernetes: delete and apply its Job).',
  },
  VB756: {
    title: 'a server on this port does not say its id',
    severity: 'warning',
    exitCode: 0,
    meaning:
      'A server answers on loopback at the port of this node and does not say which node it is: it wants another password, or is busy. It may run on the same data directory, so nodes.conf was left alone. The start goes on.',
    fix: 'End the other server, or give every node a port and a data directory of its own.',
  },
  VB761: {
    title: 'nodes that make no whole shards',
    severity: 'error',
    exitCode: 1,
    meaning:
      'With --replicas N a shard is N + 1 nodes, and the number of the nodes in --nodes is no multiple of that. Nothing was changed.',
    fix: 'Name shards x (N + 1) nodes: with one replica an even number. On Kubernetes that is the number of the StatefulSet.',
  },
  VB762: {
    title: 'too many primaries for the replicas',
    severity: 'error',
    exitCode: 1,
    meaning:
      'More primaries own slots than there would be shards with --replicas. None gives its slots up by itself. Nothing was changed.',
    fix: 'Name new nodes as well, N for each primary that owns slots; or first move the slots of some away (valkey-cli --cluster reshard).',
  },
} as const satisfies Readonly<Record<string, CataloguePage>>;
