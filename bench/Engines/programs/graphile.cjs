const { url, load, tell, current, attempt, pipeline, run } = require('./common.cjs');
(async () => {
  const { run: work, makeWorkerUtils, Logger } = load('graphile-worker');
  const utils = await makeWorkerUtils({ connectionString: url });
  await utils.migrate();
  const add = async (name, data, { later, soon, key } = {}) => {
    const parent = current.getStore();
    const job = await utils.addJob(name, parent ? { ...data, parentJobId: parent } : data, { maxAttempts: 3, ...(later || soon ? { runAt: new Date(Date.now() + (later ? 3600e3 : 2e3)) } : {}), ...(key ? { jobKey: key } : {}) });
    tell({ e: 'enq', id: String(job.id), name, parent });
    return String(job.id);
  };
  // What succeeded or was removed is deleted at once: there is nothing to prune.
  const remove = (id, key) => utils.withPgClient(client => client.query('select graphile_worker.remove_job($1)', [key]));
  const steps = pipeline(add, remove, id => utils.permanentlyFailJobs([id], 'given up by hand'));
  const taskList = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, (data, { job }) => attempt(String(job.id), name, job.attempts >= job.max_attempts, () => step(data, job.attempts - 1))]));
  await work({ connectionString: url, concurrency: 6, pollInterval: 500, taskList, noHandleSignals: true, logger: new Logger(() => () => {}) });
  await run(add);
})();
