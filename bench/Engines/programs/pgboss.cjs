const { url, prunedAfter, load, tell, current, attempt, pipeline, run } = require('./common.cjs');
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
  const steps = pipeline(add, id => boss.cancel('show', id));
  for (const [name, step] of Object.entries(steps))
    for (let i = 0; i < 8; i++)
      await boss.work(name, { batchSize: 1, pollingIntervalSeconds: 0.5, includeMetadata: true }, ([job]) => attempt(job.id, name, job.retryCount >= job.retryLimit, () => step(job.data, job.retryCount)));
  await run(add);
})();
