/**
 * How the embedded Postgres runs. Given on its command line at each start, so that what stands here is what holds,
 * whatever a file in the data folder says.
 */
export function embeddedSettings(options: {
  readonly port: number;
  readonly durable: boolean;
  readonly connections: number;
}): [string, string][] {
  const durable = options.durable ? 'on' : 'off';
  return [
    ['port', String(options.port)],
    // No other machine, and no socket file that a long path or a closed folder could break.
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['password_encryption', 'scram-sha-256'],
    // What was acknowledged outlives a power cut. `assertDurable` refuses a server without these.
    ['fsync', durable],
    ['synchronous_commit', durable],
    ['full_page_writes', durable],
    // The whole of Holdfast aims for less than 350 MB at rest. Records lie in the store; here are rows and an index.
    ['shared_buffers', '64MB'],
    ['max_connections', String(options.connections)],
    ['max_wal_size', '512MB'],
    // What was destroyed must not go on lying in a segment that is kept to be used again (clean-up.ts).
    ['wal_recycle', 'off'],
    // Helper processes that a small machine does without: each costs memory, and parallel queries also need
    // /dev/shm, of which a container has 64 MB.
    ['io_method', 'sync'],
    ['max_parallel_workers_per_gather', '0'],
    ['max_parallel_maintenance_workers', '0'],
    ['max_logical_replication_workers', '0'],
    ['max_wal_senders', '0'],
    ['autovacuum_max_workers', '2'],
    ['jit', 'off'],
    ['huge_pages', 'off'],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
    // The log may not carry content: no statement, and no detail line, which quotes the values of a row.
    ['log_error_verbosity', 'terse'],
    ['log_min_error_statement', 'panic'],
    ['log_parameter_max_length_on_error', '0'],
    ['log_checkpoints', 'off'],
    ['cluster_name', 'holdfast'],
  ];
}
