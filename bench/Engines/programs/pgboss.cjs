const { url, prunedAfter, load, sleep, tell, told, current, attempt, pipeline, run } = require('./common.cjs');
// A job that a killed worker had in hands is ended by pg-boss itself when it has expired, and where that was its last attempt it fails without a handler that could tell. Whoever begins anew
// asks pg-boss, by its own call, for the jobs whose end nobody had told, until each has one.
const watchAbandoned = async boss => {
  const open = new Map();
  for (const { e, id, name, final } of told())
    if (e === 'start') open.set(id, name);
    else if (e === 'ok' || e === 'cancel' || (e === 'fail' && final)) open.delete(id);
  while (open.size > 0) {
    for (const [id, name] of open) {
      const job = await boss.getJobById(name, id);
      if (job && !['completed', 'cancelled', 'failed'].includes(job.state)) continue;
      open.delete(id);
      // A handler tells before pg-boss knows.
      if (job?.state === 'failed' && !told().some(line => line.id === id && line.e === 'fail' && line.final)) tell({ e: 'fail', id, name, final: true, by: job.output });
    }
    await sleep(1000);
  }
};
(async () => {
  const m = load('pg-boss');
  const PgBoss = m.PgBoss || m.default?.PgBoss || m.default || m;
  // What has ended: version 10 moves it to its archive, version 12 deletes it, by queue.
  const pruned10 = { archiveCompletedAfterSeconds: prunedAfter, archiveFailedAfterSeconds: prunedAfter };
  const boss = new PgBoss({ connectionString: url, superviseIntervalSeconds: 5, maintenanceIntervalSeconds: 5, monitorIntervalSeconds: 5, ...pruned10 });
  boss.on('error', error => console.error(error.message));
  await boss.start();
  const queues = ['dead', 'sync', 'page', 'detail', 'show', 'report'];
  for (const queue of queues) await boss.createQueue(queue, { name: queue, retryLimit: 2, retryDelay: 1, expireInSeconds: 20, deleteAfterSeconds: prunedAfter });
  const add = async (name, data, { later, soon } = {}) => {
    const parent = current.getStore();
    const id = await boss.send(name, parent ? { ...data, parentJobId: parent } : data, { retryLimit: 2, retryDelay: 1, expireInSeconds: 20, ...(later || soon ? { startAfter: later ? 3600 : 2 } : {}), ...(name === 'detail' ? { deadLetter: 'dead' } : {}) });
    tell({ e: 'enq', id, name, parent });
    return id;
  };
  watchAbandoned(boss);
  const steps = pipeline(add, id => boss.cancel('show', id));
  for (const [name, step] of Object.entries(steps))
    for (let i = 0; i < 8; i++)
      await boss.work(name, { batchSize: 1, pollingIntervalSeconds: 0.5, includeMetadata: true }, ([job]) => attempt(job.id, name, job.retryCount >= job.retryLimit, () => step(job.data, job.retryCount)));
  await run(add);
})();
