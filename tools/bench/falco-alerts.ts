/** Writes an alert as Falco does, nanoseconds as bare integers; each `n` is another event, and `command` what was run. */
export function falcoAlert(n: number, command = 'sh -c id; cat /etc/passwd'): string {
  const nanos = 1_795_377_616_000_000_000n + BigInt(n) * 1_234_567n;
  const second = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19);
  const time = `${second}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
  const text = JSON.stringify({
    hostname: `node-${n % 8}`,
    output: `${time.slice(11, 29)}: Notice A shell was spawned in a container with an attached terminal | evt_type=execve user=root user_uid=0 user_loginuid=-1 process=sh proc_exepath=/bin/busybox parent=runc command=${command} terminal=34816 exe_flags=EXE_WRITABLE container_id=${n}2fe2ae802f container_name=box k8s_pod_name=<NA> k8s_ns_name=<NA>`,
    output_fields: {
      'container.id': `${n}2fe2ae802f`,
      'container.image.repository': 'docker.io/library/alpine',
      'container.image.tag': '3.22',
      'container.name': 'box',
      'evt.arg.flags': 'EXE_WRITABLE|EXE_LOWER_LAYER',
      'evt.time': `@${nanos}@`,
      'evt.type': 'execve',
      'k8s.ns.name': null,
      'k8s.pod.name': null,
      'proc.cmdline': command,
      'proc.exepath': '/bin/busybox',
      'proc.name': 'sh',
      'proc.pname': 'runc',
      'proc.tty': 34816,
      'user.loginuid': -1,
      'user.name': 'root',
      'user.uid': 0,
    },
    priority: 'Notice',
    rule: 'Shell in a container',
    source: 'syscall',
    tags: ['T1059', 'container', 'maturity_stable', 'mitre_execution', 'shell'],
    time,
  });
  return text.replace('"@', '').replace('@"', '');
}
